//! Adding an aggregation of sessions to the graph.

use std::sync::Arc;
use std::time::Duration;

use super::function::SessionFunction;
use super::keep;
use super::process::Sessions;
use crate::codec::SharedCodec;
use crate::dsl::{Grouping, KTable, SessionWindowedKStream};
use crate::operator::aggregate::declare::{self, Table};
use crate::operator::idle::WhenIdle;
use crate::operator::table::keep::Parts;
use crate::time::duration_millis;
use crate::topology::Stages;
use crate::window::{Emit, SessionWindowed, SessionWindows, Windowed};

/// Adds an aggregation of sessions.
pub(super) fn sessions<'b, K, V, A>(
    stream: &SessionWindowedKStream<'b, K, V>,
    prefix: &str,
    materialized: Parts<A>,
    function: SessionFunction<K, V, A>,
) -> KTable<'b, Windowed<K>, A>
where
    K: Clone + 'static,
    V: 'static,
    A: Clone + 'static,
{
    let (group, windows) = (&stream.group, (stream.windows, stream.emit));
    let watched = (stream.windows, stream.emit, stream.idle);
    let stages = stages(&group.grouping, function, watched);
    let table = table(&group.grouping.key, materialized, windows);
    declare::add(group, prefix, table, stages)
}

/// A table with a row per key and session.
pub(in crate::operator::aggregate) fn table<K: 'static, A: 'static>(
    key: &SharedCodec<K>,
    (codec, naming, settings): Parts<A>,
    windows: (SessionWindows, Emit),
) -> Table<Windowed<K>> {
    let kept_key = SharedCodec::clone(key);
    Table {
        key: Arc::new(SessionWindowed::new(SharedCodec::clone(key))),
        naming,
        declare: Box::new(move |graph, store| {
            keep::declare(graph, store, &settings, (&kept_key, &codec), windows);
        }),
        kept_node: keep::kept_node::<K, A>,
        grace_ms: Some(wait_ms(windows.0)),
    }
}

/// What aggregates the records of one stream into sessions.
pub(in crate::operator::aggregate) fn stages<K, V, A>(
    group: &Grouping<K, V>,
    function: SessionFunction<K, V, A>,
    (windows, emit, idle): (SessionWindows, Emit, Option<Duration>),
) -> Stages
where
    K: Clone + 'static,
    V: 'static,
    A: Clone + 'static,
{
    let key = SharedCodec::clone(&group.key);
    Stages::sink(move |wiring, node| {
        let idle = WhenIdle::of(wiring, node, idle);
        idle.wire::<K, V, _>(wiring, |wiring| {
            Sessions::wire(wiring, node, (windows, emit), &function, &key)
        })
    })
}

/// How long a session is open for after its last record.
pub(super) fn wait_ms(windows: SessionWindows) -> i64 {
    duration_millis(windows.gap).saturating_add(duration_millis(windows.grace))
}
