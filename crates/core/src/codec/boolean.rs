//! Yes or no in one byte.

use super::{Codec, CodecError, IsNull, Place};

/// `bool` as one byte, `0x01` or `0x00`; any other byte is refused.
///
/// Same bytes as `org.apache.kafka.common.serialization.BooleanSerializer`.
///
/// ```
/// use headwater_core::codec::{Bool, Codec, Part, Place};
///
/// let place = Place { topic: "switches", part: Part::Value };
/// assert!(Bool.decode(Some(&[1]), place)?);
/// assert!(Bool.decode(Some(b"true"), place).is_err());
/// # Ok::<(), headwater_core::codec::CodecError>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Bool;

#[derive(Debug, thiserror::Error)]
#[error("expected byte 0x00 or 0x01, got {0:#04x}")]
struct NotBoolean(u8);

impl Codec for Bool {
    type Item = bool;

    fn decode(&self, bytes: Option<&[u8]>, _: Place<'_>) -> Result<bool, CodecError> {
        match bytes.ok_or(CodecError::null())? {
            [0] => Ok(false),
            [1] => Ok(true),
            &[other] => Err(CodecError::format(NotBoolean(other))),
            more => Err(CodecError::length(1, more.len())),
        }
    }

    fn encode(&self, item: &bool, out: &mut Vec<u8>, _: Place<'_>) -> Result<IsNull, CodecError> {
        out.push(u8::from(*item));
        Ok(IsNull::No)
    }
}
