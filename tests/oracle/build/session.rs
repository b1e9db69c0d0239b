//! Sessions of grouped streams.

use std::time::Duration;

use headwater_core::dsl::SessionWindowedKStream;
use headwater_core::window::{Emit, SessionWindows};
use serde_json::Value as Json;

use super::aggregate::store_of;
use super::windowed_table::{WindowedType, named_windows};
use super::{Build, or_none, or_null, text};
use crate::aggregators::{Aggregator, Reducer, Side};
use crate::value::{Type, Value};

/// A grouped stream cut into sessions, with the types that a case gives its keys and values.
#[derive(Clone)]
pub(super) struct Sessions<'b> {
    handle: SessionWindowedKStream<'b, Value, Option<Value>>,
    key: Type,
    value: Type,
}

/// The sessions that a case asks for.
pub(super) fn windows(window: &Json) -> SessionWindows {
    let millis = |field: &str| Duration::from_millis(window[field].as_u64().unwrap_or(0));
    SessionWindows::with_gap(millis("gap_ms")).grace(millis("grace_ms"))
}

impl Build<'_> {
    pub(super) fn sessions(&mut self, op: &Json) -> Result<(), String> {
        let from = self.grouped.get(text(op, "from")).cloned();
        let from = from.ok_or("no group")?;
        let handle = from.handle.windowed_by(windows(&op["window"]));
        let handle = match op.get("emit").and_then(Json::as_str) {
            Some("on_window_close") => handle.emit(Emit::OnClose),
            _ => handle,
        };
        let sessions = Sessions {
            handle,
            key: from.key,
            value: from.value,
        };
        self.sessions.insert(text(op, "id").to_owned(), sessions);
        Ok(())
    }

    pub(super) fn aggregate_sessions(&mut self, op: &Json) -> Result<(), String> {
        let from = self.sessions.get(text(op, "from")).cloned();
        let from = from.ok_or("no sessions")?;
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
                let (begin, merging, of) = (aggregator.clone(), aggregator.clone(), aggregator.of);
                let handle = from.handle.try_aggregate(
                    move || begin.initial(),
                    move |_, value, row| Ok(or_none(aggregator.add(&or_null(value), &row)?)),
                    move |_, one, other| merging.merge(&one, &other),
                    store_of(op, of),
                );
                (handle, of)
            }
            what => return Err(format!("operator {what} of sessions")),
        };
        let key = WindowedType::Session { key: from.key };
        self.keep_windowed_table(op, named_windows(handle, op), key, value);
        Ok(())
    }
}
