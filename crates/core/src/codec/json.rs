//! JSON through serde.

use std::fmt;
use std::marker::PhantomData;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::{Codec, CodecError, IsNull, Place};

/// Any type that serde can read and write, as one JSON text in UTF-8.
///
/// Anything after the JSON text but white space is refused, and errors name line and column.
/// A `T` that is itself an `Option` is written as the JSON text `null`, which is not Kafka's
/// null: that is [`CodecExt::nullable`](super::CodecExt::nullable).
/// Kafka's clients have no such serde; Java programs bring one of their own around Jackson, which
/// reads and writes the same texts.
///
/// ```
/// use headwater_core::codec::{Codec, Json, Part, Place};
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Debug, PartialEq, Serialize, Deserialize)]
/// struct Reading {
///     device: String,
///     celsius: f64,
/// }
///
/// let place = Place { topic: "readings", part: Part::Value };
/// let codec = Json::<Reading>::new();
/// let reading = codec.decode(Some(br#"{"device": "pump-7", "celsius": 21.5}"#), place)?;
/// assert_eq!(reading, Reading { device: "pump-7".into(), celsius: 21.5 });
///
/// let error = codec.decode(Some(br#"{"device": 7}"#), place).unwrap_err();
/// assert_eq!(
///     error.to_string(),
///     "invalid type: integer `7`, expected a string at line 1 column 12",
/// );
/// # Ok::<(), headwater_core::codec::CodecError>(())
/// ```
pub struct Json<T>(PhantomData<fn() -> T>);

impl<T> Json<T> {
    /// The codec; the type is often inferred from where it is used.
    pub const fn new() -> Self {
        Self(PhantomData)
    }
}

// Derives would ask the same of `T`, of which no value is kept.
impl<T> Clone for Json<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Json<T> {}

impl<T> Default for Json<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> fmt::Debug for Json<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Json<{}>", std::any::type_name::<T>())
    }
}

impl<T: Serialize + DeserializeOwned + 'static> Codec for Json<T> {
    type Item = T;

    fn decode(&self, bytes: Option<&[u8]>, _: Place<'_>) -> Result<T, CodecError> {
        let bytes = bytes.ok_or(CodecError::null())?;
        serde_json::from_slice(bytes).map_err(CodecError::format)
    }

    fn encode(&self, item: &T, out: &mut Vec<u8>, _: Place<'_>) -> Result<IsNull, CodecError> {
        serde_json::to_writer(out, item).map_err(CodecError::format)?;
        Ok(IsNull::No)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;
    use crate::codec::CodecExt;
    use crate::codec::tests::{PLACE, encoded, pinned, refused};

    #[test]
    fn json_is_compact_and_refuses_what_follows_it() {
        let codec = Json::<Vec<u8>>::new();
        pinned(&codec, &[(vec![1, 2], "5b312c325d")]);
        assert_eq!(codec.decode(Some(b"[1, 2]\n "), PLACE).unwrap(), [1, 2]);
        assert_eq!(
            refused(&codec, Some(b"[1, 2]\n[3]")),
            "trailing characters at line 2 column 1"
        );
        assert_eq!(
            refused(&codec, Some(b"")),
            "EOF while parsing a value at line 1 column 0"
        );
    }

    #[test]
    fn json_null_is_not_kafkas_null() {
        let codec = Json::<Option<i32>>::new();
        assert_eq!(encoded(&codec, &None), Some(b"null".to_vec()));
        assert_eq!(codec.decode(Some(b"null"), PLACE).unwrap(), None);
        assert!(codec.decode(None, PLACE).is_err());
        assert_eq!(encoded(&codec.nullable(), &None), None);
    }

    #[test]
    fn json_nested_without_end_is_refused() {
        let bytes = vec![b'['; 100_000];
        assert!(refused(&Json::<Value>::new(), Some(&bytes)).contains("recursion limit"));
    }

    #[test]
    fn json_that_cannot_be_written_is_an_error() {
        let keys = std::collections::BTreeMap::from([(vec![1], 2)]);
        let codec = Json::<std::collections::BTreeMap<Vec<i32>, i32>>::new();
        let error = codec.encode(&keys, &mut Vec::new(), PLACE).unwrap_err();
        assert_eq!(error.to_string(), "key must be a string");
    }

    #[test]
    fn json_codec_asks_nothing_of_its_type_but_serde() {
        let codec = Json::<Value>::default();
        let copy = codec;
        assert_eq!(format!("{codec:?}"), "Json<serde_json::value::Value>");
        assert_eq!(
            encoded(&copy, &json!({"n": 1})),
            Some(br#"{"n":1}"#.to_vec())
        );
    }

    proptest! {
        #[test]
        fn json_reads_what_it_wrote(item: (String, i64, Option<bool>)) {
            let codec = Json::<(String, i64, Option<bool>)>::new();
            let bytes = encoded(&codec, &item);
            prop_assert_eq!(codec.decode(bytes.as_deref(), PLACE).unwrap(), item);
        }

        #[test]
        fn hostile_json_never_panics(bytes: Vec<u8>) {
            let _ = Json::<Value>::new().decode(Some(&bytes), PLACE);
        }
    }
}
