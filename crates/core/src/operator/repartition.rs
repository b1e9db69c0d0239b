//! `repartition`: through a topic of the library's own, so that equal keys meet.

use std::sync::Arc;

use crate::codec::Codec;
use crate::dsl::{KStream, Repartitioned};
use crate::error::TopologyError;
use crate::operator::sink::{NullKeys, ToTopic};
use crate::operator::source::FromTopic;
use crate::time::TimestampExtractor;
use crate::topology::{
    Graph, NodeKind, RepartitionNames, Stages, Wired, is_generated_name, validate_name,
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
        let names = self
            .builder
            .with_graph(|graph| names(graph, repartitioned.name, repartitioned.partitions));
        let topic = names.topic.clone();
        let (key, value) = (Arc::new(repartitioned.key), Arc::new(repartitioned.value));
        let partitioner = repartitioned.partitioner;
        let reading = FromTopic::stages(
            Arc::clone(&key),
            Arc::clone(&value),
            TimestampExtractor::record_time(),
        );
        let stages = Stages {
            sink: Stages::sink(move |wiring, node| {
                Wired::new::<K, V>(Box::new(ToTopic {
                    topic: wiring.internal_output_topic(&topic),
                    topic_name: wiring.internal_topic_name(&topic).into(),
                    key: Arc::clone(&key),
                    value: Arc::clone(&value),
                    partitioner: partitioner.clone(),
                    null_keys: NullKeys::Dropped,
                    name: wiring.name_of(node).to_owned(),
                }))
            })
            .sink,
            source: reading.source,
        };
        let node = self.builder.with_graph(|graph| {
            let name = names.source.clone();
            graph.add(name, &[self.node], NodeKind::Repartition(names), stages)
        });
        Self::new(self.builder, node)
    }
}

/// Takes the numbers as `KStreamImpl.doRepartition` does: one for a topic without a name, then
/// one each for sink, filter and source, used or not.
fn names(graph: &mut Graph, name: Option<String>, partitions: Option<u32>) -> RepartitionNames {
    let given = name.is_some();
    let name = name.unwrap_or_else(|| graph.names.next(PREFIX));
    graph.check(validate_name("repartition", &name));
    let topic = format!("{name}{SUFFIX}");
    if !given && !graph.allow_generated_names {
        graph.report(TopologyError::GeneratedName {
            what: "the repartition topic",
            node: name.clone(),
            generated: topic.clone(),
            remedy: "Repartitioned::named",
        });
    }
    if partitions == Some(0) {
        graph.report(TopologyError::NoPartitions(topic.clone()));
    }
    let sink = graph.names.next("KSTREAM-SINK-");
    let filter = graph.names.next("KSTREAM-FILTER-");
    let source = graph.names.next("KSTREAM-SOURCE-");
    if is_generated_name(&name) {
        return RepartitionNames {
            filter,
            sink,
            source,
            topic,
            partitions,
        };
    }
    RepartitionNames {
        filter: format!("{topic}-filter"),
        sink: format!("{topic}-sink"),
        source: format!("{topic}-source"),
        topic,
        partitions,
    }
}
