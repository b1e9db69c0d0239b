//! The processors that cases name.

use headwater_core::failure::Failure;
use headwater_core::processor::{
    FixedKeyContext, FixedKeyProcessor, FixedKeyRecord, Processor, ProcessorContext,
};
use headwater_core::record::{Headers, Record};
use headwater_core::time::Timestamp;
use serde_json::Value as Json;

use crate::value::{Type, Value};

/// A processor without a store.
#[derive(Clone, Debug)]
pub(crate) enum Stateless {
    WithMetadata,
    StreamTime,
    AddHeader(String, String),
    ShiftTime(i64),
}

impl Stateless {
    pub(crate) fn from_json(json: &Json) -> Result<Self, String> {
        let text = |field: &str| json[field].as_str().unwrap_or_default().to_owned();
        match json["fn"].as_str().unwrap_or_default() {
            "with_metadata" => Ok(Self::WithMetadata),
            "stream_time" => Ok(Self::StreamTime),
            "add_header" => Ok(Self::AddHeader(text("key"), text("value"))),
            "shift_ts" => Ok(Self::ShiftTime(json["by_ms"].as_i64().unwrap_or(0))),
            other => Err(format!("processor {other}")),
        }
    }

    pub(crate) const fn value_type(&self, of: Type) -> Type {
        match self {
            Self::WithMetadata | Self::StreamTime => Type::Text,
            Self::AddHeader(..) | Self::ShiftTime(_) => of,
        }
    }

    fn new_value(
        &self,
        value: Option<&Value>,
        origin: &str,
        stream_time: Timestamp,
    ) -> Option<Value> {
        let value = value.unwrap_or(&Value::Null);
        match self {
            Self::WithMetadata => Some(Value::Text(format!("{}@{origin}", value.text()))),
            Self::StreamTime => Some(Value::Text(format!(
                "{}@{}",
                value.text(),
                stream_time.as_millis()
            ))),
            Self::AddHeader(..) | Self::ShiftTime(_) => None,
        }
    }

    fn new_headers(&self, headers: &mut Headers) {
        if let Self::AddHeader(name, value) = self {
            headers.add(name.as_str(), value.clone().into_bytes());
        }
    }

    fn new_time(&self, time: Timestamp) -> Timestamp {
        match self {
            Self::ShiftTime(by) => Timestamp::from_millis(time.as_millis() + by),
            _ => time,
        }
    }
}

/// Kafka Streams says so where a punctuation is the cause.
const NO_ORIGIN: &str = "null/-1/-1";

fn shown(origin: Option<headwater_core::record::Origin<'_>>) -> String {
    origin.map_or_else(
        || NO_ORIGIN.to_owned(),
        |at| format!("{}/{}/{}", at.topic, at.partition, at.offset),
    )
}

impl Processor<Value, Option<Value>> for Stateless {
    type Key = Value;
    type Value = Option<Value>;

    fn process(
        &mut self,
        mut record: Record<Value, Option<Value>>,
        context: &mut ProcessorContext<'_, Value, Option<Value>>,
    ) -> Result<(), Failure> {
        let origin = shown(context.origin());
        if let Some(value) = self.new_value(record.value.as_ref(), &origin, context.stream_time()) {
            record.value = Some(value);
        }
        self.new_headers(&mut record.headers);
        record.timestamp = self.new_time(record.timestamp);
        context.forward(record)
    }
}

impl FixedKeyProcessor<Value, Option<Value>> for Stateless {
    type Value = Option<Value>;

    fn process(
        &mut self,
        mut record: FixedKeyRecord<Value, Option<Value>>,
        context: &mut FixedKeyContext<'_, '_, Value, Option<Value>>,
    ) -> Result<(), Failure> {
        let origin = shown(context.origin());
        if let Some(value) = self.new_value(record.value().as_ref(), &origin, context.stream_time())
        {
            record = record.with_value(Some(value));
        }
        self.new_headers(record.headers_mut());
        let time = self.new_time(record.timestamp());
        context.forward(record.with_timestamp(time))
    }
}
