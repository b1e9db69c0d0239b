//! Cogroups.

use headwater_core::dsl::CogroupedKStream;
use serde_json::Value as Json;

use super::aggregate::store_of;
use super::windowed::{TimeWindows, time_windows};
use super::windowed_table::{WindowedType, named_windows};
use super::{Build, named_table, or_none, or_null, session, text};
use crate::aggregators::{Aggregator, Side};
use crate::value::{Type, Value};

/// The grouped streams of a cogroup, with what a case says of them.
#[derive(Clone)]
pub(super) struct Cogroup<'b> {
    handle: CogroupedKStream<'b, Value, Value>,
    key: Type,
    /// Gives the initial value, and the merger of sessions.
    first: Aggregator,
    /// How they are cut, if they are.
    window: Option<Json>,
}

impl Build<'_> {
    pub(super) fn cogroup(&mut self, op: &Json) -> Result<(), String> {
        let groups = op["from"].as_array().into_iter().flatten();
        let aggregators = op["aggregators"].as_array().into_iter().flatten();
        let mut cogroup: Option<Cogroup<'_>> = None;
        for (group, aggregator) in groups.zip(aggregators) {
            let group = self.grouped.get(group.as_str().unwrap_or_default());
            let group = group.cloned().ok_or("no group")?;
            let aggregator = Aggregator::from_json(aggregator, Side::Stream)?;
            let first = aggregator.clone();
            let add = move |_: &Value, value: Option<Value>, row: Value| {
                Ok(or_none(aggregator.add(&or_null(value), &row)?))
            };
            cogroup = Some(match cogroup {
                None => Cogroup {
                    handle: group.handle.try_cogroup(add),
                    key: group.key,
                    first,
                    window: None,
                },
                Some(cogroup) => Cogroup {
                    handle: cogroup.handle.try_cogroup(group.handle, add),
                    ..cogroup
                },
            });
        }
        let cogroup = cogroup.ok_or("a cogroup of nothing")?;
        self.cogroups.insert(text(op, "id").to_owned(), cogroup);
        Ok(())
    }

    pub(super) fn on_cogroup(&mut self, op: &Json) -> Result<(), String> {
        let from = self.cogroups.get(text(op, "from")).cloned();
        let from = from.ok_or("no cogroup")?;
        if text(op, "op") == "windowed_by" {
            let cut = Cogroup {
                window: op.get("window").cloned(),
                ..from
            };
            self.cogroups.insert(text(op, "id").to_owned(), cut);
            return Ok(());
        }
        let Cogroup { handle, key, .. } = from;
        let (begin, merging, of) = (from.first.clone(), from.first.clone(), from.first.of);
        let initial = move || begin.initial();
        let store = store_of(op, of);
        let Some(window) = &from.window else {
            let table = handle.aggregate(initial, store);
            self.keep_table(op, named_table(table, op), key, of);
            return Ok(());
        };
        let (table, key) = if window["type"] == "session" {
            let merge = move |_: &Value, one, other| merging.merge(&one, &other);
            let sessions = handle.windowed_by(session::windows(window));
            let table = sessions.try_aggregate(initial, merge, store);
            (table, WindowedType::Session { key })
        } else {
            let (windows, size_ms) = time_windows(window)?;
            let cut = match windows {
                TimeWindows::Tumbling(windows) => handle.windowed_by(windows),
                TimeWindows::Hopping(windows) => handle.windowed_by(windows),
                TimeWindows::Sliding(windows) => handle.windowed_by(windows),
            };
            let key = WindowedType::Time { key, size_ms };
            (cut.aggregate(initial, store), key)
        };
        self.keep_windowed_table(op, named_windows(table, op), key, of);
        Ok(())
    }
}
