//! Cogroups.

use headwater_core::dsl::CogroupedKStream;
use serde_json::Value as Json;

use super::aggregate::{Grouped, store_of};
use super::windowed::{TimeWindows, time_windows};
use super::windowed_table::{WindowedType, named_windows};
use super::{Build, named_table, or_none, or_null, session, text};
use crate::aggregators::{Aggregator, Side};
use crate::value::{Type, Value};

/// The grouped streams of a cogroup; each table of it is made of handles of its own.
#[derive(Clone)]
pub(super) struct Cogroup<'b> {
    groups: Vec<Grouped<'b>>,
    aggregators: Vec<Aggregator>,
    /// How they are cut, if they are.
    window: Option<Json>,
}

impl<'b> Cogroup<'b> {
    fn first(&self) -> Result<(Type, Aggregator), String> {
        let first = self.groups.first().zip(self.aggregators.first());
        let (group, aggregator) = first.ok_or("a cogroup of nothing")?;
        Ok((group.key, aggregator.clone()))
    }

    fn handle(&self) -> Result<CogroupedKStream<'b, Value, Value>, String> {
        let mut cogroup: Option<CogroupedKStream<'b, Value, Value>> = None;
        for (group, aggregator) in self.groups.iter().zip(self.aggregators.iter().cloned()) {
            let add = move |_: &Value, value: Option<Value>, row: Value| {
                Ok(or_none(aggregator.add(&or_null(value), &row)?))
            };
            let group = group.handle.clone();
            cogroup = Some(match cogroup {
                None => group.try_cogroup(add),
                Some(cogroup) => cogroup.try_cogroup(group, add),
            });
        }
        cogroup.ok_or_else(|| "a cogroup of nothing".to_owned())
    }
}

impl Build<'_> {
    pub(super) fn cogroup(&mut self, op: &Json) -> Result<(), String> {
        let ids = op["from"].as_array().into_iter().flatten();
        let groups = ids.map(|id| {
            let group = self.grouped.get(id.as_str().unwrap_or_default());
            group.cloned().ok_or_else(|| "no group".to_owned())
        });
        let groups = groups.collect::<Result<_, _>>()?;
        let aggregators = op["aggregators"].as_array().into_iter().flatten();
        let aggregators = aggregators.map(|json| Aggregator::from_json(json, Side::Stream));
        let cogroup = Cogroup {
            groups,
            aggregators: aggregators.collect::<Result<_, _>>()?,
            window: None,
        };
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
        let (key, first) = from.first()?;
        let (begin, merging, of) = (first.clone(), first.clone(), first.of);
        let initial = move || begin.initial();
        let store = store_of(op, of);
        let Some(window) = &from.window else {
            let handle = from.handle()?.aggregate(initial, store);
            self.keep_table(op, named_table(handle, op), key, of);
            return Ok(());
        };
        if window["type"] != "session" {
            let (windows, size_ms) = time_windows(window)?;
            let streams = from.handle()?;
            let cut = match windows {
                TimeWindows::Tumbling(windows) => streams.windowed_by(windows),
                TimeWindows::Hopping(windows) => streams.windowed_by(windows),
                TimeWindows::Sliding(windows) => streams.windowed_by(windows),
            };
            let handle = cut.aggregate(initial, store);
            let key = WindowedType::Time { key, size_ms };
            self.keep_windowed_table(op, named_windows(handle, op), key, of);
            return Ok(());
        }
        let sessions = from.handle()?.windowed_by(session::windows(window));
        let merge = move |_: &Value, one, other| merging.merge(&one, &other);
        let handle = sessions.try_aggregate(initial, merge, store);
        let key = WindowedType::Session { key };
        self.keep_windowed_table(op, named_windows(handle, op), key, of);
        Ok(())
    }
}
