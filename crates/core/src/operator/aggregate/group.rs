//! `group_by_key` and `group_by`: what the aggregations of streams begin with.

use std::sync::Arc;

use crate::codec::{Codec, SharedCodec};
use crate::dsl::{Grouped, Grouping, KGroupedStream, KStream, ResolvedName};
use crate::operator::repartition::{self, Merging, Through};
use crate::topology::{Graph, Keys, NodeId};

impl<'b, K: 'static, V: 'static> KStream<'b, K, V> {
    /// Groups records by their keys.
    ///
    /// If keys were changed before, records go through a repartition topic, so that equal keys
    /// meet; records without a key are dropped there. Semantics: `KStream.groupByKey`.
    ///
    /// ```
    /// use headwater_core::prelude::*;
    /// use headwater_testing::TopologyTestDriver;
    ///
    /// let builder = StreamsBuilder::new();
    /// builder
    ///     .stream("clicks", Consumed::with(Utf8, Utf8))
    ///     .group_by_key(Grouped::with(Utf8, Utf8))
    ///     .count_with(Materialized::named("clicks-per-user", I64))
    ///     .into_stream()
    ///     .to("counts", Produced::with(Utf8, I64.nullable()));
    ///
    /// let mut driver = TopologyTestDriver::new(builder.build()?)?;
    /// driver.input("clicks", Utf8, Utf8).push("ann", "/")?.push("ann", "/buy")?;
    /// let counts = driver.output("counts", Utf8, I64).values()?;
    /// assert_eq!(counts, [1, 2]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn group_by_key<KC, VC>(self, grouped: Grouped<KC, VC>) -> KGroupedStream<'b, K, V>
    where
        KC: Codec<Item = K>,
        VC: Codec<Item = V>,
    {
        let (key, value) = (Arc::new(grouped.key), Arc::new(grouped.value));
        KGroupedStream::new(self.builder, self.node, key, value, grouped.name)
    }

    /// Groups records by a key made of each: [`select_key`](Self::select_key), then
    /// [`group_by_key`](Self::group_by_key).
    ///
    /// Semantics: `KStream.groupBy`.
    ///
    /// ```
    /// use headwater_core::prelude::*;
    /// use headwater_testing::TopologyTestDriver;
    ///
    /// let builder = StreamsBuilder::new();
    /// builder
    ///     .stream("readings", Consumed::with(IgnoreKey, Utf8))
    ///     .group_by(
    ///         |(), reading| reading.chars().take(1).collect::<String>(),
    ///         Grouped::with(Utf8, Utf8).named("by-device"),
    ///     )
    ///     .count_with(Materialized::named("readings-per-device", I64));
    ///
    /// let mut driver = TopologyTestDriver::new(builder.build()?)?;
    /// let readings = driver.input("readings", IgnoreKey, Utf8);
    /// readings.push((), "a 21")?.push((), "b 3")?.push((), "a 22")?;
    /// let counts = driver.output("app-readings-per-device-changelog", Utf8, I64).pairs()?;
    /// assert_eq!(counts.last(), Some(&("a".to_owned(), 2)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn group_by<KC, VC>(
        self,
        select: impl Fn(&K, &V) -> KC::Item + Send + Sync + 'static,
        grouped: Grouped<KC, VC>,
    ) -> KGroupedStream<'b, KC::Item, V>
    where
        KC: Codec,
        VC: Codec<Item = V>,
    {
        let selected = self.select_key(select);
        // The name of a group names the node that selects its keys, too.
        let selected = match &grouped.name {
            Some(name) => selected.named(name),
            None => selected,
        };
        selected.group_by_key(grouped)
    }
}

impl<K: 'static, V: 'static> Grouping<K, V> {
    /// The node whose records are aggregated: the stream's own, or a repartition of it.
    /// `store` names the topic if the group has no name.
    pub(super) fn by_key(&self, graph: &mut Graph, store: &ResolvedName) -> NodeId {
        if graph.node(self.node).keys == Keys::InPlace {
            return self.node;
        }
        let topic = self.through(store);
        let made = self.repartitioned.get().filter(|_| self.name.is_some());
        if let Some(made) = made {
            // A named group is repartitioned once; the numbers are taken all the same.
            repartition::names(graph, &topic);
            graph.move_to_end(made);
            return made;
        }
        let (key, value) = (&self.key, &self.value);
        let stages = repartition::stages::<SharedCodec<K>, SharedCodec<V>>(
            Arc::new(SharedCodec::clone(key)),
            Arc::new(SharedCodec::clone(value)),
            None,
        );
        let node = repartition::add(graph, self.node, &topic, stages);
        if let Some(tee) = self.tee.get() {
            graph.allow_tee(node, Box::new(tee));
        }
        self.repartitioned.set(Some(node));
        node
    }

    /// Takes the names of a repartition that is made already.
    pub(super) fn name_repartition(&self, graph: &mut Graph, store: &ResolvedName) {
        repartition::names(graph, &self.through(store));
    }

    fn through(&self, store: &ResolvedName) -> Through {
        Through {
            name: self.name.clone().unwrap_or_else(|| store.name.clone()),
            is_named: self.name.is_some() || store.is_given,
            partitions: None,
            merging: Merging::Allowed,
            remedy: "Grouped::named",
        }
    }
}
