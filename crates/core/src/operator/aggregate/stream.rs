//! The aggregation of a grouped stream without windows: one row per key.

use std::sync::Arc;

use crate::codec::SharedCodec;
use crate::dsl::{IntoRow, KGroupedStream, KTable};
use crate::failure::{Failure, Step};
use crate::operator::table::keep::{self, KeptTable, Parts};
use crate::processor::{Sink, TaskContext};
use crate::record::{Change, Record};
use crate::topology::{NodeKind, Stages, Wired};

/// Makes the row that a key begins with; `None` if its first value is all there is.
type Initial<A> = dyn Fn() -> Option<A> + Send + Sync;
/// Makes the next row of a value and the row so far. `None` deletes the row.
type Next<K, V, A> = dyn Fn(&K, V, Option<A>) -> Result<Option<A>, Failure> + Send + Sync;

/// How values become a row.
pub(super) struct Function<K, V, A> {
    pub(super) initial: Arc<Initial<A>>,
    pub(super) next: Arc<Next<K, V, A>>,
}

impl<K: 'static, V: 'static, A: 'static> Function<K, V, A> {
    /// Begins with a value of its own, and with it again after a row was deleted.
    pub(super) fn folding(
        initial: impl Fn() -> A + Send + Sync + 'static,
        next: impl Fn(&K, V, A) -> Result<Option<A>, Failure> + Send + Sync + 'static,
    ) -> Self {
        let initial = Arc::new(initial);
        let again = Arc::clone(&initial);
        Self {
            initial: Arc::new(move || Some(initial())),
            next: Arc::new(move |key, value, so_far| {
                next(key, value, so_far.unwrap_or_else(|| again()))
            }),
        }
    }

    /// Begins with the first value as it is.
    pub(super) fn reducing(
        next: impl Fn(A, A) -> Result<Option<A>, Failure> + Send + Sync + 'static,
    ) -> Self
    where
        V: IntoRow<A>,
    {
        Self {
            initial: Arc::new(|| None),
            next: Arc::new(move |_, value, so_far| match (so_far, value.into()) {
                (Some(so_far), Some(value)) => next(so_far, value),
                (so_far, value) => Ok(value.or(so_far)),
            }),
        }
    }
}

impl<K, V, A> Clone for Function<K, V, A> {
    fn clone(&self) -> Self {
        Self {
            initial: Arc::clone(&self.initial),
            next: Arc::clone(&self.next),
        }
    }
}

/// Adds an aggregation without windows.
pub(super) fn unwindowed<'b, K, V, A>(
    group: KGroupedStream<'b, K, V>,
    prefix: &str,
    materialized: Parts<A>,
    function: Function<K, V, A>,
) -> KTable<'b, K, A>
where
    K: Clone + 'static,
    V: 'static,
    A: Clone + 'static,
{
    let (codec, naming, settings) = materialized;
    let stages = stages(&group, function);
    let node = group.builder.with_graph(|graph| {
        let store = naming.resolve(graph, prefix);
        let name = graph.names.next(prefix);
        let parent = group.by_key(graph, &store);
        keep::declare(graph, &store, &settings, &group.key, &codec);
        let node = graph.add(name, &[parent], NodeKind::Processor, stages);
        graph.node_mut(node).table = Some(keep::kept_node::<K, A>(store.name));
        node
    });
    KTable::new(group.builder, node, group.key)
}

/// What folds the records of one stream into the rows of a table.
pub(super) fn stages<K, V, A>(
    group: &KGroupedStream<'_, K, V>,
    function: Function<K, V, A>,
) -> Stages
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
        let cause = task.cause(&record);
        let row = match self.table.get(&record.key) {
            Ok(row) => row,
            Err(error) => return task.settle_store(self.table.name(), error),
        };
        let (so_far, timestamp) = match row {
            // What a key begins with is its old value, as in Kafka Streams.
            None => ((self.function.initial)(), record.timestamp),
            Some(row) => (Some(row.value), row.timestamp.max(record.timestamp)),
        };
        let old = so_far.as_ref().filter(|_| self.table.sends_old()).cloned();
        let new = (self.function.next)(&record.key, record.value, so_far);
        let new = match new {
            Ok(new) => new,
            Err(failure) => return task.settle_failure(self.table.name(), failure),
        };
        let mut update = Record {
            key: record.key,
            value: Change::new(new, old),
            timestamp,
            headers: record.headers,
        };
        match keep::put_caused(&self.table, &mut update, cause, task) {
            Ok(true) => self.table.updated(update, task),
            Ok(false) => Ok(()),
            Err(error) => task.settle_store(self.table.name(), error),
        }
    }
}
