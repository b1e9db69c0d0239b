//! The nodes of a cogroup's table: an aggregation per stream, all on one store, and their merge.

use crate::codec::SharedCodec;
use crate::dsl::{CogroupedKStream, KTable, ResolvedName, StoreNaming};
use crate::record::Change;
use crate::topology::{Graph, NodeId, NodeKind, OldValues, Stages, TableNode, Wired};

use super::part::Cogrouped;

const PREFIX: &str = "COGROUPKSTREAM-AGGREGATE-";
const MERGE_PREFIX: &str = "COGROUPKSTREAM-MERGE-";

/// What tells the tables of cogroups apart.
pub(super) struct Table<'t, K, A> {
    pub(super) naming: StoreNaming,
    pub(super) declare: &'t dyn Fn(&mut Graph, &ResolvedName),
    /// What aggregates one of the streams.
    pub(super) stages: &'t dyn Fn(&dyn Cogrouped<K, A>) -> Stages,
    /// What a node is whose table is in this store.
    pub(super) kept_node: fn(String) -> TableNode,
    pub(super) grace_ms: Option<i64>,
}

/// Adds the table of a cogroup; its rows have keys `T`.
pub(super) fn add<'b, K: 'static, T: 'static, A: 'static>(
    cogroup: &CogroupedKStream<'b, K, A>,
    key: SharedCodec<T>,
    table: &Table<'_, K, A>,
) -> KTable<'b, T, A> {
    let builder = cogroup.builder;
    let node = builder.with_graph(|graph| {
        let store = table.naming.resolve(graph, PREFIX);
        (table.declare)(graph, &store);
        let parents = by_key(graph, cogroup, &store);
        let mut aggregations = Vec::with_capacity(parents.len());
        for (stream, parent) in cogroup.streams.iter().zip(parents) {
            let name = graph.names.next(PREFIX);
            let stages = (table.stages)(&**stream);
            let node = graph.add(name, &[parent], NodeKind::Processor, stages);
            let declared = graph.node_mut(node);
            declared.table = Some((table.kept_node)(store.name.clone()));
            declared.traits.grace_ms = table.grace_ms;
            aggregations.push(node);
        }
        merge::<T, A>(graph, aggregations, (table.kept_node)(store.name))
    });
    KTable::new(builder, node, key)
}

/// The nodes that are aggregated, each partitioned by key as all others.
fn by_key<K, A>(
    graph: &mut Graph,
    cogroup: &CogroupedKStream<'_, K, A>,
    store: &ResolvedName,
) -> Vec<NodeId> {
    let streams = cogroup.streams.iter();
    let parents: Vec<NodeId> = streams.map(|one| one.by_key(graph, store)).collect();
    if parents.len() > 1 {
        let sources = parents
            .iter()
            .flat_map(|&parent| graph.node(parent).sources.clone());
        let mut sources: Vec<NodeId> = sources.collect();
        sources.sort_unstable();
        sources.dedup();
        graph.copartitioned.push(sources);
    }
    parents
}

/// Passes on what any of the aggregations does.
fn merge<T: 'static, A: 'static>(
    graph: &mut Graph,
    aggregations: Vec<NodeId>,
    kept: TableNode,
) -> NodeId {
    let name = graph.names.next(MERGE_PREFIX);
    let stages = Stages::sink(|wiring, node| {
        // Nothing is left to do: what follows takes the updates itself.
        Wired::new(wiring.downstream::<T, Change<A>>(node))
    });
    let node = graph.add(name, &aggregations, NodeKind::Processor, stages);
    let mut parts: Vec<_> = (0..)
        .zip(&aggregations)
        .map(|(nth, &part)| (part, format!("-cogroup-agg-{nth}").into()))
        .collect();
    parts.push((node, "-cogroup-merge".into()));
    let declared = graph.node_mut(node);
    declared.parts = parts;
    declared.table = Some(TableNode {
        is_kept: false,
        old_values: OldValues::AllOf(aggregations),
        versioned: None,
        ..kept
    });
    node
}
