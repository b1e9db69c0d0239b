//! Encoded records on their way to topics, kept in one arena between two sends.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use super::{Headers, Partition};
use crate::time::Timestamp;

/// Index of an output topic within one [`OutputBuffer`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TopicIndex(u32);

impl TopicIndex {
    /// The place in [`OutputBuffer::topics`].
    pub const fn place(self) -> usize {
        self.0 as usize
    }
}

/// One encoded record of an [`OutputBuffer`].
#[derive(Clone, Debug)]
pub struct OutputRecord<'a> {
    /// Which topic of the buffer.
    pub topic: TopicIndex,
    /// The partition, or `None` for the default partitioner: murmur2 of the key bytes.
    pub partition: Option<Partition>,
    /// Key bytes, or null.
    pub key: Option<&'a [u8]>,
    /// Value bytes, or null.
    pub value: Option<&'a [u8]>,
    /// Event time; [`Timestamp::UNKNOWN`] for the time at which the producer sends it.
    pub timestamp: Timestamp,
    /// Headers.
    pub headers: &'a Headers,
}

#[derive(Debug)]
struct Entry {
    topic: TopicIndex,
    partition: Option<Partition>,
    key: Option<Range<usize>>,
    value: Option<Range<usize>>,
    timestamp: Timestamp,
    headers: Headers,
}

/// What a task has produced since the last send.
///
/// Bytes lie in one growing arena that is reused, so a record costs no allocation of its own,
/// and the producer is called in bursts: measured at about half the cost of sending one by one.
#[derive(Debug, Default)]
pub struct OutputBuffer {
    topics: Vec<Arc<str>>,
    by_name: HashMap<Arc<str>, TopicIndex>,
    bytes: Vec<u8>,
    entries: Vec<Entry>,
}

impl OutputBuffer {
    /// The index of a topic, registered at first use.
    ///
    /// # Panics
    /// At the 2^32nd topic.
    pub fn topic(&mut self, name: &str) -> TopicIndex {
        if let Some(&index) = self.by_name.get(name) {
            return index;
        }
        let name: Arc<str> = name.into();
        let index = TopicIndex(u32::try_from(self.topics.len()).expect("fewer than 2^32 topics"));
        self.by_name.insert(Arc::clone(&name), index);
        self.topics.push(name);
        index
    }

    /// Every topic registered so far, by [`TopicIndex::place`].
    pub fn topics(&self) -> &[Arc<str>] {
        &self.topics
    }

    /// Appends a record. `encode_key` and `encode_value` append bytes and say whether the part
    /// is null; if one fails, nothing is appended.
    pub(crate) fn append<E>(
        &mut self,
        topic: TopicIndex,
        partition: Option<Partition>,
        timestamp: Timestamp,
        headers: Headers,
        encode_key: impl FnOnce(&mut Vec<u8>) -> Result<crate::codec::IsNull, E>,
        encode_value: impl FnOnce(&mut Vec<u8>) -> Result<crate::codec::IsNull, E>,
    ) -> Result<(), E> {
        let start = self.bytes.len();
        let encoded = (|| {
            let key = span(&mut self.bytes, encode_key)?;
            let value = span(&mut self.bytes, encode_value)?;
            Ok((key, value))
        })();
        match encoded {
            Ok((key, value)) => {
                self.entries.push(Entry {
                    topic,
                    partition,
                    key,
                    value,
                    timestamp,
                    headers,
                });
                Ok(())
            }
            Err(error) => {
                self.bytes.truncate(start);
                Err(error)
            }
        }
    }

    /// Appends a record whose bytes are known.
    pub(crate) fn append_bytes(
        &mut self,
        topic: TopicIndex,
        partition: Partition,
        timestamp: Timestamp,
        headers: Headers,
        key: &[u8],
        value: Option<&[u8]>,
    ) {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(key);
        let key = start..self.bytes.len();
        let value = value.map(|value| {
            let start = self.bytes.len();
            self.bytes.extend_from_slice(value);
            start..self.bytes.len()
        });
        self.entries.push(Entry {
            topic,
            partition: Some(partition),
            key: Some(key),
            value,
            timestamp,
            headers,
        });
    }

    /// The records in the order they were appended.
    pub fn records(&self) -> impl ExactSizeIterator<Item = OutputRecord<'_>> {
        self.entries.iter().map(|entry| OutputRecord {
            topic: entry.topic,
            partition: entry.partition,
            key: self.slice(entry.key.as_ref()),
            value: self.slice(entry.value.as_ref()),
            timestamp: entry.timestamp,
            headers: &entry.headers,
        })
    }

    /// How many records wait.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether none waits.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// How many bytes of keys and values wait.
    pub fn bytes_len(&self) -> usize {
        self.bytes.len()
    }

    /// Forgets the records after the first `len`.
    pub fn truncate(&mut self, len: usize) {
        self.entries.truncate(len);
        let spans = self
            .entries
            .iter()
            .rev()
            .flat_map(|entry| [&entry.value, &entry.key]);
        let end = spans.flatten().map(|span| span.end).next();
        self.bytes.truncate(end.unwrap_or(0));
    }

    /// Forgets the records, keeps the topics and the memory.
    pub fn clear(&mut self) {
        self.bytes.clear();
        self.entries.clear();
    }

    fn slice(&self, span: Option<&Range<usize>>) -> Option<&[u8]> {
        span.map(|span| {
            self.bytes
                .get(span.clone())
                .expect("spans are made from this arena and cleared with it")
        })
    }
}

fn span<E>(
    bytes: &mut Vec<u8>,
    encode: impl FnOnce(&mut Vec<u8>) -> Result<crate::codec::IsNull, E>,
) -> Result<Option<Range<usize>>, E> {
    let start = bytes.len();
    Ok(match encode(bytes)? {
        crate::codec::IsNull::Yes => {
            bytes.truncate(start);
            None
        }
        crate::codec::IsNull::No => Some(start..bytes.len()),
    })
}
