//! Typed writing to a topic of the driver.

use bytes::Bytes;
use headwater_core::codec::{Codec, CodecError, IsNull, Part, Place};
use headwater_core::record::{Headers, Offset, Partition, Record};
use headwater_core::time::Timestamp;

use crate::topic::Stored;
use crate::{DriverError, TopologyTestDriver};

/// Writes records to one input topic; each is processed, with all its consequences, before
/// `push` returns.
///
/// Semantics: `org.apache.kafka.streams.TestInputTopic` (KIP-470).
#[derive(Debug)]
pub struct TestInput<'d, KC, VC> {
    driver: &'d mut TopologyTestDriver,
    topic: String,
    key: KC,
    value: VC,
    timestamp: Timestamp,
    partition: Option<Partition>,
}

impl<'d, KC: Codec, VC: Codec> TestInput<'d, KC, VC> {
    pub(crate) fn new(driver: &'d mut TopologyTestDriver, topic: &str, key: KC, value: VC) -> Self {
        let timestamp = driver.wall_clock();
        Self {
            driver,
            topic: topic.to_owned(),
            key,
            value,
            timestamp,
            partition: None,
        }
    }

    /// Stamps the next records at this time, in milliseconds; at first it is the wall clock.
    #[must_use]
    pub fn at_ms(mut self, millis: i64) -> Self {
        self.timestamp = Timestamp::from_millis(millis);
        self
    }

    /// Writes the next records to this partition; otherwise their keys decide, by murmur2.
    #[must_use]
    pub fn to_partition(mut self, partition: i32) -> Self {
        self.partition = Some(Partition::new(partition));
        self
    }

    /// Writes a record.
    ///
    /// # Errors
    /// If a task stops, or the codec refuses the key or value.
    pub fn push(
        self,
        key: impl Into<KC::Item>,
        value: impl Into<VC::Item>,
    ) -> Result<Self, DriverError> {
        let record = Record::new(key.into(), value.into(), self.timestamp);
        self.push_record(&record)
    }

    /// Writes a record with its own timestamp and headers.
    ///
    /// # Errors
    /// As [`push`](Self::push).
    pub fn push_record(self, record: &Record<KC::Item, VC::Item>) -> Result<Self, DriverError> {
        let key = self.encode(&self.key, &record.key, Part::Key)?;
        let value = self.encode(&self.value, &record.value, Part::Value)?;
        self.push_bytes(key, value, record.timestamp, record.headers.clone())
    }

    /// Writes a record whose bytes need not be what the codecs write.
    ///
    /// # Errors
    /// If a task stops.
    pub fn push_bytes(
        self,
        key: Option<Bytes>,
        value: Option<Bytes>,
        timestamp: Timestamp,
        headers: Headers,
    ) -> Result<Self, DriverError> {
        let record = Stored {
            partition: Partition::new(0),
            offset: Offset::new(0),
            key,
            value,
            timestamp,
            headers,
        };
        self.driver.write(&self.topic, self.partition, record)?;
        Ok(self)
    }

    fn encode<C: Codec>(
        &self,
        codec: &C,
        item: &C::Item,
        part: Part,
    ) -> Result<Option<Bytes>, DriverError> {
        let mut bytes = Vec::new();
        let place = Place {
            topic: &self.topic,
            part,
        };
        match codec.encode(item, &mut bytes, place) {
            Ok(IsNull::Yes) => Ok(None),
            Ok(IsNull::No) => Ok(Some(bytes.into())),
            Err(source) => Err(self.refused(source)),
        }
    }

    fn refused(&self, source: CodecError) -> DriverError {
        DriverError::Codec {
            topic: self.topic.clone(),
            index: self.driver.records_in(&self.topic),
            source,
        }
    }
}
