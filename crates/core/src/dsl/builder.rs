//! The builder that a program describes its topology on.

use std::cell::RefCell;
use std::fmt;

use super::{Consumed, KStream, Processed, Stored, TopologySettings};
use crate::codec::Codec;
use crate::config::StreamsConfig;
use crate::error::TopologyError;
use crate::operator::source;
use crate::store::{DeclaredStoreDef, DeclaredStores};
use crate::topology::{Graph, NodeId, NodeKind, SourceTopics, Stages, Topology, validate_name};

/// Where a topology is described: it hands out streams, whose verbs add nodes to it.
///
/// Handles borrow the builder and [`build`](Self::build) takes it, so no handle outlives it.
/// Verbs return no errors; the first mistake is kept and returned by `build`.
///
/// Semantics: `org.apache.kafka.streams.StreamsBuilder`.
///
/// ```
/// use headwater_core::prelude::*;
///
/// let builder = StreamsBuilder::new();
/// builder
///     .stream("numbers", Consumed::with(Utf8, I64))
///     .map_values(|number| number * 2)
///     .to("doubled", Produced::with(Utf8, I64));
/// let topology = builder.build()?;
/// assert_eq!(topology.subtopologies().len(), 1);
/// # Ok::<(), TopologyError>(())
/// ```
#[derive(Default)]
pub struct StreamsBuilder {
    graph: RefCell<Graph>,
}

impl StreamsBuilder {
    /// A builder that refuses generated names for anything that outlives the program:
    /// repartition topics, stores and their changelogs
    /// (`ensure.explicit.internal.resource.naming`, KIP-1111).
    pub fn new() -> Self {
        Self::default()
    }

    /// A builder that gives Kafka Streams' generated names, number for number, to what has
    /// none: for taking over the topics of a Java application.
    pub fn with_generated_names() -> Self {
        let builder = Self::default();
        builder.graph.borrow_mut().allow_generated_names = true;
        builder
    }

    /// A builder whose topology is as this configuration says: which rewritings it gets
    /// (`topology.optimization`), which stores, how its internal topics are configured
    /// (`topic.`), what peers of an older version understand (`upgrade.from`). As with
    /// [`new`](Self::new), generated names are refused, unless
    /// `ensure.explicit.internal.resource.naming` is `false`.
    ///
    /// A value that cannot be read is an error of [`build`](Self::build).
    ///
    /// ```
    /// use headwater_core::prelude::*;
    ///
    /// let config = StreamsConfig::new("prices").set("topology.optimization", "all");
    /// let builder = StreamsBuilder::configured_by(&config);
    /// let prices = Materialized::named("prices", I64);
    /// builder
    ///     .table_with("prices", Consumed::with(Utf8, I64), prices)
    ///     .into_stream()
    ///     .to("changes", Produced::with(Utf8, I64.nullable()));
    /// // The topic serves as the changelog of the store.
    /// assert_eq!(builder.build()?.internal_topics()[0].name, "prices");
    /// # Ok::<(), TopologyError>(())
    /// ```
    pub fn configured_by(config: &StreamsConfig) -> Self {
        let builder = Self::default();
        builder.with_graph(|graph| match config.validate_for_topology() {
            Ok(()) => {
                graph.allow_generated_names = !config.refuses_generated_names();
                graph.settings = TopologySettings::of(config);
            }
            Err(error) => graph.report(TopologyError::Config(error)),
        });
        builder
    }

    /// Reads one topic.
    pub fn stream<KC: Codec, VC: Codec>(
        &self,
        topic: &str,
        consumed: Consumed<KC, VC>,
    ) -> KStream<'_, KC::Item, VC::Item> {
        source::add(self, SourceTopics::Named(vec![topic.to_owned()]), consumed)
    }

    /// Reads several topics as one stream. Records of one partition stay in order; between
    /// partitions the earlier timestamp goes first.
    pub fn stream_of_topics<KC: Codec, VC: Codec>(
        &self,
        topics: impl IntoIterator<Item = impl Into<String>>,
        consumed: Consumed<KC, VC>,
    ) -> KStream<'_, KC::Item, VC::Item> {
        let topics = topics.into_iter().map(Into::into).collect();
        source::add(self, SourceTopics::Named(topics), consumed)
    }

    /// Reads every topic, there now or created later, whose whole name matches a regular
    /// expression. Kafka's own topics (`__consumer_offsets` and kin) never match.
    pub fn stream_of_pattern<KC: Codec, VC: Codec>(
        &self,
        pattern: &str,
        consumed: Consumed<KC, VC>,
    ) -> KStream<'_, KC::Item, VC::Item> {
        source::add(self, SourceTopics::Pattern(pattern.to_owned()), consumed)
    }

    /// Adds a store for processors, which name it when they are attached.
    ///
    /// A store that no processor uses is not made. Semantics: `StreamsBuilder.addStateStore`.
    pub fn add_store<D, KC, VC>(&self, definition: &D, stored: Stored<KC, VC>) -> &Self
    where
        D: DeclaredStoreDef<Key = KC::Item, Value = VC::Item>,
        KC: Codec,
        VC: Codec,
    {
        let mut graph = self.graph.borrow_mut();
        definition.declare(stored, &mut DeclaredStores::new(&mut graph));
        drop(graph);
        self
    }

    /// Validates what was described and plans it.
    ///
    /// # Errors
    /// The first mistake there was, naming the node or topic and the way out.
    pub fn build(self) -> Result<Topology, TopologyError> {
        Topology::new(self.graph.into_inner())
    }

    /// Adds a node whose name comes from the counter.
    pub(crate) fn add(
        &self,
        prefix: &str,
        parents: &[NodeId],
        kind: NodeKind,
        stages: Stages,
    ) -> NodeId {
        let mut graph = self.graph.borrow_mut();
        let name = graph.names.next(prefix);
        graph.add(name, parents, kind, stages)
    }

    /// Adds a processor of the user, whose name, where given, takes no number from the counter.
    pub(crate) fn add_processor(
        &self,
        prefix: &str,
        processed: Processed,
        parent: NodeId,
        stages: Stages,
    ) -> NodeId {
        let Some(name) = processed.name else {
            return self.add(prefix, &[parent], NodeKind::Processor, stages);
        };
        let mut graph = self.graph.borrow_mut();
        graph.check(validate_name("node", &name));
        graph.add(name, &[parent], NodeKind::Processor, stages)
    }

    pub(crate) fn rename(&self, node: NodeId, name: &str) {
        self.graph.borrow_mut().rename(node, name);
    }

    /// The node of a handle that a verb of this builder takes: itself, or a stand-in if the
    /// handle is of another builder, which `build` refuses.
    pub(crate) fn own(&self, other: &Self, node: NodeId) -> NodeId {
        if std::ptr::eq(self, other) {
            return node;
        }
        let name = other.with_graph(|graph| graph.node(node).name.clone());
        self.with_graph(|graph| {
            graph.report(TopologyError::OtherBuilder(name.clone()));
            graph.add_stand_in(name)
        })
    }

    pub(crate) fn with_graph<R>(&self, change: impl FnOnce(&mut Graph) -> R) -> R {
        change(&mut self.graph.borrow_mut())
    }
}

impl fmt::Debug for StreamsBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StreamsBuilder")
            .field("nodes", &self.graph.borrow().nodes.len())
            .finish_non_exhaustive()
    }
}

/// The end of a stream that nothing follows, to give it a name.
#[derive(Clone, Copy, Debug)]
pub struct Endpoint<'b> {
    builder: &'b StreamsBuilder,
    node: NodeId,
}

impl<'b> Endpoint<'b> {
    pub(crate) const fn new(builder: &'b StreamsBuilder, node: NodeId) -> Self {
        Self { builder, node }
    }

    /// Names the node, for `describe()` and messages; shifts no generated name.
    pub fn named(self, name: &str) {
        self.builder.rename(self.node, name);
    }
}
