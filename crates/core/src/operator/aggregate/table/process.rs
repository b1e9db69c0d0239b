//! The aggregation of a grouped table: values are taken out of rows and put into rows.

use std::sync::Arc;

use crate::codec::SharedCodec;
use crate::dsl::{KGroupedTable, KTable};
use crate::failure::{Failure, Step};
use crate::operator::table::keep::{self, KeptTable, Parts};
use crate::processor::{Sink, TaskContext};
use crate::record::{Change, Record};
use crate::topology::{NodeKind, Stages, Wired};

/// Rows of all aggregations of tables are kept in stores of this prefix.
const STORE_PREFIX: &str = "KTABLE-AGGREGATE-";

/// Puts a value into a row, or begins one with it. `None` deletes the row.
type Add<K, V, A> = dyn Fn(&K, V, Option<A>) -> Result<Option<A>, Failure> + Send + Sync;
/// Takes a value out of a row. `None` deletes the row.
type Subtract<K, V, A> = dyn Fn(&K, V, A) -> Result<Option<A>, Failure> + Send + Sync;

/// How values get into rows and out of them.
pub(super) struct Function<K, V, A> {
    pub(super) add: Arc<Add<K, V, A>>,
    pub(super) subtract: Arc<Subtract<K, V, A>>,
}

impl<K: 'static, V: 'static, A: 'static> Function<K, V, A> {
    /// Begins a row with a value of its own.
    pub(super) fn folding(
        initial: impl Fn() -> A + Send + Sync + 'static,
        add: impl Fn(&K, V, A) -> Result<Option<A>, Failure> + Send + Sync + 'static,
        subtract: impl Fn(&K, V, A) -> Result<Option<A>, Failure> + Send + Sync + 'static,
    ) -> Self {
        Self {
            add: Arc::new(move |key, value, row| add(key, value, row.unwrap_or_else(&initial))),
            subtract: Arc::new(subtract),
        }
    }

    fn of_change(&self, key: &K, change: Change<V>, row: Option<A>) -> Result<Option<A>, Failure> {
        let without = match (change.old, row) {
            (Some(old), Some(row)) => (self.subtract)(key, old, row)?,
            (_, row) => row,
        };
        match change.new {
            Some(new) => (self.add)(key, new, without),
            None => Ok(without),
        }
    }
}

impl<K, V, A> Clone for Function<K, V, A> {
    fn clone(&self) -> Self {
        Self {
            add: Arc::clone(&self.add),
            subtract: Arc::clone(&self.subtract),
        }
    }
}

/// Adds the aggregation of a grouped table.
pub(super) fn add<'b, K, V, A>(
    group: &KGroupedTable<'b, K, V>,
    prefix: &str,
    materialized: Parts<A>,
    function: Function<K, V, A>,
) -> KTable<'b, K, A>
where
    K: 'static,
    V: 'static,
    A: Clone + 'static,
{
    let (codec, naming, settings) = materialized;
    let stages = Stages::sink(move |wiring, node| {
        let table = KeptTable::wire(wiring, node);
        Wired::new::<K, Change<V>>(Box::new(Aggregate {
            function: function.clone(),
            table: table.expect("an aggregation is always kept"),
        }))
    });
    let node = group.builder.with_graph(|graph| {
        let store = naming.resolve(graph, STORE_PREFIX);
        let regrouped = group.by_key(graph, &store);
        let name = graph.names.next(prefix);
        keep::declare(graph, &store, &settings, &group.key, &codec);
        let node = graph.add(name, &[regrouped.node], NodeKind::Processor, stages);
        let declared = graph.node_mut(node);
        declared.table = Some(keep::kept_node::<K, A>(store.name));
        if regrouped.is_own {
            declared.parts = vec![(regrouped.node, "-source".into())];
        }
        node
    });
    KTable::new(group.builder, node, SharedCodec::clone(&group.key))
}

/// Takes old values out of the rows of their groups and puts new ones in.
///
/// Semantics: `KTableAggregate` and `KTableReduce`.
struct Aggregate<K, V, A> {
    function: Function<K, V, A>,
    table: KeptTable<K, A>,
}

impl<K: 'static, V: 'static, A: Clone + 'static> Sink<K, Change<V>> for Aggregate<K, V, A> {
    fn push(&mut self, record: Record<K, Change<V>>, task: &mut TaskContext) -> Step {
        let cause = task.cause(&record);
        let row = match self.table.get(&record.key) {
            Ok(row) => row,
            Err(error) => return task.settle_store(self.table.name(), error),
        };
        let (row, timestamp) = match row {
            None => (None, record.timestamp),
            Some(row) => (Some(row.value), row.timestamp.max(record.timestamp)),
        };
        let old = row.as_ref().filter(|_| self.table.sends_old()).cloned();
        let new = match self.function.of_change(&record.key, record.value, row) {
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
