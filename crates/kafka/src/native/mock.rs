//! librdkafka's mock cluster.

use std::fmt;
use std::net::TcpStream;
use std::ptr::NonNull;
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::thread::{self, Builder};
use std::time::Duration;

use rdkafka_sys as sys;

use super::{Client, Code, Refusal, c_count, c_string, text_at};

/// How long a call to the cluster may take before its thread is taken for asleep.
const KNOCK_AFTER: Duration = Duration::from_millis(5);

/// A cluster of one broker within this process.
pub(crate) struct MockCluster {
    cluster: NonNull<sys::rd_kafka_mock_cluster_t>,
    /// The cluster runs on a thread of this client's.
    _client: Arc<Client>,
}

// SAFETY: the cluster's calls take its lock or post to its thread.
unsafe impl Send for MockCluster {}
// SAFETY: as above.
unsafe impl Sync for MockCluster {}

impl MockCluster {
    pub(crate) fn start(client: Arc<Client>) -> Result<Self, Refusal> {
        // SAFETY: the client is open and outlives the cluster.
        let cluster = unsafe { sys::rd_kafka_mock_cluster_new(client.as_ptr(), 1) };
        let Some(cluster) = NonNull::new(cluster) else {
            return Err(Refusal {
                code: Code::INVALID_ARGUMENT,
                reason: "the embedded broker cannot open a port".to_owned(),
            });
        };
        // SAFETY: the cluster is alive. Without the delay a group of one member starts at once
        // and not after three seconds.
        unsafe { sys::rd_kafka_mock_group_initial_rebalance_delay_ms(cluster.as_ptr(), 0) };
        Ok(Self {
            cluster,
            _client: client,
        })
    }

    pub(crate) fn bootstrap_servers(&self) -> String {
        // SAFETY: the cluster is alive and keeps the text.
        unsafe { text_at(sys::rd_kafka_mock_cluster_bootstraps(self.cluster.as_ptr())) }
    }

    pub(crate) fn create_topic(&self, name: &str, partitions: u32) -> Result<(), Refusal> {
        let name = c_string(name)?;
        let code = self.awake(|| {
            // SAFETY: the cluster is alive and copies the name.
            unsafe {
                sys::rd_kafka_mock_topic_create(
                    self.cluster.as_ptr(),
                    name.as_ptr(),
                    c_count(partitions as usize),
                    1,
                )
            }
        });
        Code::from(code).check()
    }

    /// Makes a call that the cluster's thread answers. Right after another call the thread may
    /// miss it and sleep on for a second; a knock at its port wakes it.
    fn awake<T>(&self, call: impl FnOnce() -> T) -> T {
        let address = self.bootstrap_servers();
        let (answered, answer) = sync_channel::<()>(0);
        thread::scope(|scope| {
            let knocking = Builder::new().spawn_scoped(scope, move || {
                while answer.recv_timeout(KNOCK_AFTER) == Err(RecvTimeoutError::Timeout) {
                    let _ = TcpStream::connect(&address);
                }
            });
            let answer = call();
            // Ends the knocking, if there was a thread for it.
            drop((answered, knocking));
            answer
        })
    }
}

impl Drop for MockCluster {
    fn drop(&mut self) {
        // SAFETY: ours, and its client is still open.
        unsafe { sys::rd_kafka_mock_cluster_destroy(self.cluster.as_ptr()) };
    }
}

impl fmt::Debug for MockCluster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MockCluster").finish_non_exhaustive()
    }
}
