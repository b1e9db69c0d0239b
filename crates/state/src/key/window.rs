//! Keys of window stores: `key ‖ start(8) ‖ sequence(4)`.
//!
//! The layout is drawn in `docs/formats.md`, "Window keys".

use super::{SEGMENT_BYTES, Segments, i64_at, sortable};

/// Bytes of a window's start.
const START_BYTES: usize = 8;
/// Bytes that tell duplicates apart.
const SEQUENCE_BYTES: usize = 4;
/// Bytes after the record's key.
const SUFFIX_BYTES: usize = START_BYTES + SEQUENCE_BYTES;

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

/// The store's key of one record key, moved from window to window.
///
/// The record's key is written once; a move overwrites the bytes around it. A record that lies in
/// thirty windows is encoded once, into memory that is used again for the next record.
#[derive(Clone, Debug, Default)]
pub struct WindowPlace {
    bytes: Vec<u8>,
}

impl WindowPlace {
    /// Takes the record's key that `write` appends.
    ///
    /// # Errors
    /// What `write` fails with.
    pub fn write_key<E>(
        &mut self,
        write: impl FnOnce(&mut Vec<u8>) -> Result<(), E>,
    ) -> Result<(), E> {
        self.bytes.clear();
        self.bytes.extend_from_slice(&[0; SEGMENT_BYTES]);
        write(&mut self.bytes)?;
        self.bytes.extend_from_slice(&[0; SUFFIX_BYTES]);
        Ok(())
    }

    /// Takes the record's key of another place.
    pub fn copy_key(&mut self, other: &Self) {
        self.bytes.clone_from(&other.bytes);
    }

    /// Bytes of the record's key.
    pub fn key(&self) -> &[u8] {
        let end = self.bytes.len().saturating_sub(SUFFIX_BYTES);
        self.bytes.get(SEGMENT_BYTES..end).unwrap_or_default()
    }

    /// The store's key of a window, in the segment of its start.
    pub fn at(&mut self, segments: Segments, start_ms: i64, sequence: u32) -> &[u8] {
        self.at_in(segments.of(start_ms), start_ms, sequence)
    }

    /// The store's key of a window as it would be in this segment: a bound of a scan.
    pub fn at_in(&mut self, segment: i64, start_ms: i64, sequence: u32) -> &[u8] {
        if let Some(prefix) = self.bytes.first_chunk_mut() {
            *prefix = sortable(segment);
        }
        if let Some(suffix) = self.bytes.last_chunk_mut::<SUFFIX_BYTES>() {
            let (start, number) = suffix.split_at_mut(START_BYTES);
            start.copy_from_slice(&start_ms.to_be_bytes());
            number.copy_from_slice(&sequence.to_be_bytes());
        }
        &self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_local_key_is_the_logged_one_after_its_segment() {
        let key = WindowKey {
            key: b"a",
            start_ms: 60_000,
            sequence: 1,
        };
        let mut logged = Vec::new();
        key.write_logged(&mut logged);
        assert_eq!(logged, b"a\0\0\0\0\0\0\xea\x60\0\0\0\x01");
        let mut local = Vec::new();
        key.write_local(Segments::of_ms(20_000), &mut local);
        // Segment 3, with the sign bit turned round so that negative ones come first.
        assert_eq!(local, [&b"\x80\0\0\0\0\0\0\x03"[..], &logged].concat());
        assert_eq!(WindowKey::read_logged(&logged), Some(key));
        assert_eq!(WindowKey::read_local(&local), Some(key));
    }

    #[test]
    fn a_place_is_the_key_that_is_written_whole() {
        let segments = Segments::of_ms(1_000);
        let mut place = WindowPlace::default();
        for (key, start_ms, sequence) in [("a", 0, 0), ("", 999, 1), ("long key", 5_000, 7)] {
            let written = WindowKey {
                key: key.as_bytes(),
                start_ms,
                sequence,
            };
            let mut local = Vec::new();
            written.write_local(segments, &mut local);
            let wrote: Result<(), ()> = place.write_key(|out| {
                out.extend_from_slice(key.as_bytes());
                Ok(())
            });
            assert_eq!(wrote, Ok(()));
            assert_eq!(place.at(segments, 77, 3).len(), local.len());
            assert_eq!(place.at(segments, start_ms, sequence), local);
            assert_eq!(place.key(), key.as_bytes());
            assert_eq!(WindowKey::read_local(&local), Some(written));
        }
    }
}
