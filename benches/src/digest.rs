//! `digest`: what a topic holds, in a form that two topics can be compared by.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::error::KafkaError;
use rdkafka::message::{Headers, Message};
use rdkafka::metadata::{MetadataPartition, MetadataTopic};
use rdkafka::{Offset, TopicPartitionList};
use serde::Serialize;

use crate::cli::DigestArguments;
use crate::workload::mix;
use crate::{report, settings};

const LOOKUP_LIMIT: Duration = Duration::from_secs(10);
/// How long the next record may take.
const WAIT_MAX: Duration = Duration::from_secs(30);

/// How many records there are, and the sum of their hashes: the order does not matter, how often
/// each occurs does.
#[derive(Debug, Serialize)]
struct Digest {
    records: u64,
    digest: String,
}

pub(crate) fn run(arguments: &DigestArguments) -> Result<()> {
    let mut config = settings::client(&arguments.brokers, settings::CONSUMER);
    config
        // Needed to consume, though no group is joined and nothing committed.
        .set("group.id", "headwater-bench-digest")
        .set("enable.auto.commit", "false")
        .set("enable.partition.eof", "true");
    let consumer: BaseConsumer = config.create().context("cannot open a consumer")?;
    let mut left = partitions(&consumer, &arguments.topic)?;
    let mut assignment = TopicPartitionList::new();
    for &partition in &left {
        assignment.add_partition_offset(&arguments.topic, partition, Offset::Beginning)?;
    }
    consumer
        .assign(&assignment)
        .with_context(|| format!("cannot read {}", arguments.topic))?;
    let (mut records, mut sum) = (0, 0_u128);
    while !left.is_empty() {
        let polled = consumer.poll(WAIT_MAX);
        match polled.with_context(|| format!("{} is not read to its end", arguments.topic))? {
            Ok(message) => {
                records += 1;
                sum = sum.wrapping_add(hash(&message));
            }
            Err(KafkaError::PartitionEOF(partition)) => {
                left.remove(&partition);
            }
            Err(error) => {
                return Err(error).with_context(|| format!("cannot read {}", arguments.topic));
            }
        }
    }
    report::print(&Digest {
        records,
        digest: format!("{sum:032x}"),
    })
}

fn partitions(consumer: &BaseConsumer, topic: &str) -> Result<BTreeSet<i32>> {
    let metadata = consumer
        .fetch_metadata(Some(topic), LOOKUP_LIMIT)
        .with_context(|| format!("cannot look up topic {topic}"))?;
    let topics = metadata.topics().iter();
    let partitions: BTreeSet<i32> = topics
        .flat_map(MetadataTopic::partitions)
        .map(MetadataPartition::id)
        .collect();
    ensure!(!partitions.is_empty(), "there is no topic {topic}");
    Ok(partitions)
}

/// A hash of everything that is the record's own, not of its offset.
fn hash(message: &impl Message) -> u128 {
    let mut hasher = Hasher::new();
    hasher.number(i64::from(message.partition()));
    hasher.part(message.key());
    hasher.part(message.payload());
    hasher.number(message.timestamp().to_millis().unwrap_or(-1));
    for header in message.headers().iter().flat_map(|headers| headers.iter()) {
        hasher.part(Some(header.key.as_bytes()));
        hasher.part(header.value);
    }
    hasher.finish()
}

/// FNV-1a of 128 bits, and a mix at the end: without it the sum of two hashes hardly depends on
/// which of the two records had which last byte.
struct Hasher(u128);

impl Hasher {
    const fn new() -> Self {
        Self(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d)
    }

    fn bytes(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u128::from(*byte)).wrapping_mul(0x0100_0000_0000_0000_0000_013b);
        }
    }

    fn number(&mut self, number: i64) {
        self.bytes(&number.to_le_bytes());
    }

    /// With its length, and null told from empty, so that no two records read the same.
    fn part(&mut self, part: Option<&[u8]>) {
        let length = part.and_then(|bytes| i64::try_from(bytes.len()).ok());
        self.number(length.unwrap_or(-1));
        self.bytes(part.unwrap_or_default());
    }

    #[expect(clippy::cast_possible_truncation, reason = "the halves are taken")]
    const fn finish(self) -> u128 {
        let low = mix(self.0 as u64);
        let high = mix((self.0 >> 64) as u64 ^ low);
        ((high as u128) << 64) | low as u128
    }
}

#[cfg(test)]
mod tests {
    use rdkafka::Timestamp;
    use rdkafka::message::{Header, OwnedHeaders, OwnedMessage};

    use super::*;

    type Parts<'a> = (i32, Option<&'a str>, Option<&'a str>, i64, Option<&'a str>);

    fn hash_of((partition, key, value, timestamp, header): Parts<'_>) -> u128 {
        let bytes = |text: Option<&str>| text.map(|text| text.as_bytes().to_vec());
        let headers = header.map(|key| {
            OwnedHeaders::new().insert(Header {
                key,
                value: Some("v"),
            })
        });
        hash(&OwnedMessage::new(
            bytes(value),
            bytes(key),
            "topic".to_owned(),
            Timestamp::CreateTime(timestamp),
            partition,
            0,
            headers,
        ))
    }

    #[test]
    fn every_part_of_a_record_counts() {
        let all: [Parts<'_>; 8] = [
            (0, Some("k"), Some("v"), 1, None),
            (1, Some("k"), Some("v"), 1, None),
            (0, Some("kv"), Some(""), 1, None),
            (0, Some(""), Some("kv"), 1, None),
            (0, None, Some("kv"), 1, None),
            (0, Some("k"), None, 1, None),
            (0, Some("k"), Some("v"), 2, None),
            (0, Some("k"), Some("v"), 1, Some("h")),
        ];
        let hashes: BTreeSet<u128> = all.into_iter().map(hash_of).collect();
        assert_eq!(hashes.len(), all.len());
    }

    #[test]
    fn exchanging_parts_of_two_records_changes_their_sum() {
        for (a, b) in [(0, 1), (2, 4), (1_000, 1_001)] {
            let sum = |first, second| {
                let one = hash_of((0, Some("a"), Some("x"), first, None));
                one.wrapping_add(hash_of((0, Some("b"), Some("y"), second, None)))
            };
            assert_ne!(sum(a, b), sum(b, a));
        }
    }
}
