//! Operators on streams.

use headwater_core::dsl::{Consumed, KStream, Produced, Repartitioned};
use serde_json::Value as Json;

use super::{Build, extractor_named, name, named, nullable, or_none, or_null, predicate, text};
use crate::functions::Function;
use crate::value::{Type, Value, ValueCodec};

/// A stream with the types that a case gives its keys and values.
#[derive(Clone)]
pub(super) struct Stream<'b> {
    pub(super) handle: KStream<'b, Value, Option<Value>>,
    pub(super) key: Type,
    pub(super) value: Type,
}

impl<'b> Build<'b> {
    pub(super) fn stream(&mut self, op: &Json) -> Result<(), String> {
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
        let mut consumed = Consumed::with(ValueCodec(key), nullable(value));
        if let Some(extractor) = op.get("extractor").and_then(Json::as_str) {
            consumed = consumed
                .timestamp_extractor(extractor_named(extractor, |value: &Option<Value>| {
                    value.as_ref()?.long()
                })?);
        }
        if let Some(name) = name(op) {
            consumed = consumed.named(name);
        }
        let handle = self.builder.stream_of_topics(topics, consumed);
        self.keep(op, handle, key, value);
        Ok(())
    }

    pub(super) fn merge(&mut self, op: &Json) -> Result<(), String> {
        let (left, right) = (self.from(op, "from")?, self.from(op, "with")?);
        let handle = named(left.handle.merge(right.handle), op);
        self.keep(op, handle, left.key, left.value);
        Ok(())
    }

    pub(super) fn split(&mut self, op: &Json) -> Result<(), String> {
        let from = self.from(op, "from")?;
        let mut split = from.handle.split();
        if let Some(name) = name(op) {
            split = split.named(name);
        }
        for branch in op["branches"].as_array().into_iter().flatten() {
            let predicate = predicate(&branch["predicate"])?;
            let holds = move |key: &Value, value: &Option<Value>| {
                predicate.holds(key, value.as_ref().unwrap_or(&Value::Null))
            };
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

    pub(super) fn to(&mut self, op: &Json) -> Result<(), String> {
        let from = self.from(op, "from")?;
        let mut produced = Produced::with(ValueCodec(from.key), nullable(from.value));
        if let Some(name) = name(op) {
            produced = produced.named(name);
        }
        from.handle.to(text(op, "topic"), produced);
        Ok(())
    }

    pub(super) fn one_to_one(&mut self, op: &Json) -> Result<(), String> {
        let what = text(op, "op");
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
            _ => return Err(format!("operator {what}")),
        };
        self.keep(op, stream.handle, stream.key, stream.value);
        Ok(())
    }

    pub(super) fn from(&self, op: &Json, field: &str) -> Result<Stream<'b>, String> {
        let id = text(op, field);
        self.streams
            .get(id)
            .cloned()
            .ok_or_else(|| format!("{id} is no stream"))
    }

    pub(super) fn keep(
        &mut self,
        op: &Json,
        handle: KStream<'b, Value, Option<Value>>,
        key: Type,
        value: Type,
    ) {
        let id = text(op, "id").to_owned();
        self.streams.insert(id, Stream { handle, key, value });
    }
}

fn filter<'b>(from: Stream<'b>, op: &Json) -> Result<Stream<'b>, String> {
    let predicate = predicate(&op["predicate"])?;
    let holds = move |key: &Value, value: &Option<Value>| {
        predicate.holds(key, value.as_ref().unwrap_or(&Value::Null))
    };
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
        let old_value = or_null(old_value);
        let new_key = key.key(&old_key, &old_value);
        Ok((new_key, or_none(value.value(&old_key, old_value)?)))
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
    let mapped = from.handle.try_map_values_with_key(move |key, value| {
        Ok(or_none(function.value(key, or_null(value))?))
    });
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
        let handle = from
            .handle
            .flat_map_values(move |value| flat.parts(&or_null(value)).into_iter().map(Some));
        return Ok(Stream {
            handle: named(handle, op),
            value,
            ..from
        });
    }
    let key = Function::from_json(&op["key"]);
    let key_type = key.key_type(from.key)?;
    let handle = from.handle.flat_map(move |old_key, old_value| {
        let parts = flat.parts(&or_null(old_value)).into_iter();
        parts
            .map(|part| (key.key(&old_key, &part), Some(part)))
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
        .select_key(move |key, value| function.key(key, value.as_ref().unwrap_or(&Value::Null)));
    Ok(Stream {
        handle: named(selected, op),
        key,
        ..from
    })
}

fn repartition<'b>(from: Stream<'b>, op: &Json) -> Stream<'b> {
    let mut repartitioned = Repartitioned::with(ValueCodec(from.key), nullable(from.value));
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
