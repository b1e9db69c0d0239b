//! Joins of two streams.

use std::time::Duration;

use headwater_core::dsl::StreamJoined;
use headwater_core::window::JoinWindows;
use serde_json::Value as Json;

use super::{Build, name, nullable, or_none, text};
use crate::value::{Type, Value, ValueCodec};

impl Build<'_> {
    pub(super) fn join_stream(&mut self, op: &Json) -> Result<(), String> {
        let (left, right) = (self.from(op, "from")?, self.from(op, "with")?);
        let joiner = Joiner::from_json(&op["joiner"]);
        let value = joiner.value_type(left.value, right.value)?;
        let (key, windows) = (left.key, windows(op));
        let codecs = (nullable(left.value), nullable(right.value));
        let mut options = StreamJoined::with(ValueCodec(key), codecs.0, codecs.1);
        if let Some(name) = name(op) {
            options = options.named(name);
        }
        if let Some(store) = op.get("store").and_then(Json::as_str) {
            options = options.store(store);
        }
        if op["in_memory"] == true {
            options = options.in_memory();
        }
        let (left, right) = (left.handle, right.handle);
        let join = move |left: Option<&Option<Value>>, right: Option<&Option<Value>>| {
            let side = |side: Option<&Option<Value>>| side.cloned().flatten();
            or_none(joiner.join(
                &side(left).unwrap_or(Value::Null),
                &side(right).unwrap_or(Value::Null),
            ))
        };
        let handle = match text(op, "type") {
            "inner" => left.join(
                right,
                move |left, right| join(Some(left), Some(right)),
                windows,
                options,
            ),
            "left" => left.left_join(
                right,
                move |left, right| join(Some(left), right),
                windows,
                options,
            ),
            "outer" => left.outer_join(right, join, windows, options),
            other => return Err(format!("join of type {other}")),
        };
        self.keep(op, handle, key, value);
        Ok(())
    }
}

fn windows(op: &Json) -> JoinWindows {
    let millis = |field: &str| op[field].as_i64().unwrap_or(0);
    let grace = Duration::from_millis(op["grace_ms"].as_u64().unwrap_or(0));
    JoinWindows::of(Duration::ZERO)
        .before_ms(millis("before_ms"))
        .after_ms(millis("after_ms"))
        .grace(grace)
}

/// A function of two values with its argument.
#[derive(Clone, Debug)]
struct Joiner {
    name: String,
    text: String,
}

impl Joiner {
    fn from_json(json: &Json) -> Self {
        Self {
            name: text(json, "fn").to_owned(),
            text: match &json["arg"] {
                Json::String(text) => text.clone(),
                Json::Null => String::new(),
                other => other.to_string(),
            },
        }
    }

    fn value_type(&self, left: Type, right: Type) -> Result<Type, String> {
        match self.name.as_str() {
            "concat" | "concat_or_null" => Ok(Type::Text),
            "left" => Ok(left),
            "right" => Ok(right),
            "sum" => Ok(Type::Long),
            other => Err(format!("joiner {other}")),
        }
    }

    fn join(&self, left: &Value, right: &Value) -> Value {
        match self.name.as_str() {
            "left" => left.clone(),
            "right" => right.clone(),
            "sum" => {
                let sum = left.long().unwrap_or(0);
                Value::Long(sum.wrapping_add(right.long().unwrap_or(0)))
            }
            "concat_or_null" if left.is_null() || right.is_null() => Value::Null,
            _ => Value::Text(format!("{}{}{}", left.text(), self.text, right.text())),
        }
    }
}
