//! A case's operators, one DSL call each.

mod aggregate;
mod cogroup;
mod grouped_table;
mod join;
mod join_fk;
mod join_stream;
mod join_table;
mod join_tables;
mod process;
mod session;
mod stream;
mod suppress;
mod table;
mod windowed;
mod windowed_table;

use std::collections::{HashMap, HashSet};

use headwater_core::codec::{CodecExt as _, Nullable};
use headwater_core::dsl::{KStream, KTable, Materialized, StreamsBuilder};
use headwater_core::time::{ExtractContext, Extracted, Timestamp, TimestampExtractor};
use serde_json::Value as Json;

use crate::functions::Function;
use crate::value::{Type, Value, ValueCodec};
use aggregate::Grouped;
use cogroup::Cogroup;
use grouped_table::GroupedTable;
use join_table::Global;
use session::Sessions;
use stream::Stream;
use table::Table;
use windowed::Windows;
use windowed_table::{WindowedStream, WindowedTable};

/// The handles of a case, by id.
pub(crate) struct Build<'b> {
    builder: &'b StreamsBuilder,
    streams: HashMap<String, Stream<'b>>,
    tables: HashMap<String, Table<'b>>,
    grouped: HashMap<String, Grouped<'b>>,
    globals: HashMap<String, Global<'b>>,
    grouped_tables: HashMap<String, GroupedTable<'b>>,
    cogroups: HashMap<String, Cogroup<'b>>,
    sessions: HashMap<String, Sessions<'b>>,
    windows: HashMap<String, Windows<'b>>,
    windowed_tables: HashMap<String, WindowedTable<'b>>,
    windowed_streams: HashMap<String, WindowedStream<'b>>,
    /// Stores that processors have added.
    stores: HashSet<String>,
    /// Types of the source topics.
    pub(crate) inputs: HashMap<String, (Type, Type)>,
}

impl<'b> Build<'b> {
    pub(crate) fn new(builder: &'b StreamsBuilder) -> Self {
        Self {
            builder,
            streams: HashMap::new(),
            tables: HashMap::new(),
            grouped: HashMap::new(),
            globals: HashMap::new(),
            grouped_tables: HashMap::new(),
            cogroups: HashMap::new(),
            sessions: HashMap::new(),
            windows: HashMap::new(),
            windowed_tables: HashMap::new(),
            windowed_streams: HashMap::new(),
            stores: HashSet::new(),
            inputs: HashMap::new(),
        }
    }

    /// Applies one operator; the error says what is not supported yet.
    pub(crate) fn apply(&mut self, op: &Json) -> Result<(), String> {
        let what = text(op, "op");
        let from = text(op, "from");
        match what {
            "suppress" => self.suppress(op),
            _ if self.windowed_tables.contains_key(from) => self.on_windowed_table(op),
            _ if self.windowed_streams.contains_key(from) => self.on_windowed_stream(op),
            "windowed_by"
                if self.grouped.contains_key(from) && op["window"]["type"] == "session" =>
            {
                self.sessions(op)
            }
            "windowed_by" if self.grouped.contains_key(from) => self.windows(op),
            "count" | "reduce" | "aggregate" if self.windows.contains_key(from) => {
                self.aggregate_windows(op)
            }
            "count" | "reduce" | "aggregate" if self.sessions.contains_key(from) => {
                self.aggregate_sessions(op)
            }
            "cogroup" => self.cogroup(op),
            _ if self.cogroups.contains_key(from) => self.on_cogroup(op),
            "stream" => self.stream(op),
            "table" => self.table(op),
            "global_table" => self.global_table(op),
            "join_table" => self.join_table(op),
            "join_global" => self.join_global(op),
            "merge" => self.merge(op),
            "split" => self.split(op),
            "to" => self.to(op),
            "to_table" => self.upserts(op),
            "process" | "process_values" => self.process(op),
            "group_by" | "group_by_key" if self.streams.contains_key(from) => self.group(op),
            "count" | "reduce" | "aggregate" if self.grouped.contains_key(from) => {
                self.aggregate(op)
            }
            "group_by" if self.tables.contains_key(from) => self.group_table(op),
            "count" | "reduce" | "aggregate" if self.grouped_tables.contains_key(from) => {
                self.aggregate_table(op)
            }
            "join_tables" => self.join_tables(op),
            "join_stream" | "join_fk" => self.join(op),
            _ if self.streams.contains_key(from) => self.one_to_one(op),
            _ if self.tables.contains_key(from) => self.on_table(op),
            _ => Err(format!("operator {what}")),
        }
    }
}

/// Values of streams: null is `None`.
fn nullable(of: Type) -> Nullable<ValueCodec> {
    ValueCodec(of).nullable()
}

/// A value as the functions of the cases take it.
fn or_null(value: Option<Value>) -> Value {
    value.unwrap_or(Value::Null)
}

/// A function's result as a row or a value of a stream.
fn or_none(value: Value) -> Option<Value> {
    (!value.is_null()).then_some(value)
}

/// The options of a store, where the case gives any.
fn materialized(op: &Json, value: Type) -> Option<Materialized<ValueCodec>> {
    let given = op.get("materialized")?;
    let mut materialized = match given.get("store").and_then(Json::as_str) {
        Some(store) => Materialized::named(store, ValueCodec(value)),
        None => Materialized::unnamed(ValueCodec(value)),
    };
    let millis = |field: &str| given.get(field).and_then(Json::as_u64);
    if let Some(history) = millis("versioned_ms") {
        materialized = materialized.versioned(std::time::Duration::from_millis(history));
    }
    if let Some(retention) = millis("retention_ms") {
        materialized = materialized.retention(std::time::Duration::from_millis(retention));
    }
    if given["in_memory"] == true {
        materialized = materialized.in_memory();
    }
    match given.get("caching").and_then(Json::as_bool) {
        Some(true) => materialized = materialized.cached(),
        Some(false) => materialized = materialized.uncached(),
        None => {}
    }
    if given["logging"] == false {
        materialized = materialized.unlogged();
    }
    if let Some(Json::Object(config)) = given.get("logging_config") {
        let config = config.iter();
        let config = config.map(|(key, value)| (key.as_str(), value.as_str().unwrap_or_default()));
        materialized = materialized.changelog_config(config);
    }
    Some(materialized)
}

fn extractor_named<V: 'static>(
    name: &str,
    long: fn(&V) -> Option<i64>,
) -> Result<TimestampExtractor<Value, V>, String> {
    let time = move |value: &V, context: &ExtractContext| {
        long(value).map_or(context.record, Timestamp::from_millis)
    };
    // As in Kafka Streams, a negative time drops the record.
    let usable = |time: Timestamp| {
        if time.is_valid() {
            Extracted::At(time)
        } else {
            Extracted::Skip
        }
    };
    match name {
        "value" => Ok(TimestampExtractor::from_fn(move |_, value, context| {
            usable(time(value, context))
        })),
        "value_or_previous" => Ok(TimestampExtractor::from_fn(move |_, value, context| {
            let time = time(value, context);
            usable(if time.is_valid() {
                time
            } else {
                context.partition_time
            })
        })),
        other => Err(format!("extractor {other}")),
    }
}

fn predicate(json: &Json) -> Result<Function, String> {
    let function = Function::from_json(json);
    function.is_predicate()?;
    Ok(function)
}

fn named<'b>(
    handle: KStream<'b, Value, Option<Value>>,
    op: &Json,
) -> KStream<'b, Value, Option<Value>> {
    match name(op) {
        Some(name) => handle.named(name),
        None => handle,
    }
}

fn named_table<'b>(handle: KTable<'b, Value, Value>, op: &Json) -> KTable<'b, Value, Value> {
    match name(op) {
        Some(name) => handle.named(name),
        None => handle,
    }
}

fn name(op: &Json) -> Option<&str> {
    op.get("name")?.as_str()
}

fn text<'j>(op: &'j Json, field: &str) -> &'j str {
    op[field].as_str().unwrap_or_default()
}
