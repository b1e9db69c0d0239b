//! Operators on tables.

use headwater_core::dsl::{Consumed, KTable, Materialized};
use serde_json::Value as Json;

use super::{
    Build, extractor_named, materialized, name, named, named_table, or_none, predicate, text,
};
use crate::functions::Function;
use crate::value::{Type, Value, ValueCodec};

/// A table with the types that a case gives its keys and values.
#[derive(Clone)]
pub(super) struct Table<'b> {
    pub(super) handle: KTable<'b, Value, Value>,
    pub(super) key: Type,
    pub(super) value: Type,
}

impl<'b> Build<'b> {
    pub(super) fn table(&mut self, op: &Json) -> Result<(), String> {
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
            Some(materialized) => self.builder.table_with(topic, consumed, materialized),
            None => self.builder.table(topic, consumed),
        };
        self.keep_table(op, handle, key, value);
        Ok(())
    }

    pub(super) fn on_table(&mut self, op: &Json) -> Result<(), String> {
        let from = self.table_at(op, "from")?;
        match text(op, "op") {
            "filter" | "filter_not" => self.filter_table(from, op),
            "map_values" => self.map_table(from, op),
            "to_stream" => self.changes(from, op),
            what => Err(format!("operator {what} of a table")),
        }
    }

    fn filter_table(&mut self, from: Table<'b>, op: &Json) -> Result<(), String> {
        let predicate = predicate(&op["predicate"])?;
        let holds = move |key: &Value, value: &Value| predicate.holds(key, value);
        let keeps = text(op, "op") == "filter";
        let handle = match (materialized(op, from.value), keeps) {
            (None, true) => from.handle.filter(holds),
            (None, false) => from.handle.filter_not(holds),
            (Some(store), true) => from.handle.filter_with(holds, store),
            (Some(store), false) => from.handle.filter_not_with(holds, store),
        };
        self.keep_table(op, named_table(handle, op), from.key, from.value);
        Ok(())
    }

    fn map_table(&mut self, from: Table<'b>, op: &Json) -> Result<(), String> {
        let function = Function::from_json(&op["value"]);
        let value = function.value_type(from.value)?;
        let map = move |key: &Value, value: Value| Ok(or_none(function.value(key, value)?));
        let handle = match materialized(op, value) {
            None => from.handle.try_filter_map_values_with_key(map),
            Some(store) => from.handle.try_map_values_with_key_with(map, store),
        };
        self.keep_table(op, named_table(handle, op), from.key, value);
        Ok(())
    }

    fn changes(&mut self, from: Table<'b>, op: &Json) -> Result<(), String> {
        let stream = named(from.handle.into_stream(), op);
        let Some(function) = op.get("key") else {
            self.keep(op, stream, from.key, from.value);
            return Ok(());
        };
        let function = Function::from_json(function);
        let key = function.key_type(from.key)?;
        let stream = stream.select_key(move |key, value| {
            function.key(key, value.as_ref().unwrap_or(&Value::Null))
        });
        self.keep(op, stream, key, from.value);
        Ok(())
    }

    pub(super) fn upserts(&mut self, op: &Json) -> Result<(), String> {
        let from = self.from(op, "from")?;
        let key = ValueCodec(from.key);
        let store = materialized(op, from.value)
            .unwrap_or_else(|| Materialized::unspecified(ValueCodec(from.value)));
        let handle = match name(op) {
            Some(name) => from.handle.into_table_named(name, key, store),
            None => from.handle.into_table(key, store),
        };
        self.keep_table(op, handle, from.key, from.value);
        Ok(())
    }

    pub(super) fn table_at(&self, op: &Json, field: &str) -> Result<Table<'b>, String> {
        let id = text(op, field);
        let table = self.tables.get(id).cloned();
        table.ok_or_else(|| format!("{id} is no table"))
    }

    pub(super) fn keep_table(
        &mut self,
        op: &Json,
        handle: KTable<'b, Value, Value>,
        key: Type,
        value: Type,
    ) {
        let id = text(op, "id").to_owned();
        self.tables.insert(id, Table { handle, key, value });
    }
}
