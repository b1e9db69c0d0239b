//! Adding an aggregation in time windows to the graph.

use std::sync::Arc;
use std::time::Duration;

use super::aligned::AlignedWindows;
use super::keep;
use super::rows::FoldedRows;
use super::sliding::SlidingAggregate;
use crate::codec::SharedCodec;
use crate::dsl::{Grouping, KTable, TimeCut, TimeWindowedKStream, TimeWindows};
use crate::operator::aggregate::declare::{self, Table};
use crate::operator::aggregate::function::SharedFunction;
use crate::operator::idle::WhenIdle;
use crate::operator::table::keep::Parts;
use crate::topology::{Stages, Wiring};
use crate::window::{Emit, TimeWindowed, Windowed};

/// Adds an aggregation in windows.
pub(super) fn windowed<'b, K, V, A>(
    stream: &TimeWindowedKStream<'b, K, V>,
    prefix: &str,
    materialized: Parts<A>,
    function: SharedFunction<K, V, A>,
) -> KTable<'b, Windowed<K>, A>
where
    K: Clone + 'static,
    V: 'static,
    A: Clone + 'static,
{
    let (group, windows) = (&stream.group, (stream.windows, stream.emit));
    let watched = (stream.windows, stream.emit, stream.idle);
    let stages = stages(&group.grouping, function, &materialized.0, watched);
    let table = table(&group.grouping.key, materialized, windows);
    declare::add(group, prefix, table, stages)
}

/// A table with a row per key and window.
pub(in crate::operator::aggregate) fn table<K: 'static, A: 'static>(
    key: &SharedCodec<K>,
    (codec, naming, settings): Parts<A>,
    windows: (TimeWindows, Emit),
) -> Table<Windowed<K>> {
    let size_ms = u64::try_from(windows.0.size_ms()).unwrap_or(0);
    let size = Duration::from_millis(size_ms);
    let kept_key = SharedCodec::clone(key);
    Table {
        key: Arc::new(TimeWindowed::new(SharedCodec::clone(key), size)),
        naming,
        declare: Box::new(move |graph, store| {
            keep::declare(graph, store, &settings, (&kept_key, &codec), windows);
        }),
        kept_node: keep::kept_node::<K, A>,
        grace_ms: Some(windows.0.grace_ms),
    }
}

/// What folds the records of one stream into the rows of their windows.
pub(in crate::operator::aggregate) fn stages<K, V, A>(
    group: &Grouping<K, V>,
    function: SharedFunction<K, V, A>,
    row: &SharedCodec<A>,
    (windows, emit, idle): (TimeWindows, Emit, Option<Duration>),
) -> Stages
where
    K: Clone + 'static,
    V: 'static,
    A: Clone + 'static,
{
    let key = SharedCodec::clone(&group.key);
    let value = SharedCodec::clone(&group.value);
    let row = SharedCodec::clone(row);
    Stages::sink(move |wiring, node| {
        let rows = |wiring: &mut Wiring<'_>| {
            FoldedRows::wire(wiring, node, windows, emit, &function, &row)
        };
        let key = SharedCodec::clone(&key);
        let idle = WhenIdle::of(wiring, node, idle);
        match windows.cut {
            TimeCut::Aligned { advance_ms, .. } => idle.wire(wiring, |wiring| {
                AlignedWindows::new(key, rows(wiring), advance_ms)
            }),
            TimeCut::Sliding { .. } => {
                let value = SharedCodec::clone(&value);
                idle.wire(wiring, |wiring| {
                    SlidingAggregate::new(key, value, rows(wiring))
                })
            }
        }
    })
}
