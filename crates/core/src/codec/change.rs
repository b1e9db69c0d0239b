//! Updates of tables on their way through a repartition topic.
//!
//! The last byte says what is there: 0 the old value, 1 the new one, 2 both,
//! as `varint(length of new) ‖ new ‖ old`. 3, 4 and 5 are the same with one byte more before the
//! last, which says whether the new value is the newest by time; they are read, never written.
//!
//! The layout is drawn in `docs/formats.md`, "Updates on repartition topics".

use super::{Codec, CodecError, IsNull, Place, SharedCodec};
use crate::record::Change;

const OLD: u8 = 0;
const NEW: u8 = 1;
const BOTH: u8 = 2;
/// Between a flag and its form with `is_latest`.
const WITH_IS_LATEST: u8 = 3;

/// Bits of a group of a varint; the highest bit of a byte says whether another follows.
const GROUP_BITS: u32 = 7;
const GROUP_MAX: u32 = 0x7f;
const MORE: u8 = 0x80;

/// The codec of updates whose values have this codec.
///
/// Semantics: `org.apache.kafka.streams.kstream.internals.ChangedSerializer` and
/// `ChangedDeserializer` (KIP-904).
pub(crate) struct ChangeCodec<V>(SharedCodec<V>);

impl<V: 'static> ChangeCodec<V> {
    pub(crate) const fn new(value: SharedCodec<V>) -> Self {
        Self(value)
    }

    fn value(&self, bytes: &[u8], place: Place<'_>) -> Result<Option<V>, CodecError> {
        self.0.decode(Some(bytes), place).map(Some)
    }
}

impl<V: 'static> Codec for ChangeCodec<V> {
    type Item = Change<V>;

    fn decode(&self, bytes: Option<&[u8]>, place: Place<'_>) -> Result<Change<V>, CodecError> {
        let bytes = bytes.ok_or(CodecError::null())?;
        let (flag, rest) = bytes.split_last().ok_or_else(unknown_form)?;
        let (kind, rest, is_latest) = match flag.checked_sub(WITH_IS_LATEST) {
            None => (*flag, rest, true),
            Some(kind) => match rest.split_last() {
                Some((0, rest)) => (kind, rest, false),
                Some((1, rest)) => (kind, rest, true),
                _ => return Err(unknown_form()),
            },
        };
        let (new, old) = match kind {
            OLD => (None, self.value(rest, place)?),
            NEW => (self.value(rest, place)?, None),
            BOTH => {
                let (new, old) = split_both(rest).ok_or_else(unknown_form)?;
                (self.value(new, place)?, self.value(old, place)?)
            }
            _ => return Err(unknown_form()),
        };
        Ok(Change {
            is_latest,
            ..Change::new(new, old)
        })
    }

    fn encode(
        &self,
        change: &Change<V>,
        out: &mut Vec<u8>,
        place: Place<'_>,
    ) -> Result<IsNull, CodecError> {
        let flag = match (&change.new, &change.old) {
            (Some(new), Some(old)) => {
                let begin = out.len();
                self.0.encode(new, out, place)?;
                insert_length(begin, out)?;
                self.0.encode(old, out, place)?;
                BOTH
            }
            (Some(new), None) => {
                self.0.encode(new, out, place)?;
                NEW
            }
            (None, Some(old)) => {
                self.0.encode(old, out, place)?;
                OLD
            }
            (None, None) => return Err(CodecError::format("an update has no value at all")),
        };
        out.push(flag);
        Ok(IsNull::No)
    }
}

/// Puts the length of what was written since `begin` before it, as a varint in zigzag form.
fn insert_length(begin: usize, out: &mut Vec<u8>) -> Result<(), CodecError> {
    let length = out.len().saturating_sub(begin);
    let length = i32::try_from(length).map_err(|_| CodecError::format("a value over 2 GiB"))?;
    let mut rest = length.unsigned_abs() << 1;
    let mut varint = [0; 5];
    let mut used = 0;
    for byte in &mut varint {
        used += 1;
        let group = u8::try_from(rest & GROUP_MAX).unwrap_or_default();
        rest >>= GROUP_BITS;
        if rest == 0 {
            *byte = group;
            break;
        }
        *byte = group | MORE;
    }
    out.splice(begin..begin, varint.into_iter().take(used));
    Ok(())
}

/// New and old value of a form with both.
fn split_both(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (mut zigzag, mut shift) = (0_u32, 0);
    let mut rest = bytes;
    loop {
        let (&byte, behind) = rest.split_first()?;
        zigzag |= u32::from(byte & !MORE).checked_shl(shift)?;
        rest = behind;
        if byte & MORE == 0 {
            break;
        }
        shift += GROUP_BITS;
    }
    let is_negative = zigzag & 1 == 1;
    let length = usize::try_from(zigzag >> 1).ok().filter(|_| !is_negative)?;
    rest.split_at_checked(length)
}

fn unknown_form() -> CodecError {
    CodecError::format("an update of a table in a form that is not known")
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::codec::{Part, Utf8};

    const PLACE: Place<'static> = Place {
        topic: "t",
        part: Part::Value,
    };

    fn change(new: Option<&str>, old: Option<&str>) -> Change<String> {
        Change::new(new.map(str::to_owned), old.map(str::to_owned))
    }

    fn codec() -> ChangeCodec<String> {
        ChangeCodec::new(Arc::new(Utf8))
    }

    fn encoded(change: &Change<String>) -> Vec<u8> {
        let mut bytes = Vec::new();
        codec().encode(change, &mut bytes, PLACE).unwrap();
        bytes
    }

    #[test]
    fn updates_have_the_bytes_of_kafka_streams() {
        assert_eq!(encoded(&change(None, Some("o"))), b"o\x00");
        assert_eq!(encoded(&change(Some("n"), None)), b"n\x01");
        assert_eq!(encoded(&change(Some("new"), Some("o"))), b"\x06newo\x02");
        assert_eq!(encoded(&change(Some(""), Some(""))), b"\x00\x02");
        let long = "x".repeat(100);
        let both = encoded(&change(Some(&long), Some("o")));
        // Zigzag doubles the length: 200 takes two bytes.
        assert_eq!(both.get(..3), Some(&b"\xc8\x01x"[..]));
        assert_eq!(both.len(), 2 + 100 + 1 + 1);
    }

    #[test]
    fn what_is_written_is_read_back() {
        let long = "y".repeat(20_000);
        for change in [
            change(None, Some("o")),
            change(Some("n"), None),
            change(Some("n"), Some("o")),
            change(Some(""), Some("")),
            change(Some(&long), Some(&long)),
        ] {
            let read = codec().decode(Some(&encoded(&change)), PLACE).unwrap();
            assert_eq!(read, change);
        }
    }

    #[test]
    fn forms_that_say_whether_a_value_is_the_newest_are_read() {
        let read = |bytes: &[u8]| codec().decode(Some(bytes), PLACE).unwrap();
        let outdated = |change: Change<String>| Change {
            is_latest: false,
            ..change
        };
        assert_eq!(read(b"o\x01\x03"), change(None, Some("o")));
        assert_eq!(read(b"n\x00\x04"), outdated(change(Some("n"), None)));
        assert_eq!(
            read(b"\x02no\x00\x05"),
            outdated(change(Some("n"), Some("o")))
        );
    }

    #[test]
    fn other_forms_are_refused() {
        for bytes in [&b""[..], b"x\x06", b"\x7fn\x02", b"\x03n\x02", b"n\x02\x04"] {
            assert!(codec().decode(Some(bytes), PLACE).is_err(), "{bytes:?}");
        }
        let nothing = codec().encode(&change(None, None), &mut Vec::new(), PLACE);
        assert!(nothing.is_err());
    }
}
