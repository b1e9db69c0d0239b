//! The text of a topology, equal to Kafka Streams' to the letter.

pub(crate) mod java_order;
mod tree_set;

use std::cmp::Ordering;
use std::fmt::Write as _;

use super::Subtopology;
use super::graph::SinkTopic;
use super::plan::{Plan, PlannedKind, PlannedNode, listed};
use tree_set::TreeSet;

/// `TopologyDescription.toString()`.
pub(crate) fn describe(plan: &Plan) -> String {
    let mut text = String::from("Topologies:\n ");
    let mut all: Vec<(&Subtopology, Part)> = Vec::new();
    all.extend(plan.subtopologies.iter().map(|one| (one, Part::OfTasks)));
    all.extend(plan.globals.iter().map(|one| (one, Part::Global)));
    all.sort_by_key(|(one, _)| one.id);
    for (subtopology, part) in all {
        text.push_str("  ");
        write_subtopology(&mut text, plan, subtopology, part);
    }
    text
}

/// What a part of the topology runs as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    OfTasks,
    Global,
}

/// A node while its sub-topology is described. `size` grows as edges are found, and sets keep
/// the order that sizes had when a member came in: that is how the text of Kafka Streams comes
/// about, so it is reproduced and not tidied.
struct Described<'p> {
    node: &'p PlannedNode,
    place: usize,
    size: usize,
    parents: TreeSet,
    children: TreeSet,
}

fn write_subtopology(text: &mut String, plan: &Plan, subtopology: &Subtopology, part: Part) {
    let nodes = connect(plan, subtopology);
    // Writing to a string cannot fail.
    let _ = write!(text, "Sub-topology: {}", subtopology.id);
    text.push_str(match part {
        Part::OfTasks => "\n",
        Part::Global => " for global store (will not generate tasks)\n",
    });
    let mut order: Vec<usize> = (0..nodes.len()).collect();
    order.sort_by(|&a, &b| compare(&nodes, a, b));
    for described in order.iter().filter_map(|&index| nodes.get(index)) {
        write_node(text, described, &nodes);
    }
    if part == Part::OfTasks {
        text.push('\n');
    }
}

fn write_node(text: &mut String, described: &Described<'_>, nodes: &[Described<'_>]) {
    let name = &described.node.name;
    let children = names(&described.children, nodes);
    let parents = names(&described.parents, nodes);
    let _ = match &described.node.kind {
        PlannedKind::Source { topics, .. } => writeln!(
            text,
            "    Source: {name} (topics: {})\n      --> {children}",
            listed(topics)
        ),
        PlannedKind::Processor => writeln!(
            text,
            "    Processor: {name} (stores: [{}])\n      --> {children}\n      <-- {parents}",
            java_order::hash_set_copy(&described.node.stores).join(", ")
        ),
        PlannedKind::Sink(SinkTopic::Named(topic) | SinkTopic::Internal(topic)) => {
            writeln!(
                text,
                "    Sink: {name} (topic: {topic})\n      <-- {parents}"
            )
        }
        PlannedKind::Sink(SinkTopic::Dynamic) => {
            writeln!(
                text,
                "    Sink: {name} (extractor class: dynamic)\n      <-- {parents}"
            )
        }
    };
}

fn names(set: &TreeSet, nodes: &[Described<'_>]) -> String {
    let names: Vec<&str> = set
        .in_order()
        .filter_map(|index| nodes.get(index))
        .map(|described| described.node.name.as_str())
        .collect();
    if names.is_empty() {
        "none".to_owned()
    } else {
        names.join(", ")
    }
}

/// Larger sub-trees first, then by name.
fn compare(nodes: &[Described<'_>], a: usize, b: usize) -> Ordering {
    match (nodes.get(a), nodes.get(b)) {
        (Some(a), Some(b)) => b
            .size
            .cmp(&a.size)
            .then_with(|| a.node.name.encode_utf16().cmp(b.node.name.encode_utf16())),
        _ => Ordering::Equal,
    }
}

/// Connects the nodes in the order in which Java's maps list them.
fn connect<'p>(plan: &'p Plan, subtopology: &Subtopology) -> Vec<Described<'p>> {
    let members: Vec<(usize, &PlannedNode)> = subtopology
        .nodes
        .iter()
        .filter_map(|&place| Some((place, plan.nodes.get(place)?)))
        .collect();
    let written: Vec<&str> = members.iter().map(|(_, node)| node.name.as_str()).collect();
    let order = java_order::hash_order(&java_order::hash_order(&written));
    let mut nodes: Vec<Described<'p>> = order
        .iter()
        .filter_map(|name| members.iter().find(|(_, node)| node.name == **name))
        .map(|&(place, node)| Described {
            node,
            place,
            size: 1,
            parents: TreeSet::default(),
            children: TreeSet::default(),
        })
        .collect();
    for child in 0..nodes.len() {
        let parents = nodes
            .get(child)
            .map_or(&[][..], |child| &child.node.parents);
        for &place in parents {
            if let Some(parent) = nodes.iter().position(|node| node.place == place) {
                connect_edge(&mut nodes, parent, child);
            }
        }
    }
    nodes
}

fn connect_edge(nodes: &mut [Described<'_>], parent: usize, child: usize) {
    insert(nodes, child, parent, |node| &mut node.parents);
    insert(nodes, parent, child, |node| &mut node.children);
    let size = nodes.get(child).map_or(0, |child| child.size);
    grow(nodes, parent, size);
}

fn insert(
    nodes: &mut [Described<'_>],
    of: usize,
    member: usize,
    set: impl for<'a, 'p> Fn(&'a mut Described<'p>) -> &'a mut TreeSet,
) {
    let Some(node) = nodes.get_mut(of) else {
        return;
    };
    let mut taken = std::mem::take(set(node));
    taken.insert(member, |a, b| compare(nodes, a, b));
    if let Some(node) = nodes.get_mut(of) {
        *set(node) = taken;
    }
}

fn grow(nodes: &mut [Described<'_>], index: usize, by: usize) {
    let Some(node) = nodes.get_mut(index) else {
        return;
    };
    node.size += by;
    let parents: Vec<usize> = node.parents.in_order().collect();
    for parent in parents {
        grow(nodes, parent, by);
    }
}
