//! Joins of two tables by key.

use serde_json::Value as Json;

use super::{Build, materialized, named_table, or_none, text};
use crate::value::{Type, Value};

/// A function of two values.
#[derive(Clone)]
struct Joiner {
    name: String,
    separator: String,
}

impl Joiner {
    fn from_json(json: &Json) -> Result<Self, String> {
        let name = text(json, "fn").to_owned();
        match name.as_str() {
            "concat" | "concat_or_null" | "left" | "right" | "sum" => Ok(Self {
                name,
                separator: text(json, "arg").to_owned(),
            }),
            _ => Err(format!("joiner {name}")),
        }
    }

    fn value_type(&self, left: Type, right: Type) -> Type {
        match self.name.as_str() {
            "left" => left,
            "right" => right,
            "sum" => Type::Long,
            _ => Type::Text,
        }
    }

    fn join(&self, left: Option<&Value>, right: Option<&Value>) -> Option<Value> {
        let (left, right) = (left.unwrap_or(&Value::Null), right.unwrap_or(&Value::Null));
        let long = |value: &Value| value.long().unwrap_or(0);
        or_none(match self.name.as_str() {
            "left" => left.clone(),
            "right" => right.clone(),
            "sum" => Value::Long(long(left).wrapping_add(long(right))),
            "concat_or_null" if left.is_null() || right.is_null() => Value::Null,
            _ => Value::Text(left.text() + &self.separator + &right.text()),
        })
    }
}

impl Build<'_> {
    pub(super) fn join_tables(&mut self, op: &Json) -> Result<(), String> {
        let (left, right) = (self.table_at(op, "from")?, self.table_at(op, "with")?);
        let joiner = Joiner::from_json(&op["joiner"])?;
        let value = joiner.value_type(left.value, right.value);
        let (key, other) = (left.key, right.handle);
        let of_both = {
            let joiner = joiner.clone();
            move |left: &Value, right: &Value| joiner.join(Some(left), Some(right))
        };
        let of_left = {
            let joiner = joiner.clone();
            move |left: &Value, right: Option<&Value>| joiner.join(Some(left), right)
        };
        let of_either = move |left: Option<&Value>, right: Option<&Value>| joiner.join(left, right);
        let left = left.handle;
        let handle = match (text(op, "type"), materialized(op, value)) {
            ("inner", None) => left.join_filter_map(other, of_both),
            ("inner", Some(store)) => left.join_with(other, of_both, store),
            ("left", None) => left.left_join_filter_map(other, of_left),
            ("left", Some(store)) => left.left_join_with(other, of_left, store),
            ("outer", None) => left.outer_join_filter_map(other, of_either),
            ("outer", Some(store)) => left.outer_join_with(other, of_either, store),
            (other, _) => return Err(format!("join of tables {other}")),
        };
        self.keep_table(op, named_table(handle, op), key, value);
        Ok(())
    }
}
