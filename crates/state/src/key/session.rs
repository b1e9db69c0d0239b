//! Keys of session stores: `key ‖ end(8) ‖ start(8)`.
//!
//! The layout is drawn in `docs/formats.md`, "Session keys".

use super::{SEGMENT_BYTES, Segments, i64_at, sortable};

/// Bytes after the record's key.
const SUFFIX_BYTES: usize = 16;

/// The key of one session, borrowed from its bytes.
///
/// Semantics: `org.apache.kafka.streams.state.internals.SessionKeySchema`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionKey<'a> {
    /// Bytes of the record's key.
    pub key: &'a [u8],
    /// Time of the session's first record in milliseconds.
    pub start_ms: i64,
    /// Time of its last record.
    pub end_ms: i64,
}

impl<'a> SessionKey<'a> {
    /// Appends the key as the changelog has it.
    pub fn write_logged(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(self.key);
        out.extend_from_slice(&self.end_ms.to_be_bytes());
        out.extend_from_slice(&self.start_ms.to_be_bytes());
    }

    /// Appends the key as the store has it: sessions lie in the segment of their end.
    pub fn write_local(&self, segments: Segments, out: &mut Vec<u8>) {
        out.extend_from_slice(&sortable(segments.of(self.end_ms)));
        self.write_logged(out);
    }

    /// Reads the changelog's form.
    pub fn read_logged(bytes: &'a [u8]) -> Option<Self> {
        let end = bytes.len().checked_sub(SUFFIX_BYTES)?;
        Some(Self {
            key: bytes.get(..end)?,
            end_ms: i64_at(bytes, end)?,
            start_ms: i64_at(bytes, end + 8)?,
        })
    }

    /// Reads the store's form.
    pub fn read_local(bytes: &'a [u8]) -> Option<Self> {
        Self::read_logged(bytes.get(SEGMENT_BYTES..)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_local_key_is_the_logged_one_after_the_segment_of_its_end() {
        let session = SessionKey {
            key: b"a",
            start_ms: 1,
            end_ms: 60_000,
        };
        let mut logged = Vec::new();
        session.write_logged(&mut logged);
        let bytes = b"a\0\0\0\0\0\0\xea\x60\0\0\0\0\0\0\0\x01";
        assert_eq!(logged, bytes);
        let mut local = Vec::new();
        session.write_local(Segments::of_ms(20_000), &mut local);
        assert_eq!(local, [&b"\x80\0\0\0\0\0\0\x03"[..], &logged].concat());
        assert_eq!(SessionKey::read_logged(&logged), Some(session));
        assert_eq!(SessionKey::read_local(&local), Some(session));
    }
}
