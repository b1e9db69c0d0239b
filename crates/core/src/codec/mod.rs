//! Codecs: how keys and values become bytes and back.

mod boolean;
mod bytes;
mod change;
mod error;
mod ignore;
#[cfg(feature = "json")]
mod json;
mod number;
mod option;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
mod text;
mod uuid;

pub use boolean::Bool;
pub use bytes::RawBytes;
pub(crate) use change::ChangeCodec;
pub use error::CodecError;
pub use ignore::{IgnoreKey, Void};
#[cfg(feature = "json")]
pub use json::Json;
pub use number::{F32, F64, I16, I32, I64};
pub use option::{CodecExt, Nullable};
pub use text::Utf8;
pub use uuid::UuidText;

/// Whether an encoded part is Kafka's null.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IsNull {
    /// Null: the bytes appended do not count.
    Yes,
    /// The bytes appended, possibly none.
    No,
}

/// Which part of a record a codec is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// The key.
    Key,
    /// The value.
    Value,
}

impl std::fmt::Display for Part {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Key => "key",
            Self::Value => "value",
        })
    }
}

/// Where the bytes lie: codecs that ask a schema registry name their subject by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place<'a> {
    /// Topic read or written, or the changelog's name for a store.
    pub topic: &'a str,
    /// Key or value.
    pub part: Part,
}

/// Turns values of one type into bytes and back.
///
/// One codec type stands for one item type, so that closures in a topology need no annotations.
/// A codec is shared by all tasks and must not keep state that depends on the order of calls.
///
/// Semantics: `org.apache.kafka.common.serialization.Serde`.
///
/// ```
/// use headwater_core::codec::{Codec, CodecError, IsNull, Place};
///
/// /// Celsius as two bytes, hundredths of a degree.
/// struct Celsius;
///
/// impl Codec for Celsius {
///     type Item = f32;
///
///     fn decode(&self, bytes: Option<&[u8]>, _: Place<'_>) -> Result<f32, CodecError> {
///         let bytes = bytes.ok_or(CodecError::null())?;
///         let bytes = bytes.try_into().map_err(|_| CodecError::length(2, bytes.len()))?;
///         Ok(f32::from(i16::from_be_bytes(bytes)) / 100.0)
///     }
///
///     #[allow(clippy::cast_possible_truncation)]
///     fn encode(&self, celsius: &f32, out: &mut Vec<u8>, _: Place<'_>) -> Result<IsNull, CodecError> {
///         out.extend_from_slice(&((celsius * 100.0) as i16).to_be_bytes());
///         Ok(IsNull::No)
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a codec",
    label = "a codec is needed here, for instance `Utf8`, `I64`, `Json::<T>::new()` or `IgnoreKey`",
    note = "implement `headwater::codec::Codec` to bring your own"
)]
pub trait Codec: Send + Sync + 'static {
    /// What the bytes mean.
    type Item: 'static;

    /// Reads an item; `None` is Kafka's null.
    ///
    /// # Errors
    /// If the bytes are not what this codec writes, or null where it has no item for null.
    fn decode(&self, bytes: Option<&[u8]>, place: Place<'_>) -> Result<Self::Item, CodecError>;

    /// Appends the bytes of an item, and says whether it is null.
    ///
    /// # Errors
    /// If the item has no form as bytes.
    fn encode(
        &self,
        item: &Self::Item,
        out: &mut Vec<u8>,
        place: Place<'_>,
    ) -> Result<IsNull, CodecError>;

    /// Whether an item stands for Kafka's null: such keys and values take no part in grouping
    /// and joining. Only a codec that writes null needs to say so.
    fn is_null(&self, item: &Self::Item) -> bool {
        let _ = item;
        false
    }
}

/// A codec whose type is forgotten; operators that keep state share it between their parts.
pub(crate) type SharedCodec<T> = std::sync::Arc<dyn Codec<Item = T>>;

impl<C: Codec + ?Sized> Codec for std::sync::Arc<C> {
    type Item = C::Item;

    fn decode(&self, bytes: Option<&[u8]>, place: Place<'_>) -> Result<Self::Item, CodecError> {
        (**self).decode(bytes, place)
    }

    fn encode(
        &self,
        item: &Self::Item,
        out: &mut Vec<u8>,
        place: Place<'_>,
    ) -> Result<IsNull, CodecError> {
        (**self).encode(item, out, place)
    }

    fn is_null(&self, item: &Self::Item) -> bool {
        (**self).is_null(item)
    }
}
