//! Grouping and aggregating.

use headwater_core::dsl::{self, KGroupedStream, Materialized};
use serde_json::Value as Json;

use super::{Build, materialized, name, named_table, nullable, text};
use crate::functions::Function;
use crate::value::{Type, Value, ValueCodec};

/// A grouped stream with the types that a case gives its keys and values.
#[derive(Clone)]
pub(super) struct Grouped<'b> {
    handle: KGroupedStream<'b, Value, Option<Value>>,
    key: Type,
    #[expect(dead_code, reason = "reduce and aggregate need it")]
    value: Type,
}

impl Build<'_> {
    pub(super) fn group(&mut self, op: &Json) -> Result<(), String> {
        let from = self.from(op, "from")?;
        let (handle, key) = if text(op, "op") == "group_by_key" {
            let mut grouped = dsl::Grouped::with(ValueCodec(from.key), nullable(from.value));
            if let Some(name) = name(op) {
                grouped = grouped.named(name);
            }
            (from.handle.group_by_key(grouped), from.key)
        } else {
            let function = Function::from_json(&op["key"]);
            let key = function.key_type(from.key)?;
            let mut grouped = dsl::Grouped::with(ValueCodec(key), nullable(from.value));
            if let Some(name) = name(op) {
                grouped = grouped.named(name);
            }
            let select = move |key: &Value, value: &Option<Value>| {
                function.key(key, value.as_ref().unwrap_or(&Value::Null))
            };
            (from.handle.group_by(select, grouped), key)
        };
        let id = text(op, "id").to_owned();
        let value = from.value;
        self.grouped.insert(id, Grouped { handle, key, value });
        Ok(())
    }

    pub(super) fn aggregate(&mut self, op: &Json) -> Result<(), String> {
        let from = self.grouped.get(text(op, "from")).cloned();
        let from = from.ok_or("no group")?;
        match text(op, "op") {
            "count" => {
                let store = materialized(op, Type::Long)
                    .unwrap_or_else(|| Materialized::unspecified(ValueCodec(Type::Long)));
                let handle = from.handle.count_with(store);
                self.keep_table(op, named_table(handle, op), from.key, Type::Long);
                Ok(())
            }
            what => Err(format!("operator {what} of a group")),
        }
    }
}
