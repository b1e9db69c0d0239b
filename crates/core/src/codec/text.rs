//! Text in UTF-8.

use super::{Codec, CodecError, IsNull, Place};

/// [`String`] as UTF-8, without length or terminator.
///
/// Same bytes as `org.apache.kafka.common.serialization.StringSerializer`. Where Java's
/// deserializer replaces bytes that are not UTF-8 by U+FFFD and so loses them, this one refuses
/// the record and says at which byte.
///
/// ```
/// use headwater_core::codec::{Codec, Part, Place, Utf8};
///
/// let place = Place { topic: "greetings", part: Part::Value };
/// assert_eq!(Utf8.decode(Some(b"hello"), place)?, "hello");
///
/// let error = Utf8.decode(Some(b"caf\xe9"), place).unwrap_err();
/// assert_eq!(error.to_string(), "incomplete utf-8 byte sequence from index 3");
/// # Ok::<(), headwater_core::codec::CodecError>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Utf8;

impl Codec for Utf8 {
    type Item = String;

    fn decode(&self, bytes: Option<&[u8]>, _: Place<'_>) -> Result<String, CodecError> {
        let bytes = bytes.ok_or(CodecError::null())?;
        let text = std::str::from_utf8(bytes).map_err(CodecError::format)?;
        Ok(text.to_owned())
    }

    fn encode(&self, item: &String, out: &mut Vec<u8>, _: Place<'_>) -> Result<IsNull, CodecError> {
        out.extend_from_slice(item.as_bytes());
        Ok(IsNull::No)
    }
}
