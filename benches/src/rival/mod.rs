//! `raw`: the workload as a good engineer would write it on the client, without a framework.

mod batch;
mod deliveries;
mod poll;

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::producer::{BaseProducer, Producer};

use crate::cli::{RawArguments, RunArguments, Variant};
use crate::clock;
use crate::meter::Meter;
use crate::{report, settings};
pub(crate) use deliveries::Deliveries;

/// How long one wait for records lasts.
const WAIT: Duration = Duration::from_millis(100);
/// Waits in a row without a record, after which the topic is taken to hold too few.
const IDLE_WAITS_MAX: u32 = 600;
const FLUSH_LIMIT: Duration = Duration::from_secs(60);

pub(crate) fn run(arguments: &RawArguments) -> Result<()> {
    let RawArguments { run, variant } = arguments;
    ensure!(run.eos == 0, "exactly-once (EOS=1) is not there yet");
    let rival = Rival::start(run)?;
    match variant {
        Variant::Poll => poll::run(rival),
        Variant::Batch => batch::run(rival),
    }
}

/// The clients of a loop, and how far it is.
struct Rival<'a> {
    arguments: &'a RunArguments,
    consumer: BaseConsumer,
    producer: BaseProducer<Deliveries>,
    meter: Meter,
    processed: u64,
    idle_waits: u32,
    commit_due: Duration,
}

impl<'a> Rival<'a> {
    fn start(arguments: &'a RunArguments) -> Result<Self> {
        let consumer: BaseConsumer = settings::consumer(arguments)
            .create()
            .context("cannot open a consumer")?;
        consumer
            .subscribe(&[&arguments.in_topic])
            .with_context(|| format!("cannot subscribe to {}", arguments.in_topic))?;
        let producer = settings::producer(&arguments.brokers, &arguments.compression)
            .create_with_context(Deliveries::default())
            .context("cannot open a producer")?;
        Ok(Self {
            arguments,
            consumer,
            producer,
            meter: Meter::new(arguments.expect_records),
            processed: 0,
            idle_waits: 0,
            commit_due: clock::monotonic() + Duration::from_millis(arguments.commit_ms),
        })
    }

    const fn is_done(&self) -> bool {
        self.processed >= self.arguments.expect_records
    }

    /// A wait brought nothing.
    fn idled(&mut self) -> Result<()> {
        self.idle_waits += 1;
        let Self { processed, .. } = self;
        ensure!(
            self.idle_waits < IDLE_WAITS_MAX,
            "no record for a minute after {processed} of {}",
            self.arguments.expect_records
        );
        self.turn()
    }

    /// So many more records are sent.
    fn advance(&mut self, records: u64) {
        self.processed += records;
        self.idle_waits = 0;
        self.meter.look(self.processed);
    }

    /// What is done once in many records: delivery errors are heard, offsets committed on time.
    fn turn(&mut self) -> Result<()> {
        self.producer.poll(Duration::ZERO);
        self.producer.context().check()?;
        if clock::monotonic() >= self.commit_due {
            self.commit()?;
            self.commit_due = clock::monotonic() + Duration::from_millis(self.arguments.commit_ms);
        }
        Ok(())
    }

    /// Waits for what is sent, then commits the offsets of all that was handed out.
    fn commit(&self) -> Result<()> {
        self.producer
            .flush(FLUSH_LIMIT)
            .context("cannot flush the producer")?;
        self.producer.context().check()?;
        match self.consumer.commit_consumer_state(CommitMode::Sync) {
            // Nothing was handed out since the last commit.
            Ok(()) | Err(KafkaError::ConsumerCommit(RDKafkaErrorCode::NoOffset)) => Ok(()),
            Err(error) => Err(error).context("cannot commit offsets"),
        }
    }

    fn finish(self) -> Result<()> {
        self.commit()?;
        report::print(&self.meter.finish(self.processed))
    }
}
