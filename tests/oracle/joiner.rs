//! The joiners that cases name.

use serde_json::Value as Json;

use crate::value::{Type, Value};

/// A function of a left and a right value, either of which may be null.
#[derive(Clone, Debug)]
pub(crate) struct Joiner {
    what: What,
    /// Type of the result.
    of: Type,
}

#[derive(Clone, Debug)]
enum What {
    Concat(String),
    ConcatOrNull(String),
    Left,
    Right,
    Sum,
}

impl Joiner {
    pub(crate) fn from_json(json: &Json, left: Type, right: Type) -> Result<Self, String> {
        let text = || json["arg"].as_str().unwrap_or_default().to_owned();
        let (what, of) = match json["fn"].as_str().unwrap_or_default() {
            "concat" => (What::Concat(text()), Type::Text),
            "concat_or_null" => (What::ConcatOrNull(text()), Type::Text),
            "left" => (What::Left, left),
            "right" => (What::Right, right),
            "sum" => (What::Sum, Type::Long),
            other => return Err(format!("joiner {other}")),
        };
        Ok(Self { what, of })
    }

    pub(crate) const fn value_type(&self) -> Type {
        self.of
    }

    pub(crate) fn join(&self, left: Value, right: Value) -> Value {
        let concat = |between: &str| Value::Text(left.text() + between + &right.text());
        match &self.what {
            What::Concat(between) => concat(between),
            What::ConcatOrNull(_) if left.is_null() || right.is_null() => Value::Null,
            What::ConcatOrNull(between) => concat(between),
            What::Left => left,
            What::Right => right,
            What::Sum => {
                let long = |value: &Value| value.long().unwrap_or(0);
                Value::Long(long(&left).wrapping_add(long(&right)))
            }
        }
    }
}
