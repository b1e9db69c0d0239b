//! Tumbling, hopping and sliding windows of grouped streams.

use std::time::Duration;

use headwater_core::dsl::TimeWindowedKStream;
use headwater_core::window::{Emit, HoppingWindows, SlidingWindows, TumblingWindows};
use serde_json::Value as Json;

use super::aggregate::store_of;
use super::windowed_table::{WindowedType, named_windows};
use super::{Build, or_none, or_null, text};
use crate::aggregators::{Aggregator, Reducer, Side};
use crate::value::{Type, Value};

/// A grouped stream cut into time windows, with the types that a case gives its keys and values.
#[derive(Clone)]
pub(super) struct Windows<'b> {
    handle: TimeWindowedKStream<'b, Value, Option<Value>>,
    key: WindowedType,
    value: Type,
}

/// The time windows that a case asks for.
pub(super) enum TimeWindows {
    Tumbling(TumblingWindows),
    Hopping(HoppingWindows),
    Sliding(SlidingWindows),
}

/// The windows that a case asks for, and how many milliseconds they span.
pub(super) fn time_windows(window: &Json) -> Result<(TimeWindows, u64), String> {
    let ms = |field: &str| window[field].as_u64().unwrap_or(0);
    let time = |field: &str| Duration::from_millis(ms(field));
    let (size, grace) = (time("size_ms"), time("grace_ms"));
    Ok(match text(window, "type") {
        "tumbling" => {
            let windows = TumblingWindows::of(size).grace(grace);
            (TimeWindows::Tumbling(windows), ms("size_ms"))
        }
        "hopping" => {
            let windows = HoppingWindows::of(size).advance_by(time("advance_ms"));
            (TimeWindows::Hopping(windows.grace(grace)), ms("size_ms"))
        }
        "sliding" => {
            let windows = SlidingWindows::of(time("diff_ms")).grace(grace);
            (TimeWindows::Sliding(windows), ms("diff_ms"))
        }
        other => return Err(format!("{other} windows")),
    })
}

impl Build<'_> {
    pub(super) fn windows(&mut self, op: &Json) -> Result<(), String> {
        let from = self.grouped.get(text(op, "from")).cloned();
        let from = from.ok_or("no group")?;
        let (windows, size_ms) = time_windows(&op["window"])?;
        let handle = match windows {
            TimeWindows::Tumbling(windows) => from.handle.windowed_by(windows),
            TimeWindows::Hopping(windows) => from.handle.windowed_by(windows),
            TimeWindows::Sliding(windows) => from.handle.windowed_by(windows),
        };
        let handle = match text(op, "emit") {
            "on_window_close" => handle.emit(Emit::OnClose),
            "on_window_update" => handle.emit(Emit::OnUpdate),
            _ => handle,
        };
        let windows = Windows {
            handle,
            key: WindowedType::Time {
                key: from.key,
                size_ms,
            },
            value: from.value,
        };
        self.windows.insert(text(op, "id").to_owned(), windows);
        Ok(())
    }

    pub(super) fn aggregate_windows(&mut self, op: &Json) -> Result<(), String> {
        let from = self.windows.get(text(op, "from")).cloned();
        let from = from.ok_or("no windows")?;
        let (handle, value) = match text(op, "op") {
            "count" => {
                let store = store_of(op, Type::Long);
                (from.handle.count_with(store), Type::Long)
            }
            "reduce" => {
                let reducer = Reducer::from_json(&op["reducer"], Side::Stream)?;
                let reduce = move |old, value: Option<Value>| {
                    Ok(or_none(reducer.reduce(old, or_null(value))?))
                };
                let store = store_of(op, from.value);
                (from.handle.try_reduce_with(reduce, store), from.value)
            }
            "aggregate" => {
                let aggregator = Aggregator::from_json(&op["aggregator"], Side::Stream)?;
                let (begin, of) = (aggregator.clone(), aggregator.of);
                let handle = from.handle.try_aggregate(
                    move || begin.initial(),
                    move |_, value: &Option<Value>, row| {
                        let value = value.as_ref().unwrap_or(&Value::Null);
                        Ok(or_none(aggregator.add(value, &row)?))
                    },
                    store_of(op, of),
                );
                (handle, of)
            }
            what => return Err(format!("operator {what} of windows")),
        };
        self.keep_windowed_table(op, named_windows(handle, op), from.key, value);
        Ok(())
    }
}
