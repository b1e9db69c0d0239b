//! Bytes as they are.

use bytes::Bytes;

use super::{Codec, CodecError, IsNull, Place};

/// [`Bytes`] as they are.
///
/// Same bytes as `ByteArraySerializer` and `BytesSerializer` of
/// `org.apache.kafka.common.serialization`. Decoding copies once, cloning the item does not.
///
/// ```
/// use headwater_core::codec::{Codec, Part, Place, RawBytes};
///
/// let place = Place { topic: "frames", part: Part::Value };
/// assert_eq!(RawBytes.decode(Some(&[1, 2, 3]), place)?, [1, 2, 3].as_slice());
/// # Ok::<(), headwater_core::codec::CodecError>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct RawBytes;

impl Codec for RawBytes {
    type Item = Bytes;

    fn decode(&self, bytes: Option<&[u8]>, _: Place<'_>) -> Result<Bytes, CodecError> {
        bytes.map(Bytes::copy_from_slice).ok_or(CodecError::null())
    }

    fn encode(&self, item: &Bytes, out: &mut Vec<u8>, _: Place<'_>) -> Result<IsNull, CodecError> {
        out.extend_from_slice(item);
        Ok(IsNull::No)
    }
}
