//! The graph as the program declares it: one node per operator call.

use std::any::{Any, TypeId};
use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use super::global::GlobalStoreNode;
use super::names::{NameCounter, validate_name};
use super::self_join::SelfJoin;
use super::store_node::StoreNode;
use super::table::TableNode;
use super::{SourceNode, Wired, Wiring};
use crate::dsl::TopologySettings;
use crate::error::TopologyError;
use crate::store::UsedStore;

/// A node of the graph, by the order of declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct NodeId(pub(crate) usize);

/// What a source reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SourceTopics {
    /// Topics by name.
    Named(Vec<String>),
    /// Every topic whose whole name matches this regular expression.
    Pattern(String),
    /// A topic the library makes for itself, without the application id before its name.
    Internal(String),
}

/// Where a source starts when nothing is committed.
///
/// Semantics: `org.apache.kafka.streams.AutoOffsetReset` (KIP-1106).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OffsetReset {
    /// At the oldest record.
    Earliest,
    /// After the newest record.
    Latest,
    /// At the first record stamped at most so long ago.
    By(Duration),
    /// Nowhere: it is an error.
    Fail,
}

/// Where a sink writes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SinkTopic {
    Named(String),
    /// Without the application id before it.
    Internal(String),
    Dynamic,
}

/// The name of a store within its topology.
pub(crate) type StoreName = String;

/// The names of the nodes of a repartition, and what its topic is like.
#[derive(Clone, Debug)]
pub(crate) struct RepartitionNames {
    /// Drops records without a key; a repartition of a table has none.
    pub(crate) filter: Option<String>,
    pub(crate) sink: String,
    pub(crate) source: String,
    /// Without the application id before it.
    pub(crate) topic: String,
    pub(crate) partitions: Option<u32>,
}

/// What a node is to the plan.
#[derive(Clone, Debug)]
pub(crate) enum NodeKind {
    Source {
        topics: SourceTopics,
        reset: Option<OffsetReset>,
    },
    Processor,
    Sink(SinkTopic),
    Repartition(RepartitionNames),
    /// Reads a topic whole into a global store, on every instance.
    GlobalSource {
        topic: String,
    },
}

type MakeSink = Box<dyn Fn(&mut Wiring<'_>, NodeId) -> Wired + Send + Sync>;
type MakeSource = Box<dyn Fn(&mut Wiring<'_>, NodeId) -> Box<dyn SourceNode> + Send + Sync>;

/// How a node makes its part of a task's chain: the side that takes records from parents, and
/// the side that reads a topic. Typed inside, erased here and in `wiring` only.
#[derive(Default)]
pub(crate) struct Stages {
    pub(crate) sink: Option<MakeSink>,
    pub(crate) source: Option<MakeSource>,
}

impl Stages {
    pub(crate) fn sink(
        make: impl Fn(&mut Wiring<'_>, NodeId) -> Wired + Send + Sync + 'static,
    ) -> Self {
        Self {
            sink: Some(Box::new(make)),
            source: None,
        }
    }

    pub(crate) fn source(
        make: impl Fn(&mut Wiring<'_>, NodeId) -> Box<dyn SourceNode> + Send + Sync + 'static,
    ) -> Self {
        Self {
            sink: None,
            source: Some(Box::new(make)),
        }
    }
}

/// Joins several sinks of one type into one; known only where the stream was cloned, because
/// that is where keys and values are known to be clonable.
pub(crate) type MakeTee = Box<Tee>;
/// A tee by the types of its sinks alone.
pub(crate) type TeeOf = fn(Vec<Wired>) -> Wired;
/// As [`MakeTee`]; nodes that a rewrite puts in one another's place share it.
pub(crate) type Tee = dyn Fn(Vec<Wired>) -> Wired + Send + Sync;

/// Whether records may have left the partition that their keys belong to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Keys {
    /// Equal keys are on one partition, as they were in the topic.
    #[default]
    InPlace,
    /// Keys were changed: before they are looked up, a repartition is needed.
    Changed,
}

/// What a node does to its records, as far as the plan cares.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a question of its own that Kafka Streams' rewrites ask"
)]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Traits {
    /// It may change keys.
    pub(crate) changes_keys: bool,
    /// It may change values.
    pub(crate) changes_values: bool,
    /// It is a repartition that may be merged with others of the same keys.
    pub(crate) may_be_merged: bool,
    /// It merges streams.
    pub(crate) merges: bool,
    /// It is a left or outer join: records without a key pass through it.
    pub(crate) takes_null_keys: bool,
    /// How long it waits for late records, where it does.
    pub(crate) grace_ms: Option<i64>,
}

/// One declared node.
pub(crate) struct GraphNode {
    pub(crate) name: String,
    /// Other nodes of the same operator: naming this one names them, with these suffixes.
    pub(crate) parts: Vec<(NodeId, Cow<'static, str>)>,
    /// Nodes are planned by rank; as declared, unless the plan has reasons.
    pub(crate) rank: usize,
    /// Nodes it comes after: what it takes records from, then tables it looks up.
    pub(crate) parents: Vec<NodeId>,
    /// How many of the parents it takes records from.
    pub(crate) inputs: usize,
    /// Stores it is connected to.
    pub(crate) stores: Vec<StoreName>,
    pub(crate) table: Option<TableNode>,
    /// Whether it is the source of a table: its topic may serve as the table's changelog.
    pub(crate) table_source: bool,
    pub(crate) keys: Keys,
    pub(crate) traits: Traits,
    /// Sources (or repartitions) whose partitions its records lie in.
    pub(crate) sources: Vec<NodeId>,
    pub(crate) children: Vec<NodeId>,
    pub(crate) kind: NodeKind,
    pub(crate) stages: Stages,
    pub(crate) tee: Option<Arc<Tee>>,
    /// The types of the records that leave it as a stream, where they do: a repartition may only
    /// move to where records have the types that it was made for.
    pub(crate) stream_types: Option<TypeId>,
    /// Children of sources that read the same topics and were merged into this one: each keeps
    /// its own reading of the bytes, and its own children below.
    pub(crate) absorbed: Vec<NodeId>,
    /// The children declared on this very node, before any merging.
    pub(crate) own_children: Vec<NodeId>,
}

impl GraphNode {
    /// The name of the first processor that records meet in it.
    pub(crate) fn first_name(&self) -> String {
        match &self.kind {
            NodeKind::Repartition(names) => names.filter.as_ref().unwrap_or(&names.sink).clone(),
            _ => self.name.clone(),
        }
    }
}

/// All declared nodes, in order of declaration.
#[derive(Default)]
pub(crate) struct Graph {
    pub(crate) nodes: Vec<GraphNode>,
    pub(crate) stores: Vec<StoreNode>,
    pub(crate) global_stores: Vec<GlobalStoreNode>,
    /// Sources whose topics must have equal partition counts, with the join that asks for it.
    pub(crate) copartitioned: Vec<Vec<NodeId>>,
    /// The repartition of each stream that was last made for a join.
    pub(crate) repartitioned_for_join: HashMap<NodeId, NodeId>,
    /// Joins that need one store only if both sides are the same stream.
    pub(crate) self_joins: Vec<SelfJoin>,
    /// What processors expect of the stores they use.
    pub(super) used_stores: Vec<(NodeId, UsedStore)>,
    pub(crate) names: NameCounter,
    pub(crate) allow_generated_names: bool,
    pub(crate) settings: TopologySettings,
    errors: Vec<TopologyError>,
}

impl Graph {
    pub(crate) fn add(
        &mut self,
        name: String,
        parents: &[NodeId],
        kind: NodeKind,
        stages: Stages,
    ) -> NodeId {
        self.add_with_lookups(name, parents, &[], kind, stages)
    }

    /// Adds a node that takes records from `inputs` and comes after the tables it looks up.
    pub(crate) fn add_with_lookups(
        &mut self,
        name: String,
        inputs: &[NodeId],
        lookups: &[NodeId],
        kind: NodeKind,
        stages: Stages,
    ) -> NodeId {
        let id = NodeId(self.nodes.len());
        let mut distinct: Vec<NodeId> = Vec::with_capacity(inputs.len() + lookups.len());
        let (mut keys, mut sources) = (Keys::InPlace, Vec::new());
        for &parent in inputs {
            // A stream merged with itself has one edge, as in Kafka Streams.
            if !distinct.contains(&parent) {
                distinct.push(parent);
                self.node_mut(parent).children.push(id);
                self.node_mut(parent).own_children.push(id);
            }
            let parent = self.node(parent);
            if parent.keys == Keys::Changed {
                keys = Keys::Changed;
            }
            sources.extend(parent.sources.iter().copied());
        }
        let inputs = distinct.len();
        for &table in lookups {
            if !distinct.contains(&table) {
                distinct.push(table);
                self.node_mut(table).children.push(id);
            }
        }
        if !matches!(kind, NodeKind::Processor | NodeKind::Sink(_)) {
            (keys, sources) = (Keys::InPlace, vec![id]);
        }
        sources.sort_unstable();
        sources.dedup();
        self.nodes.push(GraphNode {
            name,
            parts: Vec::new(),
            rank: id.0,
            parents: distinct,
            inputs,
            stores: Vec::new(),
            table: None,
            table_source: false,
            keys,
            traits: Traits::default(),
            sources,
            children: Vec::new(),
            kind,
            stages,
            tee: None,
            stream_types: None,
            absorbed: Vec::new(),
            own_children: Vec::new(),
        });
        id
    }

    pub(crate) fn node(&self, id: NodeId) -> &GraphNode {
        self.nodes.get(id.0).expect("ids come from this graph")
    }

    pub(crate) fn node_mut(&mut self, id: NodeId) -> &mut GraphNode {
        self.nodes.get_mut(id.0).expect("ids come from this graph")
    }

    /// Gives a node, and what else its operator consists of, a name.
    pub(crate) fn rename(&mut self, id: NodeId, name: &str) {
        self.check(validate_name("node", name));
        let node = self.node_mut(id);
        name.clone_into(&mut node.name);
        for (part, suffix) in node.parts.clone() {
            let part = self.node_mut(part);
            part.name = format!("{name}{suffix}");
            if let NodeKind::Repartition(names) = &mut part.kind {
                names.source.clone_from(&part.name);
                names.sink = format!("{name}-sink");
            }
        }
    }

    /// Adds a node that stands for one of another graph, of whatever kind it is; the topology
    /// is refused.
    pub(crate) fn add_stand_in(&mut self, name: String) -> NodeId {
        let id = self.add(name, &[], NodeKind::Processor, Stages::default());
        let lookup = |_: &mut Wiring<'_>, _| unreachable!("the topology is refused");
        self.node_mut(id).table = Some(TableNode::kept(String::new(), lookup));
        id
    }

    /// Ranks a node behind all that were declared so far.
    pub(crate) fn move_to_end(&mut self, id: NodeId) {
        let end = self.nodes.len();
        self.node_mut(id).rank = end;
    }

    /// The topic of a repartition, without the application id before it.
    pub(crate) fn repartition_topic(&self, id: NodeId) -> String {
        match &self.node(id).kind {
            NodeKind::Repartition(names) => names.topic.clone(),
            _ => unreachable!("only a repartition has such a topic"),
        }
    }

    /// Whether a join that takes records without a key follows somewhere.
    pub(crate) fn leads_to_null_keys(&self, id: NodeId) -> bool {
        let mut seen = HashSet::from([id]);
        let mut following = vec![id];
        while let Some(id) = following.pop() {
            for &child in &self.node(id).children {
                if self.node(child).traits.takes_null_keys {
                    return true;
                }
                if seen.insert(child) {
                    following.push(child);
                }
            }
        }
        false
    }

    /// Notes that a node may change keys.
    pub(crate) fn changes_keys(&mut self, id: NodeId) {
        let node = self.node_mut(id);
        node.keys = Keys::Changed;
        node.traits.changes_keys = true;
    }

    /// Refuses a generated name for what outlives the program, unless they were asked for.
    pub(crate) fn refuse_generated(
        &mut self,
        what: &'static str,
        node: &str,
        generated: &str,
        remedy: &'static str,
    ) {
        if !self.allow_generated_names {
            self.report(TopologyError::GeneratedName {
                what,
                node: node.to_owned(),
                generated: generated.to_owned(),
                remedy,
            });
        }
    }

    /// Keeps an error for `build`, so that the verbs need not return results.
    pub(crate) fn report(&mut self, error: TopologyError) {
        self.errors.push(error);
    }

    pub(crate) fn check(&mut self, result: Result<(), TopologyError>) {
        if let Err(error) = result {
            self.report(error);
        }
    }

    /// The first error there was.
    pub(crate) fn first_error(&self) -> Option<&TopologyError> {
        self.errors.first()
    }

    /// What clones the output of a node. A repartition gives what it takes.
    pub(crate) fn tee_of(&self, id: NodeId) -> Option<&Arc<Tee>> {
        let node = self.node(id);
        let repartitioned = match (&node.kind, node.parents.first()) {
            (NodeKind::Repartition(_), Some(&parent)) => self.node(parent).tee.as_ref(),
            _ => None,
        };
        node.tee.as_ref().or(repartitioned)
    }

    /// Remembers that the output of a node may be cloned.
    pub(crate) fn allow_tee(&mut self, id: NodeId, tee: MakeTee) {
        self.node_mut(id).tee.get_or_insert_with(|| tee.into());
    }
}

/// A typed thing whose type only its maker and its taker know.
pub(crate) type Erased = Box<dyn Any>;

impl std::fmt::Debug for Graph {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Graph")
            .field("nodes", &self.nodes.len())
            .field("stores", &self.stores)
            .finish_non_exhaustive()
    }
}
