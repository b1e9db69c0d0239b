//! The nodes of a cogroup's table: an aggregation per stream, all on one store, and their merge.

use super::part::Cogrouped;
use crate::dsl::{CogroupedKStream, KTable, ResolvedName};
use crate::operator::aggregate::declare::{self, Table};
use crate::record::Change;
use crate::topology::{Graph, NodeId, NodeKind, OldValues, Stages, TableNode, Wired};

const PREFIX: &str = "COGROUPKSTREAM-AGGREGATE-";
const MERGE_PREFIX: &str = "COGROUPKSTREAM-MERGE-";

/// Adds the table of a cogroup; `stages` is what aggregates one of its streams.
pub(super) fn add<'b, K: 'static, T: 'static, A: 'static>(
    cogroup: &CogroupedKStream<'b, K, A>,
    table: Table<T>,
    stages: impl Fn(&dyn Cogrouped<K, A>) -> Stages,
) -> KTable<'b, T, A> {
    let (kept_node, grace_ms) = (table.kept_node, table.grace_ms);
    let node = cogroup.builder.with_graph(|graph| {
        let store = table.naming.resolve(graph, PREFIX);
        (table.declare)(graph, &store);
        let parents = by_key(graph, cogroup, &store);
        let mut aggregations = Vec::with_capacity(parents.len());
        for (stream, parent) in cogroup.streams.iter().zip(parents) {
            let name = graph.names.next(PREFIX);
            let node = graph.add(name, &[parent], NodeKind::Processor, stages(&**stream));
            declare::keep(graph, node, kept_node(store.name.clone()), grace_ms);
            aggregations.push(node);
        }
        merge::<T, A>(graph, aggregations, kept_node(store.name))
    });
    KTable::new(cogroup.builder, node, table.key)
}

/// The nodes that are aggregated, each partitioned by key as all others.
fn by_key<K, A>(
    graph: &mut Graph,
    cogroup: &CogroupedKStream<'_, K, A>,
    store: &ResolvedName,
) -> Vec<NodeId> {
    let mut parents = Vec::with_capacity(cogroup.streams.len());
    let mut named_after_store = false;
    for (nth, stream) in cogroup.streams.iter().enumerate() {
        let is_unnamed = stream.is_repartitioned_unnamed(graph);
        let parent = if is_unnamed && named_after_store {
            stream.by_key(graph, &own_name(store, nth))
        } else {
            stream.by_key(graph, store)
        };
        named_after_store |= is_unnamed;
        parents.push(parent);
    }
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

/// What a repartition is named after if another one has the name of the store: the streams must
/// not meet in one topic. The name depends on the order of the streams, so it is a generated one,
/// whoever named the store.
fn own_name(store: &ResolvedName, nth: usize) -> ResolvedName {
    ResolvedName {
        name: format!("{}-{nth}", store.name),
        is_given: false,
    }
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
