//! `repartition`: through a topic of the library's own, so that equal keys meet.

use std::sync::Arc;

use crate::codec::Codec;
use crate::dsl::{KStream, Repartitioned};
use crate::error::TopologyError;
use crate::operator::sink::{NullKeys, ToTopic};
use crate::operator::source::FromTopic;
use crate::partition::Partitioner;
use crate::time::TimestampExtractor;
use crate::topology::{
    Graph, NodeId, NodeKind, RepartitionNames, Stages, Wired, is_generated_name, validate_name,
};

const PREFIX: &str = "KSTREAM-REPARTITION-";
const SUFFIX: &str = "-repartition";

impl<K: 'static, V: 'static> KStream<'_, K, V> {
    /// Writes the stream to a repartition topic and reads it back: records of one key land in
    /// one task, which is a task of another sub-topology.
    ///
    /// Records without a key are dropped. The topic is created at start, and its records are
    /// deleted once they are committed. Semantics: `KStream.repartition` (KIP-221).
    ///
    /// ```
    /// use headwater_core::prelude::*;
    /// use headwater_testing::TopologyTestDriver;
    ///
    /// let builder = StreamsBuilder::new();
    /// builder
    ///     .stream("readings", Consumed::with(IgnoreKey, Utf8))
    ///     .select_key(|(), reading| reading.chars().take(1).collect::<String>())
    ///     .repartition(Repartitioned::with(Utf8, Utf8).named("by-device"))
    ///     .to("by-device", Produced::with(Utf8, Utf8));
    ///
    /// let mut driver = TopologyTestDriver::new(builder.build()?)?;
    /// driver.input("readings", IgnoreKey, Utf8).push((), "p 21.5")?;
    /// let internal = driver.output("app-by-device-repartition", Utf8, Utf8).pairs()?;
    /// assert_eq!(internal, [("p".to_owned(), "p 21.5".to_owned())]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use = "a stream that nothing follows does nothing"]
    pub fn repartition<KC, VC>(self, repartitioned: Repartitioned<KC, VC>) -> Self
    where
        KC: Codec<Item = K>,
        VC: Codec<Item = V>,
    {
        let Repartitioned {
            key,
            value,
            name,
            partitions,
            partitioner,
        } = repartitioned;
        let node = self.builder.with_graph(|graph| {
            let is_named = name.is_some();
            let name = name.unwrap_or_else(|| graph.names.next(PREFIX));
            let topic = Through {
                name,
                is_named,
                partitions,
                merging: Merging::Never,
                remedy: "Repartitioned::named",
            };
            let stages = stages(Arc::new(key), Arc::new(value), partitioner);
            add(graph, self.node, &topic, stages)
        });
        Self::new(self.builder, node)
    }
}

/// Whether a repartition may be merged with others of the same key
/// (`topology.optimization=merge.repartition.topics`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Merging {
    Allowed,
    Never,
}

/// A repartition topic to be made.
pub(crate) struct Through {
    /// The topic's name without application id and suffix.
    pub(crate) name: String,
    /// Whether the program gave the name.
    pub(crate) is_named: bool,
    pub(crate) partitions: Option<u32>,
    pub(crate) merging: Merging,
    /// The call that names it.
    pub(crate) remedy: &'static str,
}

/// Adds a repartition after a node.
pub(crate) fn add(graph: &mut Graph, parent: NodeId, through: &Through, stages: Stages) -> NodeId {
    let names = names(graph, through);
    let name = names.source.clone();
    let node = graph.add(name, &[parent], NodeKind::Repartition(names), stages);
    graph.node_mut(node).traits.may_be_merged = through.merging == Merging::Allowed;
    node
}

/// Both sides of a repartition topic: what writes it and what reads it.
pub(crate) fn stages<KC: Codec, VC: Codec>(
    key: Arc<KC>,
    value: Arc<VC>,
    partitioner: Option<Partitioner<KC::Item, VC::Item>>,
) -> Stages {
    let reading = FromTopic::stages(
        Arc::clone(&key),
        Arc::clone(&value),
        TimestampExtractor::record_time(),
    );
    let writing = Stages::sink(move |wiring, node| {
        let graph = wiring.graph();
        let topic = graph.repartition_topic(node);
        let null_keys = if graph.leads_to_null_keys(node) {
            NullKeys::Kept
        } else {
            NullKeys::Dropped
        };
        Wired::new(Box::new(ToTopic {
            topic: wiring.internal_output_topic(&topic),
            topic_name: wiring.internal_topic_name(&topic).into(),
            key: Arc::clone(&key),
            value: Arc::clone(&value),
            partitioner: partitioner.clone(),
            null_keys,
            name: wiring.name_of(node).to_owned(),
        }))
    });
    Stages {
        sink: writing.sink,
        source: reading.source,
    }
}

/// Takes the numbers of sink, filter and source, used or not, as
/// `KStreamImpl.createRepartitionedSource` does.
pub(crate) fn names(graph: &mut Graph, through: &Through) -> RepartitionNames {
    let (name, partitions) = (&through.name, through.partitions);
    graph.check(validate_name("repartition", name));
    let topic = match name.strip_suffix(SUFFIX) {
        Some(_) => name.clone(),
        None => format!("{name}{SUFFIX}"),
    };
    if !through.is_named {
        graph.refuse_generated("the repartition topic", name, &topic, through.remedy);
    }
    if partitions == Some(0) {
        graph.report(TopologyError::NoPartitions(topic.clone()));
    }
    let sink = graph.names.next("KSTREAM-SINK-");
    let filter = graph.names.next("KSTREAM-FILTER-");
    let source = graph.names.next("KSTREAM-SOURCE-");
    if is_generated_name(name) {
        return RepartitionNames {
            filter: Some(filter),
            sink,
            source,
            topic,
            partitions,
        };
    }
    RepartitionNames {
        filter: Some(format!("{topic}-filter")),
        sink: format!("{topic}-sink"),
        source: format!("{topic}-source"),
        topic,
        partitions,
    }
}
