//! Adding an aggregation to the graph: the store of its table, and the node that folds into it.

use crate::codec::SharedCodec;
use crate::dsl::{KGroupedStream, KTable, ResolvedName, StoreNaming};
use crate::topology::{Graph, NodeId, NodeKind, Stages, TableNode};

/// Declares a store of this name.
type Declare = Box<dyn FnOnce(&mut Graph, &ResolvedName)>;

/// The table of an aggregation, whatever goes into it.
pub(super) struct Table<T> {
    /// The codec of its keys.
    pub(super) key: SharedCodec<T>,
    pub(super) naming: StoreNaming,
    /// Declares its store.
    pub(super) declare: Declare,
    /// What a node is whose table is in this store.
    pub(super) kept_node: fn(String) -> TableNode,
    /// How long it waits for late records, if it is in windows.
    pub(super) grace_ms: Option<i64>,
}

/// Adds the aggregation of a grouped stream.
pub(super) fn add<'b, K: 'static, V: 'static, T: 'static, A: 'static>(
    group: &KGroupedStream<'b, K, V>,
    prefix: &str,
    table: Table<T>,
    stages: Stages,
) -> KTable<'b, T, A> {
    let node = group.builder.with_graph(|graph| {
        let store = table.naming.resolve(graph, prefix);
        let name = graph.names.next(prefix);
        let parent = group.grouping.by_key(graph, &store);
        (table.declare)(graph, &store);
        let node = graph.add(name, &[parent], NodeKind::Processor, stages);
        keep(graph, node, (table.kept_node)(store.name), table.grace_ms);
        node
    });
    KTable::new(group.builder, node, table.key)
}

/// Says which table a node folds into.
pub(super) fn keep(graph: &mut Graph, node: NodeId, table: TableNode, grace_ms: Option<i64>) {
    let declared = graph.node_mut(node);
    declared.table = Some(table);
    declared.traits.grace_ms = grace_ms;
}
