//! The aggregation of a grouped stream without windows: one row per key.

use super::declare::{self, Table};
use super::function::Function;
use super::row;
use crate::codec::SharedCodec;
use crate::dsl::{Grouping, KGroupedStream, KTable};
use crate::failure::Step;
use crate::operator::table::keep::{self, KeptTable, Parts};
use crate::processor::{Sink, TaskContext};
use crate::record::Record;
use crate::topology::{Stages, Wired};

/// Adds an aggregation without windows.
pub(super) fn unwindowed<'b, K, V, A>(
    group: &KGroupedStream<'b, K, V>,
    prefix: &str,
    materialized: Parts<A>,
    function: Function<K, V, A>,
) -> KTable<'b, K, A>
where
    K: Clone + 'static,
    V: 'static,
    A: Clone + 'static,
{
    let stages = stages(&group.grouping, function);
    declare::add(
        group,
        prefix,
        table(&group.grouping.key, materialized),
        stages,
    )
}

/// A table with a row per key.
pub(super) fn table<K: 'static, A: 'static>(
    key: &SharedCodec<K>,
    (codec, naming, settings): Parts<A>,
) -> Table<K> {
    let kept_key = SharedCodec::clone(key);
    Table {
        key: SharedCodec::clone(key),
        naming,
        declare: Box::new(move |graph, store| {
            keep::declare(graph, store, &settings, &kept_key, &codec);
        }),
        kept_node: keep::kept_node::<K, A>,
        grace_ms: None,
    }
}

/// What folds the records of one stream into the rows of a table.
pub(super) fn stages<K, V, A>(group: &Grouping<K, V>, function: Function<K, V, A>) -> Stages
where
    K: 'static,
    V: 'static,
    A: Clone + 'static,
{
    let key = SharedCodec::clone(&group.key);
    let value = SharedCodec::clone(&group.value);
    Stages::sink(move |wiring, node| {
        let table = KeptTable::wire(wiring, node);
        Wired::new::<K, V>(Box::new(Aggregate {
            function: function.clone(),
            key: SharedCodec::clone(&key),
            value: SharedCodec::clone(&value),
            table: table.expect("an aggregation is always kept"),
        }))
    })
}

/// Folds each record into the row of its key.
///
/// Semantics: `KStreamAggregate` and `KStreamReduce`.
struct Aggregate<K, V, A> {
    function: Function<K, V, A>,
    key: SharedCodec<K>,
    value: SharedCodec<V>,
    table: KeptTable<K, A>,
}

impl<K: 'static, V: 'static, A: Clone + 'static> Sink<K, V> for Aggregate<K, V, A> {
    fn push(&mut self, record: Record<K, V>, task: &mut TaskContext) -> Step {
        if self.key.is_null(&record.key) || self.value.is_null(&record.value) {
            task.drop_record("it has no key or no value, and an aggregation needs both");
            return Ok(());
        }
        let (begin, next) = (&*self.function.initial, &*self.function.next);
        let folded = row::fold(&mut self.table, record, begin, next, task);
        folded.or_else(|stopped| stopped.settle(self.table.name(), task))
    }
}
