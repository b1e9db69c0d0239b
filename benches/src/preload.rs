//! `preload`: fills a topic with records, the same for the same arguments.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use futures_executor::block_on;
use rdkafka::admin::{AdminClient, AdminOptions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::producer::{BaseRecord, Producer, ThreadedProducer};

use crate::cli::PreloadArguments;
use crate::rival::Deliveries;
use crate::workload::Random;
use crate::{clock, settings};

const FLUSH_LIMIT: Duration = Duration::from_secs(120);
/// How long a full queue of the producer is left to drain, and how often.
const QUEUE_FULL_WAIT: Duration = Duration::from_millis(10);
const QUEUE_FULL_WAITS_MAX: u32 = 12_000;

pub(crate) fn run(arguments: &PreloadArguments) -> Result<()> {
    if let Some(partitions) = arguments.partitions {
        create_topic(arguments, partitions)?;
    }
    let producer: ThreadedProducer<Deliveries> = settings::producer(&arguments.brokers, "none")
        .create_with_context(Deliveries::default())
        .context("cannot open a producer")?;
    let records = i64::try_from(arguments.records).context("too many records")?;
    let start_ms = arguments
        .start_ms
        .unwrap_or_else(|| clock::epoch_ms() - records);
    let mut random = Random::new(arguments.seed);
    let (mut key, mut value) = (Vec::new(), Vec::new());
    for index in 0..records {
        arguments
            .workload
            .write_input(&mut random, &mut key, &mut value);
        let record = BaseRecord::to(&arguments.topic)
            .key(&key)
            .payload(&value)
            .timestamp(start_ms + index);
        send(&producer, record)?;
    }
    producer
        .flush(FLUSH_LIMIT)
        .context("cannot flush the producer")?;
    producer.context().check()
}

fn send(
    producer: &ThreadedProducer<Deliveries>,
    mut record: BaseRecord<'_, Vec<u8>, Vec<u8>>,
) -> Result<()> {
    for _ in 0..QUEUE_FULL_WAITS_MAX {
        match producer.send(record) {
            Ok(()) => return Ok(()),
            Err((KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull), refused)) => {
                producer.context().check()?;
                std::thread::park_timeout(QUEUE_FULL_WAIT);
                record = refused;
            }
            Err((error, _)) => return Err(error).context("cannot produce"),
        }
    }
    bail!("the brokers take no records")
}

fn create_topic(arguments: &PreloadArguments, partitions: i32) -> Result<()> {
    let admin: AdminClient<DefaultClientContext> = settings::client(&arguments.brokers, &[])
        .create()
        .context("cannot open an admin client")?;
    let topic = NewTopic::new(&arguments.topic, partitions, TopicReplication::Fixed(-1));
    let created = block_on(admin.create_topics(&[topic], &AdminOptions::new()));
    let created = created.context("cannot create a topic")?;
    for outcome in created {
        if let Err((topic, code)) = outcome {
            bail!("cannot create topic {topic}: {code}");
        }
    }
    Ok(())
}
