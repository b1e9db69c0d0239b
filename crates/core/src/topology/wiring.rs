//! Making the chains of one task from the graph: the only place where types are erased and
//! found again, once per task and never per record.

use std::any::Any;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use super::expire::{ExpireFirst, ExpireRows};
use super::graph::{Erased, Graph, NodeId, NodeKind, StoreName};
use super::plan::Plan;
use super::source_node::SameTopics;
use super::task_graph::TaskStoreSlot;
use super::{InternalTopic, Logging, SourceNode, StoreNode, SubtopologySource, TaskGraph, TaskId};
use crate::failure::{Step, TaskFailure};
use crate::processor::{
    Children, Discard, Lookup, ProcessorMetadata, PunctuationId, PunctuationKind, Shared, Sink,
    TableOutput, TaskContext,
};
use crate::record::TopicIndex;
use crate::store::{ChangelogTopic, FlushTable, GlobalRows, OpenStore, StoreOpening};
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

/// A table's lookup whose types are known to the two nodes it connects.
pub(crate) struct WiredLookup(Erased);

impl WiredLookup {
    pub(crate) fn new<K: 'static, V: 'static>(lookup: Box<dyn Lookup<K, V>>) -> Self {
        Self(Box::new(lookup))
    }

    fn into_lookup<K: 'static, V: 'static>(self) -> Box<dyn Lookup<K, V>> {
        *self
            .0
            .downcast::<Box<dyn Lookup<K, V>>>()
            .expect("handles are typed, so a lookup gives what its table holds")
    }
}

/// Flushes the cache of a table's store and passes on what was written.
pub(crate) type Flush = Box<dyn FnMut(&mut TaskContext) -> Step>;

/// What is done before a store is flushed, and may be done at other times too.
pub(crate) type BeforeFlush = Rc<RefCell<Flush>>;

/// A store while its task is wired.
struct WiredStore {
    open: OpenStore,
    flush: Option<Flush>,
    before: Option<BeforeFlush>,
}

/// What is being wired: one task's chains, from the sources down.
pub(crate) struct Wiring<'t> {
    graph: &'t Graph,
    task: &'t mut TaskContext,
    application_id: &'t str,
    /// Sinks of nodes with several parents, made once.
    shared: HashMap<NodeId, Box<dyn Any>>,
    processors: Vec<Option<Rc<RefCell<dyn Punctuated>>>>,
    stores: HashMap<StoreName, WiredStore>,
    /// What several parts of one operator share, by the node that stands for it.
    common: HashMap<NodeId, Box<dyn Any>>,
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
        match (children.pop(), graph.tee_of(node)) {
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

    /// All children of a processor, together and each by its name.
    pub(crate) fn children<K: 'static, V: 'static>(&mut self, node: NodeId) -> Children<K, V> {
        let graph = self.graph;
        let declared = graph.node(node);
        if let [only] = declared.own_children.as_slice() {
            return Children {
                all: self.sink_of::<K, V>(*only).into_sink(),
                only: Some(graph.node(*only).first_name()),
                named: Vec::new(),
            };
        }
        let children = declared.own_children.iter();
        let children = children.map(|&child| graph.node(child).first_name());
        let outlets = self.outlets::<K, V>(node).into_iter().map(Shared::new);
        let named: Vec<(String, Shared<K, V>)> = children.zip(outlets).collect();
        let handles = named.iter().map(|(_, sink)| {
            let handle: Box<dyn Sink<K, V>> = Box::new(sink.handle());
            Wired::new(handle)
        });
        let handles: Vec<Wired> = handles.collect();
        let all = match &declared.tee {
            Some(tee) if !handles.is_empty() => tee(handles).into_sink(),
            _ => Box::new(Discard),
        };
        Children {
            all,
            only: None,
            named,
        }
    }

    /// Opens a store of the task; every call for one name gives the same store.
    pub(crate) fn store<T: 'static>(&mut self, name: &str) -> Rc<RefCell<T>> {
        if !self.stores.contains_key(name) {
            let store = self.open_store(name);
            let wired = WiredStore {
                open: store,
                flush: None,
                before: None,
            };
            self.stores.insert(name.to_owned(), wired);
            self.expire_rows(name);
        }
        let wired = self.stores.get(name).expect("it was just opened");
        let typed = wired.open.typed();
        typed.expect("the types of a store are checked when the topology is built")
    }

    /// Has rows deleted when they have died, where a store has such: unless their table says more,
    /// nobody is told.
    fn expire_rows(&mut self, name: &str) {
        let store = self.graph.store(name).and_then(|store| store.ttl);
        let (Some(ttl), Some(wired)) = (store, self.stores.get_mut(name)) else {
            return;
        };
        let (rows, name) = (Rc::clone(&wired.open.store), name.to_owned());
        let expire: Flush = Box::new(move |task| {
            let expired = rows.borrow_mut().expire(task);
            expired.or_else(|error| task.settle_store(&name, error))
        });
        let expire = Rc::new(RefCell::new(expire));
        wired.before = Some(Rc::clone(&expire));
        if ttl.clock == PunctuationKind::WallClock {
            self.punctuated(|_, owner| ExpireRows { owner, expire });
        }
    }

    /// A sink of a table, before which rows of the table die where they have a TTL.
    fn expiring<K: 'static, V: 'static>(&self, node: NodeId, wired: Wired) -> Wired {
        let table = self.graph.node(node).table.as_ref();
        let store = table.filter(|table| table.is_kept);
        let store = store.and_then(|table| self.graph.store(table.store.as_ref()?));
        let dying = store.filter(|store| store.ttl.is_some());
        let expire = dying.and_then(|store| self.stores.get(&store.name)?.before.as_ref());
        match expire {
            None => wired,
            Some(expire) => Wired::new::<K, V>(Box::new(ExpireFirst {
                expire: Rc::clone(expire),
                next: wired.into_sink(),
            })),
        }
    }

    /// A global store of the instance.
    pub(crate) fn global_store<K: 'static, V: 'static>(&self, name: &str) -> Arc<GlobalRows<K, V>> {
        let store = self.task.global_stores().typed(name);
        store.expect("the tasks of an instance are given its global stores")
    }

    fn open_store(&mut self, name: &str) -> OpenStore {
        let store = self.graph.store(name);
        let store = store.expect("a topology whose stores are missing is not built");
        let topic_name = match &store.logging {
            Logging::SourceTopic(topic) => topic.clone(),
            _ => InternalTopic::decorated(&store.changelog_name(), self.application_id),
        };
        let changelog = match &store.logging {
            Logging::Changelog { .. } => Some(ChangelogTopic {
                topic: self.task.outputs.topic(&topic_name),
                partition: self.task.task().partition,
            }),
            Logging::Off | Logging::SourceTopic(_) => None,
        };
        (store.open)(&StoreOpening {
            name: name.into(),
            topic_name: topic_name.into(),
            changelog,
            cache: self.task.cache_budget().clone(),
            format: self.graph.settings.store_format,
            times: Rc::clone(self.task.times()),
        })
    }

    /// The output of a table that is kept in this store: what its cache holds goes on when the
    /// task flushes its stores.
    pub(crate) fn table_output<K: 'static, V: 'static, S>(
        &mut self,
        node: NodeId,
        store: &str,
    ) -> TableOutput<K, V, S>
    where
        S: FlushTable<K, V> + 'static,
    {
        let rows = self.store::<S>(store);
        let sends_old = self.graph.table(node).sends_old;
        let next = self.downstream(node);
        let output = TableOutput::new(self.name_of(node), rows, sends_old, next);
        let mut flushing = output.handle();
        if let Some(wired) = self.stores.get_mut(store) {
            wired.flush = Some(Box::new(move |task| flushing.flush(task)));
        }
        output
    }

    /// Has this done whenever the task flushes its stores: after all that is upstream of the
    /// store was flushed, and before the store itself. The store must be open.
    pub(crate) fn before_flush(
        &mut self,
        store: &str,
        then: impl FnMut(&mut TaskContext) -> Step + 'static,
    ) {
        if let Some(wired) = self.stores.get_mut(store) {
            let then: Flush = Box::new(then);
            match &wired.before {
                // Whoever has it done by now does this in its place.
                Some(before) => *before.borrow_mut() = then,
                None => wired.before = Some(Rc::new(RefCell::new(then))),
            }
        }
    }

    /// What answers for the rows of a table.
    pub(crate) fn lookup<K: 'static, V: 'static>(
        &mut self,
        table: NodeId,
    ) -> Box<dyn Lookup<K, V>> {
        let graph = self.graph;
        (graph.table(table).lookup)(self, table).into_lookup()
    }

    /// What the parts of one operator share within a task: made by the first that asks.
    pub(crate) fn common<T: 'static>(
        &mut self,
        operator: NodeId,
        make: impl FnOnce() -> T,
    ) -> Rc<RefCell<T>> {
        let common = self.common.entry(operator);
        let common = common.or_insert_with(|| Box::new(Rc::new(RefCell::new(make()))));
        let common = common.downcast_ref::<Rc<RefCell<T>>>();
        Rc::clone(common.expect("the parts of an operator share one type"))
    }

    /// What operators kept beside the offsets that the task begins at.
    pub(crate) const fn metadata(&self) -> &ProcessorMetadata {
        self.task.metadata()
    }

    /// The graph as declared, with all that was settled by the end of it.
    pub(crate) const fn graph(&self) -> &Graph {
        self.graph
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
            let wired = make.expect("a node with a parent takes records")(wiring, child);
            wiring.expiring::<K, V>(child, wired)
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
    let (sources_of_task, stores_of_task) = parts_of(plan, task.task());
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
        stores: HashMap::new(),
        common: HashMap::new(),
    };
    let mut sources: Vec<Box<dyn SourceNode>> = sources_of_task
        .iter()
        .map(|source| source_node(&mut wiring, source.node))
        .collect();
    let source_of_lane: Vec<usize> = lanes
        .iter()
        .map(|topic| {
            let mut reading = sources_of_task.iter();
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
    let mut stores = wiring.stores;
    let in_order = stores_of_task.iter();
    let stores = in_order.filter_map(|name| {
        let wired = stores.remove(name)?;
        Some(TaskStoreSlot {
            name: name.clone(),
            changelog: graph.store(name).and_then(StoreNode::logged_to),
            store: wired.open.store,
            flush: wired.flush,
            before: wired.before,
        })
    });
    let stores = stores.collect();
    TaskGraph {
        sources,
        source_of_lane,
        processors: wiring.processors.into_iter().flatten().collect(),
        stores,
    }
}

/// The sources of a task, and the stores it owns.
fn parts_of(plan: &Plan, task: TaskId) -> (Vec<&SubtopologySource>, &[StoreName]) {
    if task == TaskId::GLOBAL {
        let globals = plan.globals.iter();
        return (globals.flat_map(|one| &one.sources).collect(), &[]);
    }
    let mut subtopologies = plan.subtopologies.iter();
    let subtopology = subtopologies.find(|one| one.id == task.subtopology);
    let subtopology = subtopology.expect("tasks are made for sub-topologies of this topology");
    (subtopology.sources.iter().collect(), &subtopology.stores)
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
