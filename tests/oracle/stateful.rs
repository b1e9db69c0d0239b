//! The processors with stores that cases name.

use std::time::Duration;

use headwater_core::failure::Failure;
use headwater_core::processor::{
    FixedKeyContext, FixedKeyProcessor, FixedKeyRecord, Processor, ProcessorContext, PunctuationId,
    PunctuationKind,
};
use headwater_core::record::Record;
use headwater_core::store::KeyValueStore;
use headwater_core::time::Timestamp;
use serde_json::Value as Json;

use crate::value::{Type, Value};

/// What a processor does with its store.
#[derive(Clone, Debug)]
pub(crate) enum Stateful {
    RunningCount,
    Dedupe {
        within_ms: i64,
    },
    CountOnPunctuate {
        interval: Duration,
        kind: PunctuationKind,
    },
}

impl Stateful {
    /// The processor and its store's name; `None` if it is one without a store.
    pub(crate) fn from_json(json: &Json) -> Option<(Self, String)> {
        let number = |field: &str| json[field].as_i64().unwrap_or(0);
        let processor = match json["fn"].as_str()? {
            "running_count" => Self::RunningCount,
            "dedupe" => Self::Dedupe {
                within_ms: number("within_ms"),
            },
            "count_on_punctuate" => Self::CountOnPunctuate {
                interval: Duration::from_millis(json["interval_ms"].as_u64()?),
                kind: if json["clock"] == "wall" {
                    PunctuationKind::WallClock
                } else {
                    PunctuationKind::StreamTime
                },
            },
            _ => return None,
        };
        Some((processor, json["store"].as_str()?.to_owned()))
    }

    pub(crate) const fn value_type(&self, of: Type) -> Type {
        match self {
            Self::RunningCount | Self::CountOnPunctuate { .. } => Type::Long,
            Self::Dedupe { .. } => of,
        }
    }
}

/// A processor with its store.
#[derive(Debug)]
pub(crate) struct WithStore {
    pub(crate) what: Stateful,
    pub(crate) store: KeyValueStore<Value, Value>,
}

impl WithStore {
    /// The value to forward, if any, and what to store under the key.
    fn next(
        &self,
        key: &Value,
        value: Option<&Value>,
        timestamp: Timestamp,
    ) -> Result<(Option<Value>, Option<Value>, bool), Failure> {
        let held = if key.is_null() {
            None
        } else {
            self.store.get(key)?.and_then(|held| held.long())
        };
        let now_ms = timestamp.as_millis();
        Ok(match &self.what {
            _ if key.is_null() => {
                let forwards = matches!(self.what, Stateful::Dedupe { .. });
                (value.cloned(), None, forwards)
            }
            Stateful::RunningCount => {
                let count = Value::Long(held.unwrap_or(0) + 1);
                (Some(count.clone()), Some(count), true)
            }
            Stateful::Dedupe { within_ms } => {
                let is_repeated = held.is_some_and(|last| now_ms - last < *within_ms);
                let store = (!is_repeated).then_some(Value::Long(now_ms));
                (value.cloned(), store, !is_repeated)
            }
            Stateful::CountOnPunctuate { .. } => {
                (None, Some(Value::Long(held.unwrap_or(0) + 1)), false)
            }
        })
    }
}

impl Processor<Value, Option<Value>> for WithStore {
    type Key = Value;
    type Value = Option<Value>;

    fn init(&mut self, context: &mut ProcessorContext<'_, Value, Option<Value>>) {
        if let Stateful::CountOnPunctuate { interval, kind } = self.what {
            context.schedule(kind, interval);
        }
    }

    fn process(
        &mut self,
        record: Record<Value, Option<Value>>,
        context: &mut ProcessorContext<'_, Value, Option<Value>>,
    ) -> Result<(), Failure> {
        let next = self.next(&record.key, record.value.as_ref(), record.timestamp)?;
        let (value, store, forwards) = next;
        if let Some(store) = store {
            self.store.put(&record.key, &store, context)?;
        }
        if forwards {
            context.forward(record.with_value(value))?;
        }
        Ok(())
    }

    fn punctuate(
        &mut self,
        _: PunctuationId,
        now: Timestamp,
        context: &mut ProcessorContext<'_, Value, Option<Value>>,
    ) -> Result<(), Failure> {
        for entry in self.store.all() {
            let (key, count) = entry?;
            self.store.delete(&key, context)?;
            context.forward(Record::new(key, Some(count), now))?;
        }
        Ok(())
    }
}

impl FixedKeyProcessor<Value, Option<Value>> for WithStore {
    type Value = Option<Value>;

    fn process(
        &mut self,
        record: FixedKeyRecord<Value, Option<Value>>,
        context: &mut FixedKeyContext<'_, '_, Value, Option<Value>>,
    ) -> Result<(), Failure> {
        let next = self.next(record.key(), record.value().as_ref(), record.timestamp())?;
        let (value, store, forwards) = next;
        if let Some(store) = store {
            self.store.put(record.key(), &store, context)?;
        }
        if forwards {
            context.forward(record.with_value(value))?;
        }
        Ok(())
    }
}
