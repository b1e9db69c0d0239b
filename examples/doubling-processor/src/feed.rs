//! Random values for the embedded broker, no faster than they are doubled.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, Builder, JoinHandle};
use std::time::Duration;

use anyhow::{Context as _, Result};
use headwater::AppHandle;
use headwater::port::{ClientError, Cluster, Producer};
use headwater::record::{Headers, OutputBuffer, OutputRecord};
use headwater::time::Timestamp;
use rand::RngExt as _;

/// At most so many records wait to be doubled: the embedded broker drops the oldest of a
/// partition that holds more than about 5 MiB, read or not.
const AHEAD_MAX: u64 = 20_000;
/// How long to wait before looking again how far the application is.
const PAUSE: Duration = Duration::from_millis(1);
const FLUSH_TIMEOUT: Duration = Duration::from_secs(10);
/// How many keys there are.
const DEVICES: u32 = 100;

/// A thread that writes values to the input topic.
#[derive(Debug)]
pub(crate) struct Feed {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<Result<(), ClientError>>,
}

impl Feed {
    /// Begins to write `records` values to `topic`, in step with `app`.
    pub(crate) fn start(
        cluster: &impl Cluster,
        topic: &str,
        records: u64,
        app: AppHandle,
    ) -> Result<Self> {
        let producer = cluster.producer()?;
        let topic = topic.to_owned();
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = Builder::new().name("feed".to_owned()).spawn(move || {
            let written = write(producer, &topic, records, &app, &stopped);
            if written.is_err() {
                app.request_shutdown();
            }
            written
        });
        let thread = thread.context("cannot start a thread")?;
        Ok(Self { stop, thread })
    }

    /// Writes no more.
    pub(crate) fn stop(self) -> Result<()> {
        self.stop.store(true, Ordering::Relaxed);
        let written = self.thread.join();
        let written = written.map_err(|_| anyhow::anyhow!("the feeding thread panicked"))?;
        written.context("cannot feed the embedded broker")
    }
}

fn write(
    mut producer: Box<dyn Producer>,
    topic: &str,
    records: u64,
    app: &AppHandle,
    stopped: &AtomicBool,
) -> Result<(), ClientError> {
    let handle = producer.topic(topic)?;
    let topic = OutputBuffer::default().topic(topic);
    let headers = Headers::new();
    let mut random = rand::rng();
    for written in 0..records {
        while written >= app.totals().consumed + AHEAD_MAX && !stopped.load(Ordering::Relaxed) {
            thread::park_timeout(PAUSE);
        }
        if stopped.load(Ordering::Relaxed) {
            break;
        }
        let key = format!("device-{}", random.random_range(0..DEVICES));
        let value = random_value(&mut random);
        let record = OutputRecord {
            topic,
            partition: None,
            key: Some(key.as_bytes()),
            value: Some(value.as_bytes()),
            timestamp: Timestamp::UNKNOWN,
            headers: &headers,
        };
        producer.send(handle, &record)?;
    }
    producer.flush(FLUSH_TIMEOUT)
}

/// One value in four has a fraction.
fn random_value(random: &mut impl rand::Rng) -> String {
    let whole = random.random_range(-1_000_000..=1_000_000);
    if random.random_ratio(1, 4) {
        let hundredths = random.random_range(1..100);
        format!(r#"{{"value": {whole}.{hundredths:02}}}"#)
    } else {
        format!(r#"{{"value": {whole}}}"#)
    }
}
