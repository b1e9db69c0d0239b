//! Deleting the records of repartition topics once they are committed.
//!
//! Such topics are kept for ever by their configuration; what keeps them small is that records
//! before the committed offset are deleted every `repartition.purge.interval.ms`, as Kafka
//! Streams does. A purge that fails is made good by the next: it is no reason to stop.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use headwater_core::record::{Offset, TopicPartition};
use headwater_core::topology::{InternalTopic, TopicPurpose, Topology};

use crate::error::AppError;
use crate::port::{Admin, OffsetToCommit};

/// How long a broker may take over a purge.
const PURGE_TIMEOUT: Duration = Duration::from_secs(30);

#[derive(Default)]
struct Pending {
    /// At most one entry per repartition partition of this instance.
    before: BTreeMap<TopicPartition, Offset>,
    stopped: bool,
}

/// What has been committed of repartition topics and not been deleted yet.
#[derive(Default)]
pub(crate) struct Purge {
    topics: Vec<String>,
    pending: Mutex<Pending>,
    stop: Condvar,
}

impl Purge {
    pub(crate) fn of(topology: &Topology, application_id: &str) -> Arc<Self> {
        let internal = topology.internal_topics().iter();
        let internal = internal.filter(|topic| topic.purpose == TopicPurpose::Repartition);
        let names = internal.map(|topic| InternalTopic::decorated(&topic.name, application_id));
        Arc::new(Self {
            topics: names.collect(),
            ..Self::default()
        })
    }

    /// Notes what was committed.
    pub(crate) fn committed(&self, positions: &[OffsetToCommit]) {
        if self.topics.is_empty() {
            return;
        }
        let own = |position: &&OffsetToCommit| {
            let mut topics = self.topics.iter();
            topics.any(|topic| **topic == *position.partition.topic)
        };
        let mut pending = self.lock();
        for position in positions.iter().filter(own) {
            let partition = position.partition.clone();
            pending.before.insert(partition, position.offset);
        }
    }

    /// Starts the thread that purges, if there is anything it could ever purge.
    pub(crate) fn start(
        self: &Arc<Self>,
        admin: Box<dyn Admin>,
        interval: Duration,
    ) -> Result<Option<JoinHandle<()>>, AppError> {
        if self.topics.is_empty() {
            return Ok(None);
        }
        let purge = Arc::clone(self);
        let thread = Builder::new().name("headwater-purge".to_owned());
        let spawned = thread.spawn(move || while purge.turn(&*admin, interval) {});
        spawned
            .map(Some)
            .map_err(|error| AppError::Thread(format!("headwater-purge: {error}")))
    }

    /// Ends the thread. What is pending is deleted after the next start.
    pub(crate) fn stop(&self) {
        self.lock().stopped = true;
        self.stop.notify_all();
    }

    /// Waits an interval and purges; whether to go on.
    fn turn(&self, admin: &dyn Admin, interval: Duration) -> bool {
        let pending = self.lock();
        let waited = self
            .stop
            .wait_timeout_while(pending, interval, |pending| !pending.stopped);
        let (mut pending, _) = waited.unwrap_or_else(PoisonError::into_inner);
        if pending.stopped {
            return false;
        }
        let before: Vec<_> = std::mem::take(&mut pending.before).into_iter().collect();
        drop(pending);
        if !before.is_empty()
            && let Err(error) = admin.delete_records(&before, PURGE_TIMEOUT)
        {
            tracing::warn!("repartition topics are not purged this time: {error}");
        }
        true
    }

    fn lock(&self) -> MutexGuard<'_, Pending> {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
