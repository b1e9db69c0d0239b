//! `reuse.ktable.source.topics`: the topic that a table is read from serves as the changelog of
//! its store.
//!
//! Facts from apache/kafka `TableSourceNode.writeToTopology`: so it is even for a store that was
//! asked for without a changelog, as the topic is there anyway.

use crate::topology::Logging;
use crate::topology::graph::{Graph, GraphNode, NodeKind, SourceTopics, StoreName};

pub(super) fn rewrite(graph: &mut Graph) {
    let sources = graph.nodes.iter().filter(|node| node.table_source);
    let reused: Vec<(StoreName, String)> = sources
        .filter_map(|source| Some((store_of(graph, source)?, topic_of(source)?)))
        .collect();
    for (name, topic) in reused {
        let mut stores = graph.stores.iter_mut();
        // The topic of the user is not to be written, as the deletion of rows that died asks for.
        if let Some(store) = stores.find(|store| store.name == name && store.ttl.is_none()) {
            store.logging = Logging::SourceTopic(topic);
        }
    }
}

/// The store of the table that is read, if it is kept.
fn store_of(graph: &Graph, source: &GraphNode) -> Option<StoreName> {
    let children = source.own_children.iter();
    let mut tables = children.filter_map(|&child| graph.node(child).table.as_ref());
    let table = tables.next().filter(|table| table.is_kept)?;
    table.store.clone()
}

fn topic_of(source: &GraphNode) -> Option<String> {
    match &source.kind {
        NodeKind::Source {
            topics: SourceTopics::Named(names),
            ..
        } => names.first().cloned(),
        _ => None,
    }
}
