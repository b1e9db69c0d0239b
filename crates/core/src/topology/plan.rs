//! What runs: the physical nodes in Kafka Streams' order, grouped into sub-topologies.
//!
//! The order in which nodes are written decides the ids of sub-topologies and the text of
//! `describe()`. Facts from apache/kafka `InternalStreamsBuilder.buildAndOptimizeTopology` and
//! `InternalTopologyBuilder.makeNodeGroups`.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};

use super::describe::java_order;
use super::graph::{Graph, NodeId, NodeKind, SinkTopic, SourceTopics, StoreName};
use super::{InternalTopic, Subtopology, SubtopologySource, copartition, optimize, sources};
use crate::error::TopologyError;

/// A node as Kafka Streams would write it.
#[derive(Clone, Debug)]
pub(crate) struct PlannedNode {
    pub(crate) name: String,
    pub(crate) kind: PlannedKind,
    /// Places of its parents in [`Plan::nodes`], in order.
    pub(crate) parents: Vec<usize>,
    /// Stores it is connected to.
    pub(crate) stores: Vec<StoreName>,
}

#[derive(Clone, Debug)]
pub(crate) enum PlannedKind {
    Source { node: NodeId, topics: SourceTopics },
    Processor,
    Sink(SinkTopic),
}

#[derive(Debug, Default)]
pub(crate) struct Plan {
    pub(crate) nodes: Vec<PlannedNode>,
    pub(crate) subtopologies: Vec<Subtopology>,
    /// Those that fill global stores; ids are of one series with the others.
    pub(crate) globals: Vec<Subtopology>,
    pub(crate) internal_topics: Vec<InternalTopic>,
    /// Topics that must have equal partition counts, a list per join or common group.
    pub(crate) copartitioned: Vec<Vec<SourceTopics>>,
}

impl Plan {
    /// Validates the graph and plans it.
    pub(crate) fn of(graph: &mut Graph) -> Result<Self, TopologyError> {
        if let Some(error) = graph.first_error() {
            return Err(error.clone());
        }
        graph.check_used_stores()?;
        let mut removed = sources::merge(graph)?;
        sources::check(graph, &removed)?;
        removed.extend(optimize::rewrite(graph));
        let order = writing_order(graph, &removed);
        forward_in_order(graph, &order);
        let mut writer = Writer::default();
        for id in order {
            writer.write(graph, id)?;
        }
        let mut plan = writer.plan;
        plan.copartitioned = copartition::groups(graph)?;
        let all = group(&plan.nodes, graph)?;
        if all.is_empty() {
            return Err(TopologyError::Empty);
        }
        plan.set_global_apart(graph, all);
        Ok(plan)
    }

    /// The same nodes as one sub-topology.
    pub(crate) fn as_one_subtopology(&self) -> Self {
        let all = self.subtopologies.iter();
        let one = Subtopology {
            id: 0,
            sources: all
                .clone()
                .flat_map(|one| one.sources.iter().cloned())
                .collect(),
            internal_sinks: all
                .clone()
                .flat_map(|one| one.internal_sinks.iter().cloned())
                .collect(),
            stores: all
                .clone()
                .flat_map(|one| one.stores.iter().cloned())
                .collect(),
            nodes: all.flat_map(|one| one.nodes.iter().copied()).collect(),
        };
        Self {
            nodes: self.nodes.clone(),
            subtopologies: vec![one],
            globals: self.globals.clone(),
            internal_topics: self.internal_topics.clone(),
            copartitioned: self.copartitioned.clone(),
        }
    }
}

/// By rank, but never before a parent.
fn writing_order(graph: &Graph, removed: &HashSet<NodeId>) -> Vec<NodeId> {
    let ranked = |id: NodeId| Reverse((graph.node(id).rank, id));
    let mut queue: BinaryHeap<Reverse<(usize, NodeId)>> = (0..graph.nodes.len())
        .map(NodeId)
        .filter(|id| graph.node(*id).parents.is_empty() && !removed.contains(id))
        .map(ranked)
        .collect();
    let mut written = HashSet::new();
    let mut order = Vec::with_capacity(graph.nodes.len());
    while let Some(Reverse((_, id))) = queue.pop() {
        let node = graph.node(id);
        let ready = node.parents.iter().all(|parent| written.contains(parent));
        if ready && written.insert(id) {
            order.push(id);
            queue.extend(node.children.iter().copied().map(ranked));
        }
    }
    order
}

/// A node gives its records to its children in the order in which they are written.
fn forward_in_order(graph: &mut Graph, order: &[NodeId]) {
    let places: HashMap<NodeId, usize> = order
        .iter()
        .enumerate()
        .map(|(place, &id)| (id, place))
        .collect();
    for node in &mut graph.nodes {
        node.own_children.sort_by_key(|child| places.get(child));
    }
}

/// Writes graph nodes as physical ones: a repartition becomes three.
#[derive(Default)]
struct Writer {
    plan: Plan,
    /// Where the output of a graph node comes from.
    output: HashMap<NodeId, usize>,
    names: HashSet<String>,
    stores: HashSet<StoreName>,
}

impl Writer {
    fn write(&mut self, graph: &Graph, id: NodeId) -> Result<(), TopologyError> {
        let node = graph.node(id);
        let parents = node
            .parents
            .iter()
            .take(node.inputs)
            .map(|parent| *self.output.get(parent).expect("parents are written first"))
            .collect();
        let place = match &node.kind {
            NodeKind::Source { topics, .. } => {
                let topics = topics.clone();
                self.push(
                    &node.name,
                    PlannedKind::Source { node: id, topics },
                    parents,
                )?
            }
            NodeKind::GlobalSource { topic } => {
                let topics = SourceTopics::Named(vec![topic.clone()]);
                self.push(
                    &node.name,
                    PlannedKind::Source { node: id, topics },
                    parents,
                )?
            }
            NodeKind::Processor => {
                let place = self.push(&node.name, PlannedKind::Processor, parents)?;
                self.connect(graph, place, id)?;
                place
            }
            NodeKind::Sink(topic) => {
                self.push(&node.name, PlannedKind::Sink(topic.clone()), parents)?
            }
            NodeKind::Repartition(names) => {
                let parents = match &names.filter {
                    Some(filter) => vec![self.push(filter, PlannedKind::Processor, parents)?],
                    None => parents,
                };
                let topic = SinkTopic::Internal(names.topic.clone());
                self.push(&names.sink, PlannedKind::Sink(topic), parents)?;
                self.add_internal_topic(graph, &names.topic, names.partitions)?;
                let topics = SourceTopics::Internal(names.topic.clone());
                self.push(
                    &names.source,
                    PlannedKind::Source { node: id, topics },
                    Vec::new(),
                )?
            }
        };
        self.output.insert(id, place);
        Ok(())
    }

    fn push(
        &mut self,
        name: &str,
        kind: PlannedKind,
        parents: Vec<usize>,
    ) -> Result<usize, TopologyError> {
        if !self.names.insert(name.to_owned()) {
            return Err(TopologyError::DuplicateNode(name.to_owned()));
        }
        let place = self.plan.nodes.len();
        self.plan.nodes.push(PlannedNode {
            name: name.to_owned(),
            kind,
            parents,
            stores: Vec::new(),
        });
        Ok(place)
    }

    /// Connects a written node to its stores; the first node of a store brings its changelog.
    fn connect(&mut self, graph: &Graph, place: usize, id: NodeId) -> Result<(), TopologyError> {
        let stores = graph.stores_of(id);
        for name in &stores {
            if self.fills_global(graph, place, name) {
                continue;
            }
            let Some(store) = graph.store(name) else {
                return Err(TopologyError::UnknownStore {
                    node: graph.node(id).name.clone(),
                    store: name.clone(),
                });
            };
            if self.stores.insert(name.clone()) {
                if !store.is_named && !graph.allow_generated_names {
                    return Err(TopologyError::GeneratedName {
                        what: "the store",
                        node: graph.node(id).name.clone(),
                        generated: name.clone(),
                        remedy: "Materialized::named",
                    });
                }
                let settings = &graph.settings;
                let changelog = InternalTopic::changelog(store, settings);
                self.plan.internal_topics.extend(changelog);
            }
        }
        if let Some(planned) = self.plan.nodes.get_mut(place) {
            planned.stores = stores;
        }
        Ok(())
    }

    /// Whether this node writes this global store, which has no changelog.
    fn fills_global(&self, graph: &Graph, place: usize, store: &str) -> bool {
        let node = self.plan.nodes.get(place);
        let mut parents = node.into_iter().flat_map(|node| &node.parents);
        graph.is_global_store(store)
            && parents.any(|&parent| {
                let parent = self.plan.nodes.get(parent);
                parent.is_some_and(|parent| Plan::reads_global(graph, parent))
            })
    }

    fn add_internal_topic(
        &mut self,
        graph: &Graph,
        name: &str,
        partitions: Option<u32>,
    ) -> Result<(), TopologyError> {
        let topics = &mut self.plan.internal_topics;
        if topics.iter().any(|topic| topic.name == name) {
            return Err(TopologyError::DuplicateInternalTopic(name.to_owned()));
        }
        let topic = InternalTopic::repartition(name.to_owned(), partitions, &graph.settings);
        topics.push(topic);
        Ok(())
    }
}

/// Nodes joined by edges form a sub-topology; ids go by first appearance.
fn group(nodes: &[PlannedNode], graph: &Graph) -> Result<Vec<Subtopology>, TopologyError> {
    let mut group_of: Vec<usize> = (0..nodes.len()).collect();
    let mut first_of_store: HashMap<&StoreName, usize> = HashMap::new();
    for (place, node) in nodes.iter().enumerate() {
        for &parent in &node.parents {
            let (from, to) = (root(&group_of, parent), root(&group_of, place));
            if let Some(entry) = group_of.get_mut(to) {
                *entry = from;
            }
        }
        // A store keeps all nodes that use it in one task.
        for store in &node.stores {
            let first = *first_of_store.entry(store).or_insert(place);
            let (from, to) = (root(&group_of, first), root(&group_of, place));
            if let Some(entry) = group_of.get_mut(to) {
                *entry = from;
            }
        }
    }
    let mut roots: Vec<usize> = Vec::new();
    let mut groups: Vec<Subtopology> = Vec::new();
    for place in 0..nodes.len() {
        let root = root(&group_of, place);
        let group = roots
            .iter()
            .position(|&known| known == root)
            .unwrap_or_else(|| {
                roots.push(root);
                groups.push(Subtopology {
                    id: u32::try_from(groups.len()).expect("fewer than 2^32 sub-topologies"),
                    sources: Vec::new(),
                    internal_sinks: Vec::new(),
                    stores: Vec::new(),
                    nodes: Vec::new(),
                });
                roots.len() - 1
            });
        if let (Some(group), Some(node)) = (groups.get_mut(group), nodes.get(place)) {
            group.nodes.push(place);
            for store in java_order::hash_set_copy(&node.stores) {
                if !group.stores.contains(&store) {
                    group.stores.push(store);
                }
            }
            enroll(group, node, graph)?;
        }
    }
    Ok(groups)
}

fn root(group_of: &[usize], mut place: usize) -> usize {
    while let Some(&parent) = group_of.get(place)
        && parent != place
    {
        place = parent;
    }
    place
}

fn enroll(group: &mut Subtopology, node: &PlannedNode, graph: &Graph) -> Result<(), TopologyError> {
    match &node.kind {
        PlannedKind::Source { node: id, topics } => {
            let reset = match &graph.node(*id).kind {
                NodeKind::Source { reset, .. } => *reset,
                _ => None,
            };
            if let SourceTopics::Named(names) = topics
                && names.is_empty()
            {
                return Err(TopologyError::NoTopics(node.name.clone()));
            }
            group.sources.push(SubtopologySource {
                node: *id,
                topics: topics.clone(),
                reset,
            });
        }
        PlannedKind::Sink(SinkTopic::Internal(topic)) => group.internal_sinks.push(topic.clone()),
        PlannedKind::Processor | PlannedKind::Sink(_) => {}
    }
    Ok(())
}

/// Topics in the order Java's `HashSet` would list them.
pub(crate) fn listed(topics: &SourceTopics) -> String {
    match topics {
        SourceTopics::Named(names) => {
            let once = java_order::hash_set_copy(names);
            format!("[{}]", java_order::hash_set_copy(&once).join(", "))
        }
        SourceTopics::Pattern(pattern) => pattern.clone(),
        SourceTopics::Internal(name) => format!("[{name}]"),
    }
}
