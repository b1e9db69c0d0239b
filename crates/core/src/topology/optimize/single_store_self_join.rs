//! `single.store.self.join`: a stream joined with itself keeps its records in one store.
//!
//! Facts from apache/kafka `InternalStreamsBuilder.rewriteSingleStoreSelfJoin`.

use crate::topology::graph::{Graph, NodeId};

/// Says which nodes are gone: the window nodes of right sides. No operator joins two streams
/// yet, so there is none.
pub(super) const fn rewrite(_graph: &mut Graph) -> Vec<NodeId> {
    Vec::new()
}
