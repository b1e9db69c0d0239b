//! Joins of streams with tables, global ones too.

use std::time::Duration;

use headwater_core::dsl::{Consumed, GlobalKTable, Joined};
use serde_json::Value as Json;

use super::{Build, extractor_named, materialized, name, named, nullable, or_none, or_null, text};
use crate::functions::Function;
use crate::value::{Type, Value, ValueCodec};

/// A global table with the types that a case gives its keys and values.
#[derive(Clone)]
pub(super) struct Global<'b> {
    handle: GlobalKTable<'b, Value, Value>,
    value: Type,
}

impl Build<'_> {
    pub(super) fn global_table(&mut self, op: &Json) -> Result<(), String> {
        let key = Type::named(text(op, "key"))?;
        let value = Type::named(text(op, "value"))?;
        let topic = text(op, "topic");
        self.inputs.insert(topic.to_owned(), (key, value));
        let mut consumed = Consumed::with(ValueCodec(key), ValueCodec(value));
        if let Some(extractor) = op.get("extractor").and_then(Json::as_str) {
            consumed = consumed.timestamp_extractor(extractor_named(extractor, Value::long)?);
        }
        if let Some(name) = name(op) {
            consumed = consumed.named(name);
        }
        let handle = match materialized(op, value) {
            Some(materialized) => self
                .builder
                .global_table_with(topic, consumed, materialized),
            None => self.builder.global_table(topic, consumed),
        };
        let id = text(op, "id").to_owned();
        self.globals.insert(id, Global { handle, value });
        Ok(())
    }

    pub(super) fn join_table(&mut self, op: &Json) -> Result<(), String> {
        let left = self.from(op, "from")?;
        let right = self.table_at(op, "with")?;
        let function = Function::from_json(&op["joiner"]);
        let value = function.joiner_type(left.value, right.value)?;
        let mut joined = Joined::with(ValueCodec(left.key), nullable(left.value));
        if let Some(name) = name(op) {
            joined = joined.named(name);
        }
        if let Some(grace) = op.get("grace_ms").and_then(Json::as_u64) {
            joined = joined.grace(Duration::from_millis(grace));
        }
        let join = move |left, right: Option<Value>| {
            or_none(function.join(&or_null(left), &or_null(right)))
        };
        let handle = match text(op, "type") {
            "inner" => {
                let join = move |left, right| join(left, Some(right));
                left.handle.join_table(right.handle, join, joined)
            }
            "left" => left.handle.left_join_table(right.handle, join, joined),
            other => return Err(format!("a {other} join with a table")),
        };
        self.keep(op, handle, left.key, value);
        Ok(())
    }

    pub(super) fn join_global(&mut self, op: &Json) -> Result<(), String> {
        let left = self.from(op, "from")?;
        let right = self.globals.get(text(op, "with")).cloned();
        let right = right.ok_or("no global table")?;
        let select = Function::from_json(&op["key"]);
        select.key_type(left.key)?;
        let select = move |key: &Value, value: &Option<Value>| {
            select.key(key, value.as_ref().unwrap_or(&Value::Null))
        };
        let function = Function::from_json(&op["joiner"]);
        let value = function.joiner_type(left.value, right.value)?;
        let join = move |left, right: Option<Value>| {
            or_none(function.join(&or_null(left), &or_null(right)))
        };
        let joined = Joined::with(ValueCodec(left.key), nullable(left.value));
        let handle = match text(op, "type") {
            "inner" => {
                let join = move |left, right| join(left, Some(right));
                left.handle.join_global(&right.handle, select, join, joined)
            }
            "left" => left
                .handle
                .left_join_global(&right.handle, select, join, joined),
            other => return Err(format!("a {other} join with a global table")),
        };
        self.keep(op, named(handle, op), left.key, value);
        Ok(())
    }
}
