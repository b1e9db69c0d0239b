//! How versions lie in an engine.
//!
//! The newest value of a key: `0x00 ‖ key` = `from(8) ‖ value`. A version that has ended:
//! `0x01 ‖ segment(8) ‖ key length(4) ‖ key ‖ until(8)` = `from(8) ‖ 0x00`, a deletion, or
//! `from(8) ‖ 0x01 ‖ value`. It lies in the segment of its end, so that what has expired is one
//! range of keys.
//!
//! The layout is drawn in `docs/formats.md`, "Versions".

use crate::StateError;
use crate::key::{i64_at, sortable};

const NEWEST: u8 = 0;
const ENDED: u8 = 1;
const TIME_BYTES: usize = 8;
/// Where the key begins in the local key of an ended version.
const KEY_AT: usize = 1 + TIME_BYTES + size_of::<u32>();

/// A version that has ended, or a deletion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ended {
    pub(super) from_ms: i64,
    pub(super) until_ms: i64,
    pub(super) value: Option<Vec<u8>>,
}

pub(super) fn newest_key(key: &[u8], out: &mut Vec<u8>) {
    out.clear();
    out.push(NEWEST);
    out.extend_from_slice(key);
}

pub(super) fn ended_key(segment: i64, key: &[u8], until_ms: i64, out: &mut Vec<u8>) {
    segment_start(segment, out);
    let length = u32::try_from(key.len()).expect("a key is shorter than 4 GiB");
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(key);
    out.extend_from_slice(&sortable(until_ms));
}

/// Before every version of a segment.
pub(super) fn segment_start(segment: i64, out: &mut Vec<u8>) {
    out.clear();
    out.push(ENDED);
    out.extend_from_slice(&sortable(segment));
}

/// Before every version that has ended.
pub(super) const ALL_ENDED: &[u8] = &[ENDED];

/// The key of a newest value.
pub(super) fn read_newest_key(local: &[u8]) -> Option<&[u8]> {
    local.strip_prefix(&[NEWEST])
}

/// Key and end of an ended version.
pub(super) fn read_ended_key(local: &[u8]) -> Result<(&[u8], i64), StateError> {
    let read = || {
        let key_end = local.len().checked_sub(TIME_BYTES)?;
        let key = local.get(KEY_AT..key_end)?;
        Some((key, i64_at(local, key_end)? ^ i64::MIN))
    };
    read().ok_or_else(|| malformed(local))
}

pub(super) fn write_newest(from_ms: i64, value: &[u8], out: &mut Vec<u8>) {
    out.clear();
    out.extend_from_slice(&from_ms.to_be_bytes());
    out.extend_from_slice(value);
}

pub(super) fn write_ended(from_ms: i64, value: Option<&[u8]>, out: &mut Vec<u8>) {
    out.clear();
    out.extend_from_slice(&from_ms.to_be_bytes());
    out.push(u8::from(value.is_some()));
    out.extend_from_slice(value.unwrap_or_default());
}

/// Beginning and value of a newest row.
pub(super) fn read_newest(row: &[u8]) -> Result<(i64, &[u8]), StateError> {
    let read = || Some((i64_at(row, 0)?, row.get(TIME_BYTES..)?));
    read().ok_or_else(|| malformed(row))
}

/// Beginning and value of an ended row.
pub(super) fn read_ended(row: &[u8]) -> Result<(i64, Option<&[u8]>), StateError> {
    let read = || {
        let (kind, value) = row.get(TIME_BYTES..)?.split_first()?;
        Some((i64_at(row, 0)?, (*kind == 1).then_some(value)))
    };
    read().ok_or_else(|| malformed(row))
}

#[cold]
fn malformed(bytes: &[u8]) -> StateError {
    StateError::Malformed {
        what: "a version of a value",
        bytes: bytes.len(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn newest_and_ended_versions_have_their_bytes() {
        let (mut key, mut row) = (Vec::new(), Vec::new());
        newest_key(b"a", &mut key);
        write_newest(5, b"v", &mut row);
        assert_eq!(key, b"\0a");
        assert_eq!(row, b"\0\0\0\0\0\0\0\x05v");
        ended_key(3, b"a", 9, &mut key);
        assert_eq!(
            key,
            b"\x01\x80\0\0\0\0\0\0\x03\0\0\0\x01a\x80\0\0\0\0\0\0\x09"
        );
        assert_eq!(read_ended_key(&key).unwrap(), (&b"a"[..], 9));
        write_ended(5, Some(b"v"), &mut row);
        assert_eq!(row, b"\0\0\0\0\0\0\0\x05\x01v");
        assert_eq!(read_ended(&row).unwrap(), (5, Some(&b"v"[..])));
        write_ended(5, None, &mut row);
        assert_eq!(row, b"\0\0\0\0\0\0\0\x05\0");
        assert_eq!(read_ended(&row).unwrap(), (5, None));
    }
}
