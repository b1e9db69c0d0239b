//! UUIDs in their textual form.

use uuid::Uuid;

use super::{Codec, CodecError, IsNull, Place};

/// Length of the one form this codec reads, `8-4-4-4-12` hexadecimal digits with hyphens.
const TEXT_LEN: usize = 36;

/// [`Uuid`] as its text in UTF-8, such as `67e55044-10b1-426f-9247-bb680e5fe0c8`: 36 bytes,
/// written in lower case, read in either.
///
/// Same bytes as `org.apache.kafka.common.serialization.UUIDSerializer`. The shortened text that
/// `java.util.UUID.fromString` also reads (`1-2-3-4-5`) is refused: no serializer writes it.
///
/// ```
/// use headwater_core::codec::{Codec, Part, Place, UuidText};
///
/// let place = Place { topic: "orders", part: Part::Key };
/// let id = UuidText.decode(Some(b"67e55044-10b1-426f-9247-bb680e5fe0c8"), place)?;
/// assert_eq!(id.as_u128(), 0x67e55044_10b1_426f_9247_bb680e5fe0c8);
/// # Ok::<(), headwater_core::codec::CodecError>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct UuidText;

impl Codec for UuidText {
    type Item = Uuid;

    fn decode(&self, bytes: Option<&[u8]>, _: Place<'_>) -> Result<Uuid, CodecError> {
        let bytes = bytes.ok_or(CodecError::null())?;
        if bytes.len() != TEXT_LEN {
            return Err(CodecError::length(TEXT_LEN, bytes.len()));
        }
        Uuid::try_parse_ascii(bytes).map_err(CodecError::format)
    }

    fn encode(&self, item: &Uuid, out: &mut Vec<u8>, _: Place<'_>) -> Result<IsNull, CodecError> {
        let mut text = [0; TEXT_LEN];
        out.extend_from_slice(item.hyphenated().encode_lower(&mut text).as_bytes());
        Ok(IsNull::No)
    }
}
