//! Topics in memory.

use bytes::Bytes;
use headwater_core::record::{Headers, Offset, OutputRecord, Partition, RawRecord};
use headwater_core::time::Timestamp;
use headwater_runtime::port::FetchedBatch;

/// A record of a topic.
#[derive(Clone, Debug)]
pub(crate) struct Stored {
    pub(crate) partition: Partition,
    pub(crate) offset: Offset,
    pub(crate) key: Option<Bytes>,
    pub(crate) value: Option<Bytes>,
    pub(crate) timestamp: Timestamp,
    pub(crate) headers: Headers,
}

impl Stored {
    /// What a task has put out, before the topic gives it a place.
    pub(crate) fn of(record: &OutputRecord<'_>) -> Self {
        Self {
            partition: Partition::new(0),
            offset: Offset::new(0),
            key: record.key.map(Bytes::copy_from_slice),
            value: record.value.map(Bytes::copy_from_slice),
            timestamp: record.timestamp,
            headers: record.headers.clone(),
        }
    }
}

/// A topic: all its records in the order they were written, over all partitions.
#[derive(Debug, Default)]
pub(crate) struct Topic {
    pub(crate) partitions: u32,
    pub(crate) records: Vec<Stored>,
    /// How many the test has read.
    pub(crate) read: usize,
}

impl Topic {
    pub(crate) fn append(&mut self, record: Stored) -> &Stored {
        let before = self
            .records
            .iter()
            .filter(|known| known.partition == record.partition);
        let offset = Offset::new(i64::try_from(before.count()).unwrap_or(i64::MAX));
        self.records.push(Stored { offset, ..record });
        self.records.last().expect("a record was pushed")
    }
}

/// One record as a batch, as a task takes it.
pub(crate) struct OneRecord(pub(crate) Stored);

impl FetchedBatch for OneRecord {
    fn len(&self) -> usize {
        1
    }

    fn record(&self, _: usize) -> RawRecord<'_> {
        RawRecord {
            key: self.0.key.as_deref(),
            value: self.0.value.as_deref(),
            timestamp: self.0.timestamp,
            offset: self.0.offset,
            headers: self.0.headers.clone(),
        }
    }
}
