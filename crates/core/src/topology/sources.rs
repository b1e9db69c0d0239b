//! Sources of equal topics: those of streams become one, all others are refused.
//!
//! Facts from apache/kafka `InternalStreamsBuilder.mergeDuplicateSourceNodes` and
//! `InternalTopologyBuilder.validateTopicNotAlreadyRegistered`.

use std::collections::{HashMap, HashSet};

use super::graph::{Graph, NodeId, NodeKind, SourceTopics};
use super::subtopology::matches_whole;
use crate::error::TopologyError;

/// Merges every source of a stream into an earlier one of the same topics; says which are gone.
pub(super) fn merge(graph: &mut Graph) -> Result<HashSet<NodeId>, TopologyError> {
    let mut by_topic: HashMap<String, NodeId> = HashMap::new();
    let mut by_pattern: HashMap<String, NodeId> = HashMap::new();
    let mut removed = HashSet::new();
    for id in (0..graph.nodes.len()).map(NodeId) {
        let node = graph.node(id);
        let NodeKind::Source { topics, .. } = &node.kind else {
            continue;
        };
        // A table has its topic for itself.
        if node.table_source {
            continue;
        }
        let main = match topics.clone() {
            SourceTopics::Pattern(pattern) => *by_pattern.entry(pattern).or_insert(id),
            SourceTopics::Named(names) => {
                let mut main = id;
                for topic in names {
                    let first = *by_topic.entry(topic.clone()).or_insert(id);
                    if first != id {
                        main = same_topics(graph, first, id, topic)?;
                    }
                }
                main
            }
            SourceTopics::Internal(_) => id,
        };
        if main != id {
            absorb(graph, main, id)?;
            removed.insert(id);
        }
    }
    Ok(removed)
}

fn same_topics(
    graph: &Graph,
    first: NodeId,
    second: NodeId,
    topic: String,
) -> Result<NodeId, TopologyError> {
    let topics_of = |id| match &graph.node(id).kind {
        NodeKind::Source {
            topics: SourceTopics::Named(names),
            ..
        } => names.iter().collect::<HashSet<_>>(),
        _ => HashSet::new(),
    };
    if topics_of(first) == topics_of(second) {
        Ok(first)
    } else {
        Err(TopologyError::OverlappingSources {
            topic,
            first: graph.node(first).name.clone(),
            second: graph.node(second).name.clone(),
        })
    }
}

fn absorb(graph: &mut Graph, main: NodeId, other: NodeId) -> Result<(), TopologyError> {
    let reset_of = |id| match &graph.node(id).kind {
        NodeKind::Source { reset, .. } => *reset,
        _ => None,
    };
    if reset_of(main) != reset_of(other) {
        return Err(TopologyError::ConflictingReset {
            first: graph.node(main).name.clone(),
            second: graph.node(other).name.clone(),
        });
    }
    for child in std::mem::take(&mut graph.node_mut(other).children) {
        let parents = &mut graph.node_mut(child).parents;
        parents.retain(|&parent| parent != other);
        if !parents.contains(&main) {
            parents.push(main);
            graph.node_mut(main).children.push(child);
        }
    }
    graph.node_mut(main).absorbed.push(other);
    Ok(())
}

/// Refuses a topic that two sources read, after those of streams were merged.
pub(super) fn check(graph: &Graph, removed: &HashSet<NodeId>) -> Result<(), TopologyError> {
    let mut readers: HashMap<&str, NodeId> = HashMap::new();
    let mut patterns: Vec<(&str, NodeId)> = Vec::new();
    let all = (0..graph.nodes.len()).map(NodeId);
    for id in all.filter(|id| !removed.contains(id)) {
        let topics = match &graph.node(id).kind {
            NodeKind::Source { topics, .. } => match topics {
                SourceTopics::Named(names) => &names[..],
                SourceTopics::Pattern(pattern) => {
                    patterns.push((pattern, id));
                    continue;
                }
                SourceTopics::Internal(_) => continue,
            },
            NodeKind::GlobalSource { topic } => std::slice::from_ref(topic),
            _ => continue,
        };
        for topic in topics {
            let first = *readers.entry(topic).or_insert(id);
            if first != id {
                return Err(TopologyError::TopicReadTwice {
                    topic: topic.clone(),
                    first: graph.node(first).name.clone(),
                    second: graph.node(id).name.clone(),
                });
            }
        }
    }
    // The first of several overlaps, so that the error does not depend on hashing.
    let overlaps = patterns.iter().flat_map(|&(pattern, by)| {
        let matched = readers.iter();
        let matched = matched.filter(move |(topic, _)| matches_whole(pattern, topic));
        matched.map(move |(topic, named)| (*named, by, *topic))
    });
    match overlaps.min() {
        Some((named, by, topic)) => Err(TopologyError::OverlappingSources {
            topic: topic.to_owned(),
            first: graph.node(named).name.clone(),
            second: graph.node(by).name.clone(),
        }),
        None => Ok(()),
    }
}
