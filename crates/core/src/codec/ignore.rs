//! Parts that carry nothing: ignored, or always null.

use super::{Codec, CodecError, IsNull, Place};

/// `()` for a key that does not matter: any bytes and null are read as `()`, and `()` is written
/// as null.
///
/// Records read with it lose their key when they are written with it again. Kafka has no such
/// serde: Java programs read the key as bytes and leave it alone.
///
/// ```
/// use headwater_core::codec::{Codec, IgnoreKey, IsNull, Part, Place};
///
/// let place = Place { topic: "readings", part: Part::Key };
/// IgnoreKey.decode(Some(b"whatever"), place)?;
/// assert_eq!(IgnoreKey.encode(&(), &mut Vec::new(), place)?, IsNull::Yes);
/// # Ok::<(), headwater_core::codec::CodecError>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct IgnoreKey;

impl Codec for IgnoreKey {
    type Item = ();

    fn decode(&self, _: Option<&[u8]>, _: Place<'_>) -> Result<(), CodecError> {
        Ok(())
    }

    fn encode(&self, (): &(), _: &mut Vec<u8>, _: Place<'_>) -> Result<IsNull, CodecError> {
        Ok(IsNull::Yes)
    }
}

/// `()` for a part that is null in every record; bytes, even none, are refused.
///
/// Same as `org.apache.kafka.common.serialization.Serdes.VoidSerde`.
///
/// ```
/// use headwater_core::codec::{Codec, Part, Place, Void};
///
/// let place = Place { topic: "ticks", part: Part::Key };
/// Void.decode(None, place)?;
/// assert!(Void.decode(Some(b"seven"), place).is_err());
/// # Ok::<(), headwater_core::codec::CodecError>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Void;

#[derive(Debug, thiserror::Error)]
#[error("expected null, got {0} bytes; read them with `IgnoreKey` if they do not matter")]
struct NotNull(usize);

impl Codec for Void {
    type Item = ();

    fn decode(&self, bytes: Option<&[u8]>, _: Place<'_>) -> Result<(), CodecError> {
        match bytes {
            None => Ok(()),
            Some(bytes) => Err(CodecError::format(NotNull(bytes.len()))),
        }
    }

    fn encode(&self, (): &(), _: &mut Vec<u8>, _: Place<'_>) -> Result<IsNull, CodecError> {
        Ok(IsNull::Yes)
    }
}
