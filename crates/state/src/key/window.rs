//! Keys of window stores: `key ‖ start(8) ‖ sequence(4)`.

use super::{SEGMENT_BYTES, Segments, i64_at, sortable};

/// Bytes after the record's key.
const SUFFIX_BYTES: usize = 12;

/// The key of one window, borrowed from its bytes.
///
/// Semantics: `org.apache.kafka.streams.state.internals.WindowKeySchema`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WindowKey<'a> {
    /// Bytes of the record's key.
    pub key: &'a [u8],
    /// Start of the window in milliseconds.
    pub start_ms: i64,
    /// Tells duplicates apart; 0 where there are none.
    pub sequence: u32,
}

impl<'a> WindowKey<'a> {
    /// Appends the key as the changelog has it.
    pub fn write_logged(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.key);
        out.extend_from_slice(&self.start_ms.to_be_bytes());
        out.extend_from_slice(&self.sequence.to_be_bytes());
    }

    /// Appends the key as the store has it.
    pub fn write_local(&self, segments: Segments, out: &mut Vec<u8>) {
        out.extend_from_slice(&sortable(segments.of(self.start_ms)));
        self.write_logged(out);
    }

    /// Reads the changelog's form.
    pub fn read_logged(bytes: &'a [u8]) -> Option<Self> {
        let end = bytes.len().checked_sub(SUFFIX_BYTES)?;
        let sequence = bytes.get(end + 8..)?.try_into().ok()?;
        Some(Self {
            key: bytes.get(..end)?,
            start_ms: i64_at(bytes, end)?,
            sequence: u32::from_be_bytes(sequence),
        })
    }

    /// Reads the store's form.
    pub fn read_local(bytes: &'a [u8]) -> Option<Self> {
        Self::read_logged(bytes.get(SEGMENT_BYTES..)?)
    }
}
