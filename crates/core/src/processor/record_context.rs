//! What is known of a record beside its key and value, in a form that survives a restart.
//!
//! The layout is drawn in `docs/formats.md`, "Record contexts".

use std::sync::Arc;

use headwater_state::StateError;
use headwater_state::buffer::Footprint;

use crate::record::{Header, Headers, Offset, Partition};
use crate::time::Timestamp;

const WHAT: &str = "a record context";

/// Time, headers and origin of a record that waits in a buffer.
///
/// Semantics: `org.apache.kafka.streams.processor.internals.ProcessorRecordContext`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RecordContext {
    pub(crate) timestamp: Timestamp,
    pub(crate) headers: Headers,
    /// Empty, with partition and offset -1, for what a punctuation made.
    pub(crate) topic: Arc<str>,
    pub(crate) partition: Partition,
    pub(crate) offset: Offset,
}

impl RecordContext {
    /// Appends `timestamp(8) ‖ offset(8) ‖ topic ‖ partition(4) ‖ count(4) ‖ headers`, each text
    /// with its length(4) before it; the length of a null header value is -1.
    pub(crate) fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&self.timestamp.as_millis().to_be_bytes());
        out.extend_from_slice(&self.offset.number().to_be_bytes());
        put_sized(Some(self.topic.as_bytes()), out);
        out.extend_from_slice(&self.partition.index().to_be_bytes());
        put_count(self.headers.len(), out);
        for header in &self.headers {
            put_sized(Some(header.name.as_bytes()), out);
            put_sized(header.value.as_deref(), out);
        }
    }

    pub(crate) fn decode(bytes: &mut Bytes<'_>) -> Result<Self, StateError> {
        let timestamp = Timestamp::from_millis(bytes.long(WHAT)?);
        let offset = Offset::new(bytes.long(WHAT)?);
        let topic = bytes.text(WHAT)?.into();
        let partition = Partition::new(bytes.int(WHAT)?);
        let mut headers = Headers::new();
        for _ in 0..bytes.int(WHAT)? {
            let name = bytes.text(WHAT)?.into();
            let value = bytes.sized(WHAT)?.map(bytes::Bytes::copy_from_slice);
            headers.push(Header { name, value });
        }
        Ok(Self {
            timestamp,
            headers,
            topic,
            partition,
            offset,
        })
    }
}

impl Footprint for RecordContext {
    /// `ProcessorRecordContext.residentMemorySizeEstimate`: texts count by UTF-16 units.
    fn footprint_bytes(&self) -> u64 {
        let units = |text: &str| text.encode_utf16().count();
        let fixed = 2 * size_of::<i64>() + size_of::<i32>();
        let headers = self.headers.iter();
        let headers = headers
            .map(|header| units(&header.name) + header.value.as_ref().map_or(0, bytes::Bytes::len));
        (fixed + units(&self.topic) + headers.sum::<usize>()) as u64
    }
}

/// Appends bytes with their length before them; -1 for null.
pub(crate) fn put_sized(bytes: Option<&[u8]>, out: &mut Vec<u8>) {
    match bytes {
        None => out.extend_from_slice(&(-1_i32).to_be_bytes()),
        Some(bytes) => {
            put_count(bytes.len(), out);
            out.extend_from_slice(bytes);
        }
    }
}

fn put_count(count: usize, out: &mut Vec<u8>) {
    let count = i32::try_from(count).expect("Kafka's records are smaller than 2 GiB");
    out.extend_from_slice(&count.to_be_bytes());
}

/// Bytes that are read from the front.
#[derive(Debug)]
pub(crate) struct Bytes<'b>(pub(crate) &'b [u8]);

impl<'b> Bytes<'b> {
    pub(crate) fn long(&mut self, what: &'static str) -> Result<i64, StateError> {
        self.chunk(what).map(i64::from_be_bytes)
    }

    pub(crate) fn int(&mut self, what: &'static str) -> Result<i32, StateError> {
        self.chunk(what).map(i32::from_be_bytes)
    }

    /// Bytes with their length before them; `None` for a negative length.
    pub(crate) fn sized(&mut self, what: &'static str) -> Result<Option<&'b [u8]>, StateError> {
        let length = self.int(what)?;
        self.of_length(length, what)
    }

    /// So many bytes; `None` for a negative length.
    pub(crate) fn of_length(
        &mut self,
        length: i32,
        what: &'static str,
    ) -> Result<Option<&'b [u8]>, StateError> {
        let Ok(length) = usize::try_from(length) else {
            return Ok(None);
        };
        let split = self.0.split_at_checked(length);
        let (bytes, rest) = split.ok_or_else(|| self.malformed(what))?;
        self.0 = rest;
        Ok(Some(bytes))
    }

    fn text(&mut self, what: &'static str) -> Result<&'b str, StateError> {
        let bytes = self.sized(what)?.unwrap_or_default();
        std::str::from_utf8(bytes).map_err(|_| self.malformed(what))
    }

    fn chunk<const N: usize>(&mut self, what: &'static str) -> Result<[u8; N], StateError> {
        let split = self.0.split_first_chunk::<N>();
        let (chunk, rest) = split.ok_or_else(|| self.malformed(what))?;
        self.0 = rest;
        Ok(*chunk)
    }

    fn malformed(&self, what: &'static str) -> StateError {
        StateError::Malformed {
            what,
            bytes: self.0.len(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_context_is_read_back_as_it_was_written() -> Result<(), StateError> {
        let mut headers = Headers::new();
        headers.add("trace", &b"7f"[..]);
        headers.add_null("seen");
        let context = RecordContext {
            timestamp: Timestamp::from_millis(12),
            headers,
            topic: "örders".into(),
            partition: Partition::new(3),
            offset: Offset::new(99),
        };
        let mut bytes = Vec::new();
        context.encode(&mut bytes);
        assert_eq!(RecordContext::decode(&mut Bytes(&bytes))?, context);
        assert_eq!(context.footprint_bytes(), 20 + 6 + 5 + 2 + 4);
        for length in 0..bytes.len() {
            let cut = bytes.get(..length).unwrap_or_default();
            assert!(RecordContext::decode(&mut Bytes(cut)).is_err(), "{length}");
        }
        Ok(())
    }
}
