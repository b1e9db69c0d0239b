//! The aggregation of a grouped table: values are taken out of rows and put into rows.

use std::sync::Arc;

use crate::dsl::{KGroupedTable, KTable};
use crate::failure::{Failure, Step};
use crate::operator::aggregate::function::Function;
use crate::operator::aggregate::{declare, row, stream};
use crate::operator::table::keep::{KeptTable, Parts};
use crate::processor::{Sink, TaskContext};
use crate::record::{Change, Record};
use crate::topology::{NodeKind, Stages, Wired};

/// Rows of all aggregations of tables are kept in stores of this prefix.
const STORE_PREFIX: &str = "KTABLE-AGGREGATE-";

/// Takes a value out of a row. `None` deletes the row.
type Subtract<K, V, A> = dyn Fn(&K, V, A) -> Result<Option<A>, Failure> + Send + Sync;

/// How values get into rows and out of them.
pub(super) struct TableFunction<K, V, A> {
    pub(super) add: Function<K, V, A>,
    pub(super) subtract: Arc<Subtract<K, V, A>>,
}

impl<K: 'static, V: 'static, A: 'static> TableFunction<K, V, A> {
    fn of_change(&self, key: &K, change: Change<V>, row: Option<A>) -> Result<Option<A>, Failure> {
        let without = match (change.old, row) {
            (Some(old), Some(row)) => (self.subtract)(key, old, row)?,
            (_, row) => row,
        };
        match change.new {
            Some(new) => (self.add.next)(key, new, without),
            None => Ok(without),
        }
    }
}

impl<K, V, A> Clone for TableFunction<K, V, A> {
    fn clone(&self) -> Self {
        Self {
            add: self.add.clone(),
            subtract: Arc::clone(&self.subtract),
        }
    }
}

/// Adds the aggregation of a grouped table.
pub(super) fn add<'b, K, V, A>(
    group: &KGroupedTable<'b, K, V>,
    prefix: &str,
    materialized: Parts<A>,
    function: TableFunction<K, V, A>,
) -> KTable<'b, K, A>
where
    K: 'static,
    V: 'static,
    A: Clone + 'static,
{
    let kept = stream::table(&group.key, materialized);
    let stages = Stages::sink(move |wiring, node| {
        let table = KeptTable::wire(wiring, node);
        Wired::new::<K, Change<V>>(Box::new(Aggregate {
            function: function.clone(),
            table: table.expect("an aggregation is always kept"),
        }))
    });
    let node = group.builder.with_graph(|graph| {
        let store = kept.naming.resolve(graph, STORE_PREFIX);
        let regrouped = group.by_key(graph, &store);
        let name = graph.names.next(prefix);
        (kept.declare)(graph, &store);
        let node = graph.add(name, &[regrouped.node], NodeKind::Processor, stages);
        declare::keep(graph, node, (kept.kept_node)(store.name), kept.grace_ms);
        if regrouped.is_own {
            graph.node_mut(node).parts = vec![(regrouped.node, "-source".into())];
        }
        node
    });
    KTable::new(group.builder, node, kept.key)
}

/// Takes old values out of the rows of their groups and puts new ones in.
///
/// Semantics: `KTableAggregate` and `KTableReduce`.
struct Aggregate<K, V, A> {
    function: TableFunction<K, V, A>,
    table: KeptTable<K, A>,
}

impl<K: 'static, V: 'static, A: Clone + 'static> Sink<K, Change<V>> for Aggregate<K, V, A> {
    fn push(&mut self, record: Record<K, Change<V>>, task: &mut TaskContext) -> Step {
        let next = |key: &K, change, row| self.function.of_change(key, change, row);
        // A row begins with its first value: it has no old one.
        let folded = row::fold(&mut self.table, record, || None, next, task);
        folded.or_else(|stopped| stopped.settle(self.table.name(), task))
    }
}
