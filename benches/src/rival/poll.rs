//! The loop over rust-rdkafka: poll one, send one.

use std::time::Duration;

use anyhow::{Context, Result};
use rdkafka::error::{KafkaError, RDKafkaErrorCode};
use rdkafka::message::{BorrowedHeaders, BorrowedMessage, Message};
use rdkafka::producer::{BaseRecord, Producer};

use super::{Rival, WAIT};

/// Commits and delivery errors are looked after once in so many records.
const TURN_RECORDS: u64 = 1_000;
/// How long a full queue of the producer is left to drain.
const QUEUE_FULL_WAIT: Duration = Duration::from_millis(5);

pub(super) fn run(mut rival: Rival<'_>) -> Result<()> {
    let mut room = Vec::new();
    while !rival.is_done() {
        let Some(polled) = rival.consumer.poll(WAIT) else {
            rival.idled()?;
            continue;
        };
        send(&rival, &polled.context("cannot consume")?, &mut room)?;
        rival.advance(1);
        if rival.processed.is_multiple_of(TURN_RECORDS) {
            rival.turn()?;
        }
    }
    rival.finish()
}

fn send(rival: &Rival<'_>, message: &BorrowedMessage<'_>, room: &mut Vec<u8>) -> Result<()> {
    let value = rival.arguments.workload.apply(message.payload(), room);
    let value = value.with_context(|| {
        let (topic, partition, offset) = (message.topic(), message.partition(), message.offset());
        format!("topic {topic} partition {partition} offset {offset}")
    })?;
    let mut record = BaseRecord::<[u8], [u8]>::to(&rival.arguments.out_topic);
    record.key = message.key();
    record.payload = value;
    record.timestamp = message.timestamp().to_millis();
    record.headers = message.headers().map(BorrowedHeaders::detach);
    loop {
        match rival.producer.send(record) {
            Ok(()) => return Ok(()),
            Err((KafkaError::MessageProduction(RDKafkaErrorCode::QueueFull), refused)) => {
                rival.producer.poll(QUEUE_FULL_WAIT);
                rival.producer.context().check()?;
                record = refused;
            }
            Err((error, _)) => return Err(error).context("cannot produce"),
        }
    }
}
