//! The aggregators, reducers and mergers that cases name.

use headwater_core::failure::Failure;
use serde_json::Value as Json;

use crate::functions::Function;
use crate::value::{Type, Value};

/// Whether values are put into an aggregate or taken out of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Stream,
    Adder,
    Subtractor,
}

impl Side {
    const fn separator(self) -> char {
        match self {
            Self::Stream => ',',
            Self::Adder => '+',
            Self::Subtractor => '-',
        }
    }

    const fn signed(self, number: i64) -> i64 {
        match self {
            Self::Stream | Self::Adder => number,
            Self::Subtractor => number.wrapping_neg(),
        }
    }
}

/// An aggregator, with its initial value and its merger of sessions.
#[derive(Clone, Debug)]
pub(crate) struct Aggregator {
    function: Function,
    side: Side,
    /// The type of its aggregates.
    pub(crate) of: Type,
}

impl Aggregator {
    pub(crate) fn from_json(json: &Json, side: Side) -> Result<Self, String> {
        let function = Function::from_json(json);
        let of = match function.name() {
            "concat" | "null_on" => Type::Text,
            "sum" | "chars" => Type::Long,
            other => return Err(format!("aggregator {other}")),
        };
        Ok(Self { function, side, of })
    }

    pub(crate) fn initial(&self) -> Value {
        match self.of {
            Type::Long => Value::Long(0),
            _ => Value::Text(String::new()),
        }
    }

    pub(crate) fn add(&self, value: &Value, aggregate: &Value) -> Result<Value, Failure> {
        match self.function.name() {
            "null_on" if value.text() == self.function.text() => Ok(Value::Null),
            "sum" => sum(aggregate, value, self.side),
            "chars" if value.is_null() => Err(Failure::new("null has no length")),
            "chars" => {
                let length = i64::try_from(value.text().encode_utf16().count())?;
                sum(aggregate, &Value::Long(length), self.side)
            }
            _ => Ok(concat(aggregate, value, self.side)),
        }
    }

    pub(crate) fn merge(&self, one: &Value, other: &Value) -> Result<Value, Failure> {
        match self.of {
            Type::Long => sum(one, other, Side::Stream),
            _ => Ok(Value::Text(format!("{}|{}", one.text(), other.text()))),
        }
    }
}

/// A reducer.
#[derive(Clone, Debug)]
pub(crate) struct Reducer {
    function: Function,
    side: Side,
}

impl Reducer {
    pub(crate) fn from_json(json: &Json, side: Side) -> Result<Self, String> {
        let function = Function::from_json(json);
        match function.name() {
            "concat" | "null_on" | "sum" | "max" | "first" | "last" => Ok(Self { function, side }),
            other => Err(format!("reducer {other}")),
        }
    }

    pub(crate) fn reduce(&self, old: Value, value: Value) -> Result<Value, Failure> {
        match self.function.name() {
            "null_on" if value.text() == self.function.text() => Ok(Value::Null),
            "sum" => sum(&old, &value, self.side),
            "max" => match (old.long(), value.long()) {
                (Some(old), Some(value)) => Ok(Value::Long(old.max(value))),
                _ => Err(Failure::new("null is no number")),
            },
            "first" => Ok(old),
            "last" => Ok(value),
            _ => Ok(concat(&old, &value, self.side)),
        }
    }
}

fn concat(aggregate: &Value, value: &Value, side: Side) -> Value {
    let (aggregate, value) = (aggregate.text(), value.text());
    Value::Text(format!("{aggregate}{}{value}", side.separator()))
}

fn sum(aggregate: &Value, value: &Value, side: Side) -> Result<Value, Failure> {
    match (aggregate.long(), value.long()) {
        (Some(aggregate), Some(value)) => {
            Ok(Value::Long(aggregate.wrapping_add(side.signed(value))))
        }
        _ => Err(Failure::new("null is no number")),
    }
}
