//! Groups of sources whose topics must have equal partition counts.

use std::collections::HashSet;

use super::graph::{Graph, NodeId, NodeKind, SourceTopics};
use crate::error::TopologyError;

/// The topics of each group that has more than one.
///
/// # Errors
/// If all are repartition topics of which some are asked for with different counts
/// (apache/kafka `InternalTopologyBuilder.validateCopartition`).
pub(super) fn groups(graph: &Graph) -> Result<Vec<Vec<SourceTopics>>, TopologyError> {
    let mut groups = Vec::new();
    for sources in &graph.copartitioned {
        check_counts(graph, sources)?;
        let distinct: HashSet<&NodeId> = sources.iter().collect();
        if distinct.len() > 1 {
            let topics = sources.iter().filter_map(|&id| topics_of(graph, id));
            groups.push(topics.collect());
        }
    }
    Ok(groups)
}

fn topics_of(graph: &Graph, id: NodeId) -> Option<SourceTopics> {
    match &graph.node(id).kind {
        NodeKind::Source { topics, .. } => Some(topics.clone()),
        NodeKind::Repartition(names) => Some(SourceTopics::Internal(names.topic.clone())),
        NodeKind::Processor | NodeKind::Sink(_) | NodeKind::GlobalSource { .. } => None,
    }
}

fn check_counts(graph: &Graph, sources: &[NodeId]) -> Result<(), TopologyError> {
    let asked = sources.iter().map(|&id| match &graph.node(id).kind {
        NodeKind::Repartition(names) => Some((&names.topic, names.partitions?)),
        _ => None,
    });
    // One whose count is open can still follow the others, or a topic of the user.
    let Some(asked) = asked.collect::<Option<Vec<_>>>() else {
        return Ok(());
    };
    let Some(((first, partitions), others)) = asked.split_first() else {
        return Ok(());
    };
    match others.iter().find(|(_, other)| other != partitions) {
        None => Ok(()),
        Some((second, other)) => Err(TopologyError::UnequalPartitions {
            first: (*first).clone(),
            first_partitions: *partitions,
            second: (*second).clone(),
            second_partitions: *other,
        }),
    }
}
