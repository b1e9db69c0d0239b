//! Operators on tables of windows.

use headwater_core::codec::{Codec, CodecError, IsNull, Place};
use headwater_core::dsl::{Grouped, KStream, KTable, Produced};
use headwater_core::window::{SessionWindowed, TimeWindowed, Windowed};
use serde_json::Value as Json;
use std::time::Duration;

use super::grouped_table::GroupedTable;
use super::{Build, materialized, name, nullable, or_none, predicate, text};
use crate::functions::Function;
use crate::value::{Type, Value, ValueCodec};

/// The type of windowed keys.
#[derive(Clone, Copy, Debug)]
pub(super) enum WindowedType {
    Time { key: Type, size_ms: u64 },
    Session { key: Type },
}

impl WindowedType {
    const fn key(self) -> Type {
        match self {
            Self::Time { key, .. } | Self::Session { key } => key,
        }
    }
}

/// Reads and writes windowed keys of one type.
struct WindowedCodec(WindowedType);

impl Codec for WindowedCodec {
    type Item = Windowed<Value>;

    fn decode(&self, bytes: Option<&[u8]>, place: Place<'_>) -> Result<Self::Item, CodecError> {
        match self.0 {
            WindowedType::Time { key, size_ms } => {
                let size = Duration::from_millis(size_ms);
                TimeWindowed::new(ValueCodec(key), size).decode(bytes, place)
            }
            WindowedType::Session { key } => {
                SessionWindowed::new(ValueCodec(key)).decode(bytes, place)
            }
        }
    }

    fn encode(
        &self,
        item: &Self::Item,
        out: &mut Vec<u8>,
        place: Place<'_>,
    ) -> Result<IsNull, CodecError> {
        match self.0 {
            WindowedType::Time { key, size_ms } => {
                let size = Duration::from_millis(size_ms);
                TimeWindowed::new(ValueCodec(key), size).encode(item, out, place)
            }
            WindowedType::Session { key } => {
                SessionWindowed::new(ValueCodec(key)).encode(item, out, place)
            }
        }
    }
}

/// A table of windows with the types that a case gives its keys and values.
#[derive(Clone)]
pub(super) struct WindowedTable<'b> {
    pub(super) handle: KTable<'b, Windowed<Value>, Value>,
    pub(super) key: WindowedType,
    pub(super) value: Type,
}

/// A stream of windowed keys.
#[derive(Clone)]
pub(super) struct WindowedStream<'b> {
    handle: KStream<'b, Windowed<Value>, Option<Value>>,
    key: WindowedType,
    value: Type,
}

/// The contract's `text(key)` as a value.
fn label(key: &Windowed<Value>) -> Value {
    if key.key.is_null() {
        return Value::Null;
    }
    let (start, end) = (key.window.start.as_millis(), key.window.end.as_millis());
    Value::Text(format!("{}@{start}/{end}", key.key.text()))
}

/// A key made of a windowed one.
fn rekey(function: &Function, key: &Windowed<Value>, value: &Value) -> Value {
    match function.name() {
        "unwindow" => key.key.clone(),
        "label" => label(key),
        _ => function.key(&label(key), value),
    }
}

fn rekeyed(function: &Function, key: WindowedType) -> Result<Type, String> {
    match function.name() {
        "unwindow" => Ok(key.key()),
        "label" => Ok(Type::Text),
        _ => function.key_type(Type::Text),
    }
}

impl<'b> Build<'b> {
    pub(super) fn on_windowed_table(&mut self, op: &Json) -> Result<(), String> {
        let from = self.windowed_tables.get(text(op, "from")).cloned();
        let from = from.ok_or("no table of windows")?;
        match text(op, "op") {
            "filter" | "filter_not" => self.filter_windows(from, op),
            "group_by" => self.group_windows(from, op),
            "map_values" => self.map_windows(from, op),
            "to_stream" => self.windows_to_stream(from, op),
            what => Err(format!("operator {what} of a table of windows")),
        }
    }

    pub(super) fn on_windowed_stream(&mut self, op: &Json) -> Result<(), String> {
        let from = self.windowed_streams.get(text(op, "from")).cloned();
        let from = from.ok_or("no stream of windows")?;
        let what = text(op, "op");
        if what != "to" {
            return Err(format!("operator {what} of a stream of windows"));
        }
        let mut produced = Produced::with(WindowedCodec(from.key), nullable(from.value));
        if let Some(name) = name(op) {
            produced = produced.named(name);
        }
        from.handle.to(text(op, "topic"), produced);
        Ok(())
    }

    pub(super) fn keep_windowed_table(
        &mut self,
        op: &Json,
        handle: KTable<'b, Windowed<Value>, Value>,
        key: WindowedType,
        value: Type,
    ) {
        let table = WindowedTable { handle, key, value };
        self.windowed_tables
            .insert(text(op, "id").to_owned(), table);
    }

    fn filter_windows(&mut self, from: WindowedTable<'b>, op: &Json) -> Result<(), String> {
        let predicate = predicate(&op["predicate"])?;
        let holds = move |key: &Windowed<Value>, value: &Value| predicate.holds(&label(key), value);
        let keeps = text(op, "op") == "filter";
        let handle = match (materialized(op, from.value), keeps) {
            (None, true) => from.handle.filter(holds),
            (None, false) => from.handle.filter_not(holds),
            (Some(store), true) => from.handle.filter_with(holds, store),
            (Some(store), false) => from.handle.filter_not_with(holds, store),
        };
        self.keep_windowed_table(op, named_windows(handle, op), from.key, from.value);
        Ok(())
    }

    fn map_windows(&mut self, from: WindowedTable<'b>, op: &Json) -> Result<(), String> {
        let function = Function::from_json(&op["value"]);
        let value = function.value_type(from.value)?;
        let map = move |key: &Windowed<Value>, value: Value| {
            Ok(or_none(function.value(&label(key), value)?))
        };
        let handle = match materialized(op, value) {
            None => from.handle.try_filter_map_values_with_key(map),
            Some(store) => from.handle.try_map_values_with_key_with(map, store),
        };
        self.keep_windowed_table(op, named_windows(handle, op), from.key, value);
        Ok(())
    }

    fn windows_to_stream(&mut self, from: WindowedTable<'b>, op: &Json) -> Result<(), String> {
        let handle = from.handle.into_stream();
        let handle = match name(op) {
            Some(name) => handle.named(name),
            None => handle,
        };
        if let Some(function) = op.get("key").map(Function::from_json) {
            let key = rekeyed(&function, from.key)?;
            let stream = handle.select_key(move |key, value: &Option<Value>| {
                rekey(&function, key, value.as_ref().unwrap_or(&Value::Null))
            });
            self.keep(op, stream, key, from.value);
            return Ok(());
        }
        let stream = WindowedStream {
            handle,
            key: from.key,
            value: from.value,
        };
        let id = text(op, "id").to_owned();
        self.windowed_streams.insert(id, stream);
        Ok(())
    }

    fn group_windows(&mut self, from: WindowedTable<'b>, op: &Json) -> Result<(), String> {
        let key_of = Function::from_json(&op["key"]);
        let key = rekeyed(&key_of, from.key)?;
        let value_of = op.get("value").map(Function::from_json);
        let value = match &value_of {
            Some(function) => function.value_type(from.value)?,
            None => from.value,
        };
        let mut grouped = Grouped::with(ValueCodec(key), ValueCodec(value));
        if let Some(name) = name(op) {
            grouped = grouped.named(name);
        }
        let select = move |key: &Windowed<Value>, value: Value| {
            let new_key = rekey(&key_of, key, &value);
            let value = match &value_of {
                Some(function) => function.value(&label(key), value)?,
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
}

pub(super) fn named_windows<'b>(
    handle: KTable<'b, Windowed<Value>, Value>,
    op: &Json,
) -> KTable<'b, Windowed<Value>, Value> {
    match name(op) {
        Some(name) => handle.named(name),
        None => handle,
    }
}
