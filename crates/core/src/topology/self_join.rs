//! `topology.optimization=single.store.self.join`: a stream that is joined with itself is kept
//! in one store.
//!
//! Facts from apache/kafka `InternalStreamsBuilder.rewriteSingleStoreSelfJoin` (KIP-862): it is
//! done after sources of the same topics were merged, and for left and outer joins too.

use super::graph::{Graph, NodeId, Stages, StoreName};

/// A join of two streams with records of equal types, and what it is if both are one stream.
pub(crate) struct SelfJoin {
    /// What keeps records of the left side; it stays.
    pub(crate) windowed_left: NodeId,
    /// What keeps records of the right side.
    pub(crate) windowed_right: NodeId,
    /// What joins records of the left side.
    pub(crate) join_left: NodeId,
    /// What joins records of the right side.
    pub(crate) join_right: NodeId,
    /// Where results come out: it does all the work of a self-join.
    pub(crate) merge: NodeId,
    /// The store of the left side.
    pub(crate) store: StoreName,
    pub(crate) stages: Stages,
}

/// Rewrites joins whose sides are one stream; says which nodes are gone.
pub(crate) fn rewrite(graph: &mut Graph) -> Vec<NodeId> {
    let mut gone = Vec::new();
    for join in std::mem::take(&mut graph.self_joins) {
        let parents = |id| &graph.node(id).parents;
        if parents(join.windowed_left) == parents(join.windowed_right) {
            gone.extend([join.windowed_right, join.join_left, join.join_right]);
            make_single(graph, join);
        }
    }
    gone
}

fn make_single(graph: &mut Graph, join: SelfJoin) {
    // Sources that were merged still list their own children, so all nodes are searched.
    for node in &mut graph.nodes {
        for children in [&mut node.children, &mut node.own_children] {
            children.retain(|&child| child != join.windowed_right);
        }
    }
    let merge = join.merge;
    let left = graph.node_mut(join.windowed_left);
    left.children = vec![merge];
    left.own_children = vec![merge];
    for gone in [join.join_left, join.join_right] {
        let node = graph.node_mut(gone);
        node.children.clear();
        node.own_children.clear();
    }
    let takes_null_keys = graph.node(join.join_left).traits.takes_null_keys;
    let node = graph.node_mut(merge);
    node.parents = vec![join.windowed_left];
    node.inputs = 1;
    node.stores = vec![join.store];
    node.stages = join.stages;
    node.traits.takes_null_keys = takes_null_keys;
}
