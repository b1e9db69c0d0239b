//! Null as a type: `None` is Kafka's null.

use super::{Codec, CodecError, IsNull, Place};

/// `Option` of what another codec reads: `None` is Kafka's null, `Some` is the other codec's bytes.
///
/// Made by [`CodecExt::nullable`]. Kafka's serdes take null everywhere; here the type says where
/// it may be.
#[derive(Clone, Copy, Debug, Default)]
pub struct Nullable<C>(C);

impl<C: Codec> Codec for Nullable<C> {
    type Item = Option<C::Item>;

    fn decode(&self, bytes: Option<&[u8]>, place: Place<'_>) -> Result<Self::Item, CodecError> {
        match bytes {
            None => Ok(None),
            Some(bytes) => self.0.decode(Some(bytes), place).map(Some),
        }
    }

    fn encode(
        &self,
        item: &Self::Item,
        out: &mut Vec<u8>,
        place: Place<'_>,
    ) -> Result<IsNull, CodecError> {
        match item {
            None => Ok(IsNull::Yes),
            Some(item) => self.0.encode(item, out, place),
        }
    }

    fn is_null(&self, item: &Self::Item) -> bool {
        item.as_ref().is_none_or(|item| self.0.is_null(item))
    }
}

/// What every codec can be turned into.
pub trait CodecExt: Codec + Sized {
    /// The same codec with null as `None`, for records without a key and for tombstones.
    ///
    /// ```
    /// use headwater_core::codec::{Codec, CodecExt, I64, IsNull, Part, Place};
    ///
    /// let place = Place { topic: "balances", part: Part::Value };
    /// let codec = I64.nullable();
    /// assert_eq!(codec.decode(None, place)?, None);
    /// assert_eq!(codec.decode(Some(&[0, 0, 0, 0, 0, 0, 0, 9]), place)?, Some(9));
    /// assert_eq!(codec.encode(&None, &mut Vec::new(), place)?, IsNull::Yes);
    /// # Ok::<(), headwater_core::codec::CodecError>(())
    /// ```
    fn nullable(self) -> Nullable<Self> {
        Nullable(self)
    }
}

impl<C: Codec> CodecExt for C {}
