//! The values of the cases: their types are only known when a case is read.

use bytes::Bytes;
use headwater_core::codec::{Codec, CodecError, IsNull, Place};
use headwater_core::dsl::Count;
use serde_json::Value as Json;

/// A type named in a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Type {
    Text,
    Long,
    Integer,
    Double,
    Bytes,
}

impl Type {
    pub(crate) fn named(name: &str) -> Result<Self, String> {
        match name {
            "string" => Ok(Self::Text),
            "long" => Ok(Self::Long),
            "integer" => Ok(Self::Integer),
            "double" => Ok(Self::Double),
            "bytes" => Ok(Self::Bytes),
            _ => Err(format!("type {name}")),
        }
    }
}

/// A value of any of the types, or null.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Null,
    Text(String),
    Long(i64),
    Integer(i32),
    Double(f64),
    Bytes(Bytes),
}

impl Value {
    /// A value as a case writes it.
    pub(crate) fn from_json(json: &Json, of: Type) -> Self {
        match (of, json) {
            (Type::Text, Json::String(text)) => Self::Text(text.clone()),
            (Type::Long, number) if number.is_i64() => Self::Long(number.as_i64().unwrap()),
            (Type::Integer, number) if number.is_i64() => {
                Self::Integer(i32::try_from(number.as_i64().unwrap()).unwrap())
            }
            (Type::Double, number) if number.is_number() => Self::Double(number.as_f64().unwrap()),
            (Type::Bytes, Json::String(hex)) => Self::Bytes(from_hex(hex).into()),
            _ => Self::Null,
        }
    }

    pub(crate) const fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }

    /// The contract's `text(x)`.
    pub(crate) fn text(&self) -> String {
        match self {
            Self::Null => "null".to_owned(),
            Self::Text(text) => text.clone(),
            Self::Long(number) => number.to_string(),
            Self::Integer(number) => number.to_string(),
            Self::Double(number) => number.to_string(),
            Self::Bytes(bytes) => to_hex(bytes),
        }
    }

    pub(crate) const fn long(&self) -> Option<i64> {
        match self {
            Self::Long(number) => Some(*number),
            _ => None,
        }
    }
}

impl Count for Value {
    fn zero() -> Self {
        Self::Long(0)
    }

    fn plus(self, more: i64) -> Self {
        Self::Long(self.long().unwrap_or(0).wrapping_add(more))
    }

    fn sum(self, other: Self) -> Self {
        self.plus(other.long().unwrap_or(0))
    }
}

/// Reads and writes values of one type; null is null.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ValueCodec(pub(crate) Type);

impl Codec for ValueCodec {
    type Item = Value;

    fn decode(&self, bytes: Option<&[u8]>, _: Place<'_>) -> Result<Value, CodecError> {
        let Some(bytes) = bytes else {
            return Ok(Value::Null);
        };
        let exactly = |expected| CodecError::length(expected, bytes.len());
        Ok(match self.0 {
            Type::Text => Value::Text(String::from_utf8_lossy(bytes).into_owned()),
            Type::Bytes => Value::Bytes(Bytes::copy_from_slice(bytes)),
            Type::Long => Value::Long(i64::from_be_bytes(
                bytes.try_into().map_err(|_| exactly(8))?,
            )),
            Type::Integer => Value::Integer(i32::from_be_bytes(
                bytes.try_into().map_err(|_| exactly(4))?,
            )),
            Type::Double => Value::Double(f64::from_be_bytes(
                bytes.try_into().map_err(|_| exactly(8))?,
            )),
        })
    }

    fn encode(&self, value: &Value, out: &mut Vec<u8>, _: Place<'_>) -> Result<IsNull, CodecError> {
        match value {
            Value::Null => return Ok(IsNull::Yes),
            Value::Text(text) => out.extend_from_slice(text.as_bytes()),
            Value::Long(number) => out.extend_from_slice(&number.to_be_bytes()),
            Value::Integer(number) => out.extend_from_slice(&number.to_be_bytes()),
            Value::Double(number) => out.extend_from_slice(&number.to_be_bytes()),
            Value::Bytes(bytes) => out.extend_from_slice(bytes),
        }
        Ok(IsNull::No)
    }

    fn is_null(&self, value: &Value) -> bool {
        value.is_null()
    }
}

pub(crate) fn to_hex(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap();
    bytes
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}

pub(crate) fn from_hex(hex: &str) -> Vec<u8> {
    let digit = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).unwrap();
    (0..hex.len() / 2).map(|place| digit(place * 2)).collect()
}
