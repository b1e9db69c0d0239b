//! Rewrites of the graph that `topology.optimization` allows, in Kafka Streams' order.
//!
//! Facts from apache/kafka `InternalStreamsBuilder.optimizeTopology`.

mod merge_repartitions;
mod reuse_source_topics;

use std::collections::HashSet;

use super::graph::{Graph, NodeId};
use super::self_join;

/// Rewrites what may be rewritten; says which nodes are gone.
pub(super) fn rewrite(graph: &mut Graph) -> HashSet<NodeId> {
    let allowed = graph.settings.optimizations;
    let mut removed = HashSet::new();
    if allowed.reuse_source_topics {
        reuse_source_topics::rewrite(graph);
    }
    if allowed.merge_repartition_topics {
        removed.extend(merge_repartitions::rewrite(graph));
    }
    if allowed.single_store_self_join {
        removed.extend(self_join::rewrite(graph));
    }
    removed
}
