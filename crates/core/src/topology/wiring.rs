//! Making the chains of one task from the graph: the only place where types are erased and
//! found again, once per task and never per record.

use std::any::Any;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

use super::graph::{Erased, Graph, NodeId, NodeKind};
use super::plan::Plan;
use super::source_node::SameTopics;
use super::{InternalTopic, SourceNode, TaskGraph};
use crate::failure::TaskFailure;
use crate::processor::{Discard, PunctuationId, Shared, Sink, TaskContext};
use crate::record::TopicIndex;
use crate::time::Timestamp;

/// A processor that the task calls outside of records.
pub(crate) trait Punctuated {
    fn init(&mut self, task: &mut TaskContext) -> Result<(), Box<TaskFailure>>;

    fn punctuate(
        &mut self,
        id: PunctuationId,
        now: Timestamp,
        task: &mut TaskContext,
    ) -> Result<(), Box<TaskFailure>>;

    fn close(&mut self);
}

/// A sink whose types are known to the two nodes it connects.
pub(crate) struct Wired(Erased);

impl Wired {
    pub(crate) fn new<K: 'static, V: 'static>(sink: Box<dyn Sink<K, V>>) -> Self {
        Self(Box::new(sink))
    }

    pub(crate) fn into_sink<K: 'static, V: 'static>(self) -> Box<dyn Sink<K, V>> {
        *self
            .0
            .downcast::<Box<dyn Sink<K, V>>>()
            .expect("handles are typed, so a child takes what its parent gives")
    }
}

/// What is being wired: one task's chains, from the sources down.
pub(crate) struct Wiring<'t> {
    graph: &'t Graph,
    task: &'t mut TaskContext,
    application_id: &'t str,
    /// Sinks of nodes with several parents, made once.
    shared: HashMap<NodeId, Box<dyn Any>>,
    processors: Vec<Option<Rc<RefCell<dyn Punctuated>>>>,
}

impl Wiring<'_> {
    /// The one sink that takes the output of a node.
    pub(crate) fn downstream<K: 'static, V: 'static>(
        &mut self,
        node: NodeId,
    ) -> Box<dyn Sink<K, V>> {
        let graph = self.graph;
        let declared = graph.node(node);
        let mut children: Vec<Wired> = declared
            .own_children
            .iter()
            .map(|&child| self.sink_of::<K, V>(child))
            .collect();
        match (children.pop(), &declared.tee) {
            (None, _) => Box::new(Discard),
            (Some(only), _) if children.is_empty() => only.into_sink(),
            (Some(last), Some(tee)) => {
                children.push(last);
                tee(children).into_sink()
            }
            (Some(_), None) => unreachable!("a second child takes a clone of the handle"),
        }
    }

    /// The sinks that take the output of a node, one per child, in order of declaration.
    pub(crate) fn outlets<K: 'static, V: 'static>(
        &mut self,
        node: NodeId,
    ) -> Vec<Box<dyn Sink<K, V>>> {
        let graph = self.graph;
        let children = &graph.node(node).own_children;
        children
            .iter()
            .map(|&child| self.sink_of::<K, V>(child).into_sink())
            .collect()
    }

    /// Makes a processor that the task calls outside of records: `init` runs parents first, so
    /// its place (the owner of its punctuations) is taken before its children are wired.
    pub(crate) fn punctuated<P: Punctuated + 'static>(
        &mut self,
        make: impl FnOnce(&mut Self, usize) -> P,
    ) -> Rc<RefCell<P>> {
        let owner = self.processors.len();
        self.processors.push(None);
        let processor = Rc::new(RefCell::new(make(self, owner)));
        if let Some(place) = self.processors.get_mut(owner) {
            *place = Some(Rc::clone(&processor) as _);
        }
        processor
    }

    /// A topic of the user as an output.
    pub(crate) fn output_topic(&mut self, name: &str) -> TopicIndex {
        self.task.outputs.topic(name)
    }

    /// A topic of the library as an output.
    pub(crate) fn internal_output_topic(&mut self, name: &str) -> TopicIndex {
        let decorated = InternalTopic::decorated(name, self.application_id);
        self.task.outputs.topic(&decorated)
    }

    /// The name of an internal topic on the cluster.
    pub(crate) fn internal_topic_name(&self, name: &str) -> String {
        InternalTopic::decorated(name, self.application_id)
    }

    /// The name of a node, for messages.
    pub(crate) fn name_of(&self, node: NodeId) -> &str {
        &self.graph.node(node).name
    }

    fn sink_of<K: 'static, V: 'static>(&mut self, child: NodeId) -> Wired {
        let graph = self.graph;
        let declared = graph.node(child);
        let make = |wiring: &mut Self| {
            let make = declared.stages.sink.as_ref();
            make.expect("a node with a parent takes records")(wiring, child)
        };
        if self.inbound_edges(child) < 2 {
            return make(self);
        }
        if let Some(shared) = self.shared.get(&child) {
            let shared: &Shared<K, V> = shared
                .downcast_ref()
                .expect("all parents of a node give what it takes");
            return Wired::new::<K, V>(Box::new(shared.handle()));
        }
        let shared = Shared::<K, V>::new(make(self).into_sink());
        let handle = shared.handle();
        self.shared.insert(child, Box::new(shared));
        Wired::new::<K, V>(Box::new(handle))
    }

    fn inbound_edges(&self, child: NodeId) -> usize {
        let nodes = &self.graph.nodes;
        nodes
            .iter()
            .filter(|node| node.own_children.contains(&child))
            .count()
    }
}

/// Makes the chains of the task that `task` is the context of.
pub(crate) fn instantiate(
    graph: &Graph,
    plan: &Plan,
    task: &mut TaskContext,
    application_id: &str,
) -> TaskGraph {
    let subtopology = plan
        .subtopologies
        .get(task.task().subtopology as usize)
        .expect("tasks are made for sub-topologies of this topology");
    let lanes: Vec<String> = task
        .lanes()
        .iter()
        .map(|lane| lane.topic.to_string())
        .collect();
    let mut wiring = Wiring {
        graph,
        task,
        application_id,
        shared: HashMap::new(),
        processors: Vec::new(),
    };
    let mut sources: Vec<Box<dyn SourceNode>> = subtopology
        .sources
        .iter()
        .map(|source| source_node(&mut wiring, source.node))
        .collect();
    let source_of_lane: Vec<usize> = lanes
        .iter()
        .map(|topic| {
            let mut reading = subtopology.sources.iter();
            reading
                .position(|source| source.reads(topic, application_id))
                .expect("a task is given partitions of its own topics only")
        })
        .collect();
    for (lane, &source) in source_of_lane.iter().enumerate() {
        if let Some(source) = sources.get_mut(source) {
            source.open_lane(lane);
        }
    }
    TaskGraph {
        sources,
        source_of_lane,
        processors: wiring.processors.into_iter().flatten().collect(),
    }
}

fn source_node(wiring: &mut Wiring<'_>, node: NodeId) -> Box<dyn SourceNode> {
    let graph = wiring.graph;
    let declared = graph.node(node);
    let same_topics = std::iter::once(&node).chain(&declared.absorbed);
    SameTopics::over(
        same_topics
            .map(|&id| {
                let make = graph.node(id).stages.source.as_ref();
                make.expect("a source reads")(wiring, id)
            })
            .collect(),
    )
}

impl std::fmt::Debug for Wiring<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let repartitions = self
            .graph
            .nodes
            .iter()
            .filter(|node| matches!(node.kind, NodeKind::Repartition(_)))
            .count();
        f.debug_struct("Wiring")
            .field("nodes", &self.graph.nodes.len())
            .field("repartitions", &repartitions)
            .finish_non_exhaustive()
    }
}
