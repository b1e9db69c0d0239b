//! What flows through a topology: keyed, timed records with headers.

mod change;
mod headers;
mod origin;
mod output;
mod raw;

pub use change::{Change, Stamped};
pub use headers::{Header, Headers};
pub use origin::{Offset, Origin, Partition, TopicPartition};
pub use output::{OutputBuffer, OutputRecord, TopicIndex};
pub use raw::RawRecord;

use crate::time::Timestamp;

/// One record: a key, a value, a timestamp and headers.
///
/// Kafka's null is a type here: a key or value that may be absent is an [`Option`], read and
/// written through [`CodecExt::nullable`](crate::codec::CodecExt::nullable).
///
/// Semantics: `org.apache.kafka.streams.processor.api.Record` (KIP-478).
///
/// ```
/// use headwater_core::{record::Record, time::Timestamp};
///
/// let reading = Record::new("pump-7", 21.5, Timestamp::from_millis(1_000));
/// let doubled = reading.map_value(|celsius| celsius * 2.0);
/// assert_eq!((doubled.key, doubled.value), ("pump-7", 43.0));
/// assert_eq!(doubled.timestamp, Timestamp::from_millis(1_000));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Record<K, V> {
    /// What partitions and groups the record.
    pub key: K,
    /// What the record says.
    pub value: V,
    /// Event time in milliseconds since the Unix epoch.
    pub timestamp: Timestamp,
    /// Names and bytes that travel along.
    pub headers: Headers,
}

impl<K, V> Record<K, V> {
    /// A record without headers.
    pub fn new(key: K, value: V, timestamp: Timestamp) -> Self {
        Self {
            key,
            value,
            timestamp,
            headers: Headers::new(),
        }
    }

    /// The same record under another key.
    pub fn with_key<K2>(self, key: K2) -> Record<K2, V> {
        Record {
            key,
            value: self.value,
            timestamp: self.timestamp,
            headers: self.headers,
        }
    }

    /// The same record with another value.
    pub fn with_value<V2>(self, value: V2) -> Record<K, V2> {
        Record {
            key: self.key,
            value,
            timestamp: self.timestamp,
            headers: self.headers,
        }
    }

    /// The same record at another time.
    #[must_use]
    pub fn with_timestamp(self, timestamp: Timestamp) -> Self {
        Self { timestamp, ..self }
    }

    /// The same record with these headers instead of its own.
    #[must_use]
    pub fn with_headers(self, headers: Headers) -> Self {
        Self { headers, ..self }
    }

    /// The same record with its value put through `map`.
    pub fn map_value<V2>(self, map: impl FnOnce(V) -> V2) -> Record<K, V2> {
        Record {
            key: self.key,
            value: map(self.value),
            timestamp: self.timestamp,
            headers: self.headers,
        }
    }
}
