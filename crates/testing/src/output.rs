//! Typed reading from a topic of the driver.

use headwater_core::codec::{Codec, Part, Place};
use headwater_core::record::{Partition, Record};

use crate::{DriverError, TopologyTestDriver};

/// A record read from an output topic, with the partition it was written to.
#[derive(Clone, Debug, PartialEq)]
pub struct TestRecord<K, V> {
    /// Its partition.
    pub partition: Partition,
    /// The record.
    pub record: Record<K, V>,
}

/// Reads records of one topic, internal ones included, each once per driver.
///
/// Semantics: `org.apache.kafka.streams.TestOutputTopic` (KIP-470).
#[derive(Debug)]
pub struct TestOutput<'d, KC, VC> {
    driver: &'d mut TopologyTestDriver,
    topic: String,
    key: KC,
    value: VC,
}

/// What reading with these codecs gives, or the record that does not fit them.
type Read<T> = Result<Vec<T>, DriverError>;

impl<'d, KC: Codec, VC: Codec> TestOutput<'d, KC, VC> {
    pub(crate) fn new(driver: &'d mut TopologyTestDriver, topic: &str, key: KC, value: VC) -> Self {
        Self {
            driver,
            topic: topic.to_owned(),
            key,
            value,
        }
    }

    /// The records since the last read, in the order they were written.
    ///
    /// # Errors
    /// If a codec does not fit the bytes.
    pub fn records(&mut self) -> Read<TestRecord<KC::Item, VC::Item>> {
        let (first, unread) = self.driver.take_unread(&self.topic);
        let numbered = unread.into_iter().enumerate();
        numbered
            .map(|(place, stored)| {
                let at = |part| Place {
                    topic: &self.topic,
                    part,
                };
                let refused = |source| DriverError::Codec {
                    topic: self.topic.clone(),
                    index: first + place,
                    source,
                };
                let key = self.key.decode(stored.key.as_deref(), at(Part::Key));
                let value = self.value.decode(stored.value.as_deref(), at(Part::Value));
                Ok(TestRecord {
                    partition: stored.partition,
                    record: Record {
                        key: key.map_err(refused)?,
                        value: value.map_err(refused)?,
                        timestamp: stored.timestamp,
                        headers: stored.headers,
                    },
                })
            })
            .collect()
    }

    /// Keys and values of the records since the last read.
    ///
    /// # Errors
    /// If a codec does not fit the bytes.
    pub fn pairs(&mut self) -> Read<(KC::Item, VC::Item)> {
        let records = self.records()?.into_iter();
        Ok(records
            .map(|read| (read.record.key, read.record.value))
            .collect())
    }

    /// Values of the records since the last read.
    ///
    /// # Errors
    /// If a codec does not fit the bytes.
    pub fn values(&mut self) -> Read<VC::Item> {
        let records = self.records()?.into_iter();
        Ok(records.map(|read| read.record.value).collect())
    }
}
