//! Grouping tables and aggregating them.

use headwater_core::dsl::{Grouped, KGroupedTable};
use serde_json::Value as Json;

use super::aggregate::store_of;
use super::{Build, name, named_table, or_none, text};
use crate::aggregators::{Aggregator, Reducer, Side};
use crate::functions::Function;
use crate::value::{Type, Value, ValueCodec};

/// A grouped table with the types that a case gives its keys and values.
#[derive(Clone)]
pub(super) struct GroupedTable<'b> {
    pub(super) handle: KGroupedTable<'b, Value, Value>,
    pub(super) key: Type,
    pub(super) value: Type,
}

impl Build<'_> {
    pub(super) fn group_table(&mut self, op: &Json) -> Result<(), String> {
        let from = self.table_at(op, "from")?;
        let key_of = Function::from_json(&op["key"]);
        let key = key_of.key_type(from.key)?;
        let value_of = op.get("value").map(Function::from_json);
        let value = match &value_of {
            Some(function) => function.value_type(from.value)?,
            None => from.value,
        };
        let mut grouped = Grouped::with(ValueCodec(key), ValueCodec(value));
        if let Some(name) = name(op) {
            grouped = grouped.named(name);
        }
        let select = move |key: &Value, value: Value| {
            let new_key = key_of.key(key, &value);
            let value = match &value_of {
                Some(function) => function.value(key, value)?,
                None => value,
            };
            Ok((new_key, value))
        };
        let handle = from.handle.try_group_by(select, grouped);
        let id = text(op, "id").to_owned();
        let group = GroupedTable { handle, key, value };
        self.grouped_tables.insert(id, group);
        Ok(())
    }

    pub(super) fn aggregate_table(&mut self, op: &Json) -> Result<(), String> {
        let from = self.grouped_tables.get(text(op, "from")).cloned();
        let from = from.ok_or("no grouped table")?;
        let what = text(op, "op");
        let (handle, value) = match what {
            "count" => {
                let store = store_of(op, Type::Long);
                (from.handle.count_with(store), Type::Long)
            }
            "reduce" => {
                let add = Reducer::from_json(&op["adder"], Side::Adder)?;
                let subtract = Reducer::from_json(&op["subtractor"], Side::Subtractor)?;
                let handle = from.handle.try_reduce_with(
                    move |row, value| Ok(or_none(add.reduce(row, value)?)),
                    move |row, value| Ok(or_none(subtract.reduce(row, value)?)),
                    store_of(op, from.value),
                );
                (handle, from.value)
            }
            "aggregate" => {
                let add = Aggregator::from_json(&op["adder"], Side::Adder)?;
                let subtract = Aggregator::from_json(&op["subtractor"], Side::Subtractor)?;
                let (begin, of) = (add.clone(), add.of);
                let handle = from.handle.try_aggregate(
                    move || begin.initial(),
                    move |_, value, row| Ok(or_none(add.add(&value, &row)?)),
                    move |_, value, row| Ok(or_none(subtract.add(&value, &row)?)),
                    store_of(op, of),
                );
                (handle, of)
            }
            _ => return Err(format!("operator {what} of a grouped table")),
        };
        // Without options for the store, `reduce` takes no name in Java.
        let takes_name = what != "reduce" || op.get("materialized").is_some();
        let handle = if takes_name {
            named_table(handle, op)
        } else {
            handle
        };
        self.keep_table(op, handle, from.key, value);
        Ok(())
    }
}
