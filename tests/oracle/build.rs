//! A case's operators, one DSL call each.

use std::collections::HashMap;

use headwater_core::dsl::{Consumed, KStream, Processed, Produced, Repartitioned, StreamsBuilder};
use headwater_core::time::{ExtractContext, Extracted, Timestamp, TimestampExtractor};
use serde_json::Value as Json;

use crate::functions::Function;
use crate::processors::Stateless;
use crate::value::{Type, Value, ValueCodec};

/// A stream with the types that a case gives its keys and values.
#[derive(Clone)]
struct Stream<'b> {
    handle: KStream<'b, Value, Value>,
    key: Type,
    value: Type,
}

/// The streams of a case, by id.
pub(crate) struct Build<'b> {
    builder: &'b StreamsBuilder,
    streams: HashMap<String, Stream<'b>>,
    /// Types of the source topics.
    pub(crate) inputs: HashMap<String, (Type, Type)>,
}

impl<'b> Build<'b> {
    pub(crate) fn new(builder: &'b StreamsBuilder) -> Self {
        Self {
            builder,
            streams: HashMap::new(),
            inputs: HashMap::new(),
        }
    }

    /// Applies one operator; the error says what is not supported yet.
    pub(crate) fn apply(&mut self, op: &Json) -> Result<(), String> {
        match text(op, "op") {
            "stream" => self.stream(op),
            "merge" => self.merge(op),
            "split" => self.split(op),
            "to" => self.to(op),
            _ => self.one_to_one(op),
        }
    }

    fn stream(&mut self, op: &Json) -> Result<(), String> {
        let (key, value) = (
            Type::named(text(op, "key"))?,
            Type::named(text(op, "value"))?,
        );
        let topics: Vec<String> = match &op["topic"] {
            Json::Array(topics) => topics
                .iter()
                .filter_map(Json::as_str)
                .map(str::to_owned)
                .collect(),
            topic => vec![topic.as_str().unwrap_or_default().to_owned()],
        };
        for topic in &topics {
            self.inputs.insert(topic.clone(), (key, value));
        }
        let mut consumed = Consumed::with(ValueCodec(key), ValueCodec(value));
        if let Some(extractor) = op.get("extractor").and_then(Json::as_str) {
            consumed = consumed.timestamp_extractor(extractor_named(extractor)?);
        }
        if let Some(name) = name(op) {
            consumed = consumed.named(name);
        }
        let handle = self.builder.stream_of_topics(topics, consumed);
        self.keep(op, handle, key, value);
        Ok(())
    }

    fn merge(&mut self, op: &Json) -> Result<(), String> {
        let (left, right) = (self.from(op, "from")?, self.from(op, "with")?);
        let handle = named(left.handle.merge(right.handle), op);
        self.keep(op, handle, left.key, left.value);
        Ok(())
    }

    fn split(&mut self, op: &Json) -> Result<(), String> {
        let from = self.from(op, "from")?;
        let mut split = from.handle.split();
        if let Some(name) = name(op) {
            split = split.named(name);
        }
        for branch in op["branches"].as_array().into_iter().flatten() {
            let predicate = predicate(&branch["predicate"])?;
            let holds = move |key: &Value, value: &Value| predicate.holds(key, value);
            let handle = match name(branch) {
                Some(name) => split.branch_named(name, holds),
                None => split.branch(holds),
            };
            self.keep(branch, handle, from.key, from.value);
        }
        if let Some(default) = op.get("default") {
            let handle = match name(default) {
                Some(name) => split.default_branch_named(name),
                None => split.default_branch(),
            };
            self.keep(default, handle, from.key, from.value);
        }
        Ok(())
    }

    fn to(&mut self, op: &Json) -> Result<(), String> {
        let from = self.from(op, "from")?;
        let mut produced = Produced::with(ValueCodec(from.key), ValueCodec(from.value));
        if let Some(name) = name(op) {
            produced = produced.named(name);
        }
        from.handle.to(text(op, "topic"), produced);
        Ok(())
    }

    fn one_to_one(&mut self, op: &Json) -> Result<(), String> {
        let what = text(op, "op");
        if !matches!(
            what,
            "filter"
                | "filter_not"
                | "map"
                | "map_values"
                | "flat_map"
                | "flat_map_values"
                | "select_key"
                | "peek"
                | "foreach"
                | "repartition"
                | "process"
                | "process_values"
        ) {
            return Err(format!("operator {what}"));
        }
        let from = self.from(op, "from")?;
        let stream = match what {
            "filter" | "filter_not" => filter(from, op)?,
            "map" => map(from, op)?,
            "map_values" => map_values(from, op)?,
            "flat_map" | "flat_map_values" => flat(from, op)?,
            "select_key" => select_key(from, op)?,
            "peek" => Stream {
                handle: named(from.handle.peek(|_, _| {}), op),
                ..from
            },
            "foreach" => {
                let end = from.handle.for_each(|_, _| {});
                if let Some(name) = name(op) {
                    end.named(name);
                }
                return Ok(());
            }
            "repartition" => repartition(from, op),
            _ => process(from, op)?,
        };
        self.keep(op, stream.handle, stream.key, stream.value);
        Ok(())
    }

    fn from(&self, op: &Json, field: &str) -> Result<Stream<'b>, String> {
        let id = text(op, field);
        self.streams
            .get(id)
            .cloned()
            .ok_or_else(|| format!("{id} is no stream"))
    }

    fn keep(&mut self, op: &Json, handle: KStream<'b, Value, Value>, key: Type, value: Type) {
        let id = text(op, "id").to_owned();
        self.streams.insert(id, Stream { handle, key, value });
    }
}

fn filter<'b>(from: Stream<'b>, op: &Json) -> Result<Stream<'b>, String> {
    let predicate = predicate(&op["predicate"])?;
    let holds = move |key: &Value, value: &Value| predicate.holds(key, value);
    let handle = if text(op, "op") == "filter" {
        from.handle.filter(holds)
    } else {
        from.handle.filter_not(holds)
    };
    Ok(Stream {
        handle: named(handle, op),
        ..from
    })
}

fn map<'b>(from: Stream<'b>, op: &Json) -> Result<Stream<'b>, String> {
    let (key, value) = (
        Function::from_json(&op["key"]),
        Function::from_json(&op["value"]),
    );
    let types = (key.key_type(from.key)?, value.value_type(from.value)?);
    let handle = from.handle.try_map(move |old_key, old_value| {
        let new_key = key.key(&old_key, &old_value);
        Ok((new_key, value.value(&old_key, old_value)?))
    });
    Ok(Stream {
        handle: named(handle, op),
        key: types.0,
        value: types.1,
    })
}

fn map_values<'b>(from: Stream<'b>, op: &Json) -> Result<Stream<'b>, String> {
    let function = Function::from_json(&op["value"]);
    let value = function.value_type(from.value)?;
    let mapped = from
        .handle
        .try_map_values_with_key(move |key, value| function.value(key, value));
    Ok(Stream {
        handle: named(mapped, op),
        value,
        ..from
    })
}

fn flat<'b>(from: Stream<'b>, op: &Json) -> Result<Stream<'b>, String> {
    let flat = Function::from_json(&op["flat"]);
    flat.is_flat()?;
    let value = from.value;
    if text(op, "op") == "flat_map_values" {
        let handle = from.handle.flat_map_values(move |value| flat.parts(&value));
        return Ok(Stream {
            handle: named(handle, op),
            value,
            ..from
        });
    }
    let key = Function::from_json(&op["key"]);
    let key_type = key.key_type(from.key)?;
    let handle = from.handle.flat_map(move |old_key, old_value| {
        let parts = flat.parts(&old_value).into_iter();
        parts
            .map(|part| (key.key(&old_key, &part), part))
            .collect::<Vec<_>>()
    });
    Ok(Stream {
        handle: named(handle, op),
        key: key_type,
        value,
    })
}

fn select_key<'b>(from: Stream<'b>, op: &Json) -> Result<Stream<'b>, String> {
    let function = Function::from_json(&op["key"]);
    let key = function.key_type(from.key)?;
    let selected = from
        .handle
        .select_key(move |key, value| function.key(key, value));
    Ok(Stream {
        handle: named(selected, op),
        key,
        ..from
    })
}

fn repartition<'b>(from: Stream<'b>, op: &Json) -> Stream<'b> {
    let mut repartitioned = Repartitioned::with(ValueCodec(from.key), ValueCodec(from.value));
    if let Some(name) = name(op) {
        repartitioned = repartitioned.named(name);
    }
    if let Some(partitions) = op.get("partitions").and_then(Json::as_u64) {
        repartitioned = repartitioned.partitions(u32::try_from(partitions).unwrap());
    }
    Stream {
        handle: from.handle.repartition(repartitioned),
        ..from
    }
}

fn process<'b>(from: Stream<'b>, op: &Json) -> Result<Stream<'b>, String> {
    let processor = Stateless::from_json(&op["processor"])?;
    let value = processor.value_type(from.value);
    let processed = name(op).map_or_else(Processed::default, Processed::named);
    let handle = if text(op, "op") == "process" {
        from.handle
            .process_with(processed, move || processor.clone())
    } else {
        from.handle
            .process_values_with(processed, move || processor.clone())
    };
    Ok(Stream {
        handle,
        value,
        ..from
    })
}

fn extractor_named(name: &str) -> Result<TimestampExtractor<Value, Value>, String> {
    let time = |value: &Value, context: &ExtractContext| {
        value.long().map_or(context.record, Timestamp::from_millis)
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

fn named<'b>(handle: KStream<'b, Value, Value>, op: &Json) -> KStream<'b, Value, Value> {
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
