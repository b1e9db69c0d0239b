//! Grouping and aggregating.

use headwater_core::dsl::{self, KGroupedStream, Materialized};
use serde_json::Value as Json;

use super::{Build, materialized, name, named_table, nullable, or_none, or_null, text};
use crate::aggregators::{Aggregator, Reducer, Side};
use crate::functions::Function;
use crate::value::{Type, Value, ValueCodec};

/// A grouped stream with the types that a case gives its keys and values.
#[derive(Clone)]
pub(super) struct Grouped<'b> {
    pub(super) handle: KGroupedStream<'b, Value, Option<Value>>,
    pub(super) key: Type,
    pub(super) value: Type,
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
        let (handle, value) = match text(op, "op") {
            "count" => {
                let store = store_of(op, Type::Long);
                (from.handle.count_with(store), Type::Long)
            }
            "reduce" => {
                let reducer = Reducer::from_json(&op["reducer"], Side::Stream)?;
                let reduce = move |old, value| Ok(or_none(reducer.reduce(old, value)?));
                let store = store_of(op, from.value);
                (from.handle.try_reduce_with(reduce, store), from.value)
            }
            "aggregate" => {
                let aggregator = Aggregator::from_json(&op["aggregator"], Side::Stream)?;
                let (begin, of) = (aggregator.clone(), aggregator.of);
                let handle = from.handle.try_aggregate(
                    move || begin.initial(),
                    move |_, value, row| Ok(or_none(aggregator.add(&or_null(value), &row)?)),
                    store_of(op, of),
                );
                (handle, of)
            }
            what => return Err(format!("operator {what} of a group")),
        };
        // Without options for the store, `reduce` and `aggregate` take no name in Java.
        let takes_name = text(op, "op") == "count" || op.get("materialized").is_some();
        let handle = if takes_name {
            named_table(handle, op)
        } else {
            handle
        };
        self.keep_table(op, handle, from.key, value);
        Ok(())
    }
}

/// The store of an aggregation: the overload without options where the case gives none.
pub(super) fn store_of(op: &Json, value: Type) -> Materialized<ValueCodec> {
    materialized(op, value).unwrap_or_else(|| Materialized::unspecified(ValueCodec(value)))
}
