//! The graph as the program declares it: one node per operator call.

use std::any::Any;
use std::time::Duration;

use super::names::NameCounter;
use super::{SourceNode, Wired, Wiring};
use crate::error::TopologyError;

/// A node of the graph; also its rank: nodes are planned in the order of their declaration.
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

/// The names of the three nodes of a repartition, and what its topic is like.
#[derive(Clone, Debug)]
pub(crate) struct RepartitionNames {
    pub(crate) filter: String,
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
pub(crate) type MakeTee = Box<dyn Fn(Vec<Wired>) -> Wired + Send + Sync>;

/// One declared node.
pub(crate) struct GraphNode {
    pub(crate) name: String,
    pub(crate) parents: Vec<NodeId>,
    pub(crate) children: Vec<NodeId>,
    pub(crate) kind: NodeKind,
    pub(crate) stages: Stages,
    pub(crate) tee: Option<MakeTee>,
    /// Children of sources that read the same topics and were merged into this one: each keeps
    /// its own reading of the bytes, and its own children below.
    pub(crate) absorbed: Vec<NodeId>,
    /// The children declared on this very node, before any merging.
    pub(crate) own_children: Vec<NodeId>,
}

/// All declared nodes, in order of declaration.
#[derive(Default)]
pub(crate) struct Graph {
    pub(crate) nodes: Vec<GraphNode>,
    pub(crate) names: NameCounter,
    pub(crate) allow_generated_names: bool,
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
        let id = NodeId(self.nodes.len());
        let mut distinct: Vec<NodeId> = Vec::with_capacity(parents.len());
        for &parent in parents {
            // A stream merged with itself has one edge, as in Kafka Streams.
            if !distinct.contains(&parent) {
                distinct.push(parent);
                self.node_mut(parent).children.push(id);
                self.node_mut(parent).own_children.push(id);
            }
        }
        self.nodes.push(GraphNode {
            name,
            parents: distinct,
            children: Vec::new(),
            kind,
            stages,
            tee: None,
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

    /// Remembers that the output of a node may be cloned.
    pub(crate) fn allow_tee(&mut self, id: NodeId, tee: MakeTee) {
        self.node_mut(id).tee.get_or_insert(tee);
    }
}

/// A typed thing whose type only its maker and its taker know.
pub(crate) type Erased = Box<dyn Any>;
