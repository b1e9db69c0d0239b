//! `merge.repartition.topics`: repartitions after one change of keys become one, right behind it.
//!
//! Facts from apache/kafka `InternalStreamsBuilder.mergeRepartitionTopics`: a repartition that has
//! nothing to be merged with is moved and renamed all the same.

use std::collections::HashSet;
use std::sync::Arc;

use crate::topology::graph::{Graph, NodeId, NodeKind, RepartitionNames, Tee};

/// Repartitions that go right behind one node.
struct Group {
    behind: NodeId,
    repartitions: Vec<NodeId>,
}

/// Says which repartitions are gone.
pub(super) fn rewrite(graph: &mut Graph) -> HashSet<NodeId> {
    let mut groups = groups(graph);
    pull_below_merges(graph, &mut groups);
    let mut gone = HashSet::new();
    for group in groups {
        if !group.repartitions.is_empty() {
            merge(graph, &group);
            gone.extend(group.repartitions);
        }
    }
    gone
}

/// Every node that changes keys, with the repartitions that it is the cause of.
fn groups(graph: &Graph) -> Vec<Group> {
    let all = || (0..graph.nodes.len()).map(NodeId);
    let changers = all().filter(|&id| graph.node(id).traits.changes_keys);
    let mut groups: Vec<Group> = changers
        .map(|behind| Group {
            behind,
            repartitions: Vec::new(),
        })
        .collect();
    for id in all().filter(|&id| graph.node(id).traits.may_be_merged) {
        let cause = cause_of(graph, id);
        let group = groups.iter_mut().find(|group| Some(group.behind) == cause);
        if let Some(group) = group {
            group.repartitions.push(id);
        }
    }
    groups
}

/// The change of keys that a repartition may move up to: no change of values lies between, and
/// records have the same types there.
fn cause_of(graph: &Graph, repartition: NodeId) -> Option<NodeId> {
    let changes_keys = |graph: &Graph, id| graph.node(id).traits.changes_keys;
    let changer = graph.nearest(repartition, changes_keys)?;
    let first = graph.nearest(repartition, |graph, id| {
        let traits = graph.node(id).traits;
        traits.changes_keys || traits.changes_values
    })?;
    let parent = *graph.inputs(repartition).first()?;
    let types = |id| graph.node(id).stream_types;
    (first == changer && types(parent) == types(changer)).then_some(changer)
}

/// Where all repartitions of a change of keys lie behind a merge of streams, they go behind the
/// merge, with those of the other streams that are merged. Of several merges, the last: what
/// comes in at the others passes through it.
fn pull_below_merges(graph: &Graph, groups: &mut Vec<Group>) {
    let merges = (0..graph.nodes.len())
        .rev()
        .map(NodeId)
        .filter(|&id| graph.node(id).traits.merges);
    let mut below = Vec::new();
    for merge in merges {
        let comes_before = |group: &Group| {
            let mut repartitions = group.repartitions.iter();
            repartitions.all(|&id| child_on_the_way(graph, merge, id).is_some())
                && child_on_the_way(graph, group.behind, merge).is_some()
        };
        let (pulled, kept): (Vec<_>, Vec<_>) = groups.drain(..).partition(comes_before);
        *groups = kept;
        let pulled = pulled.into_iter().flat_map(|group| group.repartitions);
        below.push(Group {
            behind: merge,
            repartitions: pulled.collect(),
        });
    }
    groups.extend(below.into_iter().rev());
}

/// The child of a node by which it leads to another, which may be that child.
fn child_on_the_way(graph: &Graph, from: NodeId, to: NodeId) -> Option<NodeId> {
    graph.nearest(to, |graph, id| graph.inputs(id).contains(&from))
}

/// Puts one repartition behind the node in the place of all.
fn merge(graph: &mut Graph, group: &Group) {
    let Some(&first) = group.repartitions.first() else {
        return;
    };
    let names = merged_names(graph, first);
    let stages = std::mem::take(&mut graph.node_mut(first).stages);
    let (name, kind) = (names.source.clone(), NodeKind::Repartition(names));
    let merged = graph.add(name, &[], kind, stages);
    graph.node_mut(merged).rank = graph.node(group.behind).rank;
    graph.node_mut(merged).tee = tee_of(graph, group);
    for &old in &group.repartitions {
        replace(graph, group.behind, old, merged);
    }
    graph.attach(group.behind, merged);
}

/// Its nodes are named after its topic, even where that has a generated name.
fn merged_names(graph: &Graph, first: NodeId) -> RepartitionNames {
    let topic = graph.repartition_topic(first);
    RepartitionNames {
        filter: Some(format!("{topic}-filter")),
        sink: format!("{topic}-sink"),
        source: format!("{topic}-source"),
        topic,
        partitions: None,
    }
}

/// All ends of the moved edges have records of one type, so any of them knows how to clone.
fn tee_of(graph: &Graph, group: &Group) -> Option<Arc<Tee>> {
    let ends = group.repartitions.iter().chain([&group.behind]);
    let mut tees = ends.filter_map(|&id| graph.node(id).tee.clone());
    tees.next()
}

/// Moves what leads to a repartition behind `merged`, and what follows it to where it was.
fn replace(graph: &mut Graph, behind: NodeId, old: NodeId, merged: NodeId) {
    if let Some(child) = child_on_the_way(graph, behind, old) {
        graph.attach(merged, child);
        graph.detach(behind, child);
    }
    let tee = graph.node(merged).tee.clone();
    let (parents, children) = (
        graph.node(old).parents.clone(),
        graph.node(old).own_children.clone(),
    );
    for &parent in &parents {
        for &child in &children {
            graph.attach(parent, child);
        }
        graph.detach(parent, old);
        let node = graph.node_mut(parent);
        node.tee = node.tee.take().or_else(|| tee.clone());
    }
    for child in children {
        graph.detach(old, child);
    }
    for group in &mut graph.copartitioned {
        for source in group.iter_mut().filter(|source| **source == old) {
            *source = merged;
        }
        group.sort_unstable();
        group.dedup();
    }
}
