//! `into_table`: a stream read as updates of a table.

use std::sync::Arc;

use super::keep;
use super::source;
use crate::codec::{Codec, CodecExt as _, Nullable, SharedCodec};
use crate::dsl::{IntoRow, KStream, KTable, Materialized};
use crate::failure::Step;
use crate::operator::repartition::{self, Merging, Through};
use crate::processor::{Sink, TaskContext};
use crate::record::Record;
use crate::topology::{
    Graph, Keys, NodeId, NodeKind, OldValues, Stages, TableNode, Wired, validate_name,
};

const PREFIX: &str = "KSTREAM-TOTABLE-";

impl<'b, K: 'static, V: 'static> KStream<'b, K, V> {
    /// Reads the stream as a table: each record is the new value of its key. In a stream of
    /// [`Option`]s `None` deletes the row. Records without a key are dropped and counted.
    ///
    /// If keys were changed before, records go through a repartition topic first. The table is
    /// kept in a store if `materialized` names one or if something that follows needs it.
    /// Updates have the timestamps of their records; the last record wins, not the one with the
    /// largest timestamp, unless the table is
    /// [`versioned`](Materialized::versioned). Semantics: `KStream.toTable` (KIP-523).
    ///
    /// ```
    /// use headwater_core::prelude::*;
    /// use headwater_testing::TopologyTestDriver;
    ///
    /// let builder = StreamsBuilder::new();
    /// builder
    ///     .stream("readings", Consumed::with(Utf8, I64))
    ///     .filter(|_, celsius| *celsius < 100)
    ///     .into_table(Utf8, Materialized::named("newest-reading", I64))
    ///     .into_stream()
    ///     .to("newest", Produced::with(Utf8, I64.nullable()));
    ///
    /// let mut driver = TopologyTestDriver::new(builder.build()?)?;
    /// driver.input("readings", Utf8, I64).push("p", 21)?.push("p", 200)?.push("p", 22)?;
    /// let newest = driver.output("newest", Utf8, I64).values()?;
    /// assert_eq!(newest, [21, 22]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use = "a table that nothing follows does nothing"]
    pub fn into_table<KC, VC>(
        self,
        key: KC,
        materialized: Materialized<VC>,
    ) -> KTable<'b, K, VC::Item>
    where
        KC: Codec<Item = K>,
        VC: Codec,
        V: IntoRow<VC::Item>,
    {
        self.table_named(None, key, materialized)
    }

    /// As [`into_table`](Self::into_table), with a name for the node, and for the repartition
    /// topic where one is needed: `<application id>-<name>-repartition`.
    #[must_use = "a table that nothing follows does nothing"]
    pub fn into_table_named<KC, VC>(
        self,
        name: &str,
        key: KC,
        materialized: Materialized<VC>,
    ) -> KTable<'b, K, VC::Item>
    where
        KC: Codec<Item = K>,
        VC: Codec,
        V: IntoRow<VC::Item>,
    {
        self.table_named(Some(name), key, materialized)
    }

    fn table_named<KC, VC>(
        self,
        given: Option<&str>,
        key: KC,
        materialized: Materialized<VC>,
    ) -> KTable<'b, K, VC::Item>
    where
        KC: Codec<Item = K>,
        VC: Codec,
        V: IntoRow<VC::Item>,
    {
        let key: SharedCodec<K> = Arc::new(key);
        let (value, naming, settings) = materialized.into_parts();
        let node = self.builder.with_graph(|graph| {
            let name = graph.names.next(PREFIX);
            let name = given.map_or(name, str::to_owned);
            graph.check(validate_name("node", &name));
            let store = naming.resolve(graph, PREFIX);
            let (parent, stages) = if graph.node(self.node).keys == Keys::InPlace {
                (self.node, stages::<K, V, VC::Item>(&key, &value))
            } else {
                let topic = Through {
                    name: name.clone(),
                    is_named: given.is_some(),
                    partitions: None,
                    merging: Merging::Allowed,
                    remedy: "KStream::into_table_named",
                };
                let parent = by_key::<K, V, VC::Item>(graph, self.node, &topic, &key, &value);
                (
                    parent,
                    stages::<K, Option<VC::Item>, VC::Item>(&key, &value),
                )
            };
            keep::declare(graph, &store, &settings, &key, &value);
            let node = graph.add(name, &[parent], NodeKind::Processor, stages);
            graph.node_mut(node).table = Some(TableNode {
                is_kept: keep::is_asked_for(&store, &settings),
                old_values: OldValues::OwnStoreOnDemand,
                ..keep::kept_node::<K, VC::Item>(store.name)
            });
            node
        });
        KTable::new(self.builder, node, key)
    }
}

/// A repartition before the table, whose topic holds values as the table has them.
fn by_key<K: 'static, V: IntoRow<V2> + 'static, V2: 'static>(
    graph: &mut Graph,
    parent: NodeId,
    topic: &Through,
    key: &SharedCodec<K>,
    value: &SharedCodec<V2>,
) -> NodeId {
    let value = SharedCodec::clone(value).nullable();
    let stages = repartition::stages::<SharedCodec<K>, Nullable<SharedCodec<V2>>>(
        Arc::new(SharedCodec::clone(key)),
        Arc::new(value),
        None,
    );
    let write = stages.sink.expect("a repartition takes records");
    let stages = Stages {
        sink: Some(Box::new(move |wiring, node| {
            let next = write(wiring, node).into_sink::<K, Option<V2>>();
            Wired::new::<K, V>(Box::new(IntoRows { next }))
        })),
        source: stages.source,
    };
    repartition::add(graph, parent, topic, stages)
}

/// The node that turns records of the stream into updates of the table.
fn stages<K: 'static, V: IntoRow<V2> + 'static, V2: 'static>(
    key: &SharedCodec<K>,
    value: &SharedCodec<V2>,
) -> Stages {
    let (key, value) = (SharedCodec::clone(key), SharedCodec::clone(value));
    Stages::sink(move |wiring, node| {
        Wired::new::<K, V>(Box::new(IntoTable {
            key: SharedCodec::clone(&key),
            value: SharedCodec::clone(&value),
            next: source::sink::<K, V2>(wiring, node),
        }))
    })
}

/// Makes values what the table's rows are.
struct IntoRows<K, V2> {
    next: Box<dyn Sink<K, Option<V2>>>,
}

impl<K, V: IntoRow<V2>, V2> Sink<K, V> for IntoRows<K, V2> {
    fn push(&mut self, record: Record<K, V>, task: &mut TaskContext) -> Step {
        self.next.push(record.map_value(Into::into), task)
    }
}

/// Tells null keys and values by their codecs, as those that a source reads are told.
struct IntoTable<K, V2> {
    key: SharedCodec<K>,
    value: SharedCodec<V2>,
    next: Box<dyn Sink<Option<K>, Option<V2>>>,
}

impl<K: 'static, V: IntoRow<V2>, V2: 'static> Sink<K, V> for IntoTable<K, V2> {
    fn push(&mut self, record: Record<K, V>, task: &mut TaskContext) -> Step {
        let value = record.value.into();
        let record = Record {
            key: Some(record.key).filter(|key| !self.key.is_null(key)),
            value: value.filter(|value| !self.value.is_null(value)),
            timestamp: record.timestamp,
            headers: record.headers,
        };
        self.next.push(record, task)
    }
}
