//! `global_table`: a topic that every instance holds whole.

use std::sync::Arc;

use crate::codec::{Codec, CodecExt as _, Nullable, SharedCodec};
use crate::dsl::{Consumed, GlobalKTable, Materialized, StoreNaming, StreamsBuilder};
use crate::error::TopologyError;
use crate::failure::Step;
use crate::operator::source::FromTopic;
use crate::processor::{Lookup, Sink, TaskContext};
use crate::record::{Record, Stamped};
use crate::store::{GlobalRows, StoreError};
use crate::time::TimestampExtractor;
use crate::topology::{NodeId, NodeKind, Stages, Wired, Wiring, validate_name};

const SOURCE_PREFIX: &str = "KSTREAM-SOURCE-";
const PREFIX: &str = "KTABLE-SOURCE-";
const SOURCE_SUFFIX: &str = "-source";

impl StreamsBuilder {
    /// Reads a topic as a table that every instance holds whole: each record is the new value of
    /// its key, a null value deletes it. Records without a key are dropped and counted.
    ///
    /// All partitions are read by each instance, so that streams can be joined with the table by
    /// any key. The table has no changelog: its topic is one. Rows have the timestamps of their
    /// records; a timestamp extractor is not asked, as in Kafka Streams. Semantics:
    /// `StreamsBuilder.globalTable`.
    ///
    /// ```
    /// use headwater_core::prelude::*;
    ///
    /// let builder = StreamsBuilder::new();
    /// let countries = builder.global_table("countries", Consumed::with(Utf8, Utf8));
    /// # let _ = countries;
    /// ```
    pub fn global_table<KC: Codec, VC: Codec>(
        &self,
        topic: &str,
        consumed: Consumed<KC, VC>,
    ) -> GlobalKTable<'_, KC::Item, VC::Item> {
        let value = Arc::new(consumed.value);
        let options = Options {
            topic,
            name: consumed.name,
            naming: StoreNaming::unspecified(),
            is_versioned: false,
        };
        let value: (Arc<VC>, SharedCodec<VC::Item>) = (Arc::clone(&value), value);
        add(self, consumed.key, value, options)
    }

    /// As [`global_table`](Self::global_table), in a store with these options; a store of a
    /// global table is never logged.
    pub fn global_table_with<KC: Codec, VC: Codec>(
        &self,
        topic: &str,
        consumed: Consumed<KC, VC>,
        materialized: Materialized<VC>,
    ) -> GlobalKTable<'_, KC::Item, VC::Item> {
        let (stored, naming, settings) = materialized.into_parts();
        let options = Options {
            topic,
            name: consumed.name,
            naming,
            is_versioned: settings.history.is_some(),
        };
        add(
            self,
            consumed.key,
            (Arc::new(consumed.value), stored),
            options,
        )
    }
}

/// How a global table is read and kept, beside its codecs.
struct Options<'o> {
    topic: &'o str,
    name: Option<String>,
    naming: StoreNaming,
    is_versioned: bool,
}

/// Adds the two nodes and the store of a global table; the values of its topic have the first
/// codec, those of the store the second.
fn add<'b, KC: Codec, VC: Codec>(
    builder: &'b StreamsBuilder,
    key: KC,
    (read, stored): (Arc<VC>, SharedCodec<VC::Item>),
    options: Options<'_>,
) -> GlobalKTable<'b, KC::Item, VC::Item> {
    let key = Arc::new(key);
    let reading = FromTopic::<Nullable<Arc<KC>>, Nullable<Arc<VC>>>::stages(
        Arc::new(Arc::clone(&key).nullable()),
        Arc::new(read.nullable()),
        TimestampExtractor::record_time(),
    );
    let key: SharedCodec<KC::Item> = key;
    let topic = options.topic;
    let node = builder.with_graph(|graph| {
        graph.check(validate_name("topic", topic));
        if options.is_versioned {
            graph.report(TopologyError::VersionedGlobalTable(topic.to_owned()));
        }
        let store = options.naming.resolve(graph, &format!("{topic}-")).name;
        graph.check(validate_name("store", &store));
        let source = graph.names.next(SOURCE_PREFIX);
        let table = graph.names.next(PREFIX);
        let (source, table) = match options.name {
            Some(name) => {
                graph.check(validate_name("node", &name));
                (format!("{name}{SOURCE_SUFFIX}"), name)
            }
            None => (source, table),
        };
        let (opened, read, key) = (store.clone(), topic.to_owned(), SharedCodec::clone(&key));
        graph.add_global_store(store.clone(), move || {
            let (key, value) = (SharedCodec::clone(&key), SharedCodec::clone(&stored));
            GlobalRows::open(&opened, &read, key, value)
        });
        let kind = NodeKind::GlobalSource {
            topic: topic.to_owned(),
        };
        let source = graph.add(source, &[], kind, reading);
        let stages = stages::<KC::Item, VC::Item>();
        let node = graph.add(table, &[source], NodeKind::Processor, stages);
        graph.connect(node, [store]);
        node
    });
    GlobalKTable::new(builder, node, key)
}

/// The node that writes records to the store.
fn stages<K: 'static, V: 'static>() -> Stages {
    Stages::sink(|wiring, node| {
        Wired::new::<Option<K>, Option<V>>(Box::new(Fill::<K, V> {
            name: wiring.name_of(node).to_owned(),
            rows: rows_of(wiring, node),
        }))
    })
}

/// The store that the node of a global table is connected to.
fn rows_of<K: 'static, V: 'static>(wiring: &Wiring<'_>, table: NodeId) -> Arc<GlobalRows<K, V>> {
    let store = wiring.graph().node(table).stores.first();
    wiring.global_store(store.expect("a global table has its store"))
}

struct Fill<K, V> {
    name: String,
    rows: Arc<GlobalRows<K, V>>,
}

impl<K: 'static, V: 'static> Sink<Option<K>, Option<V>> for Fill<K, V> {
    fn push(&mut self, record: Record<Option<K>, Option<V>>, task: &mut TaskContext) -> Step {
        let Some(key) = record.key else {
            task.drop_record("it has no key, and a table needs one");
            return Ok(());
        };
        let put = self.rows.put(&key, record.value.as_ref(), record.timestamp);
        put.or_else(|error| task.settle_store(&self.name, error))
    }
}

/// Looks rows up in a global store.
pub(crate) struct GlobalLookup<K, V> {
    rows: Arc<GlobalRows<K, V>>,
    /// Kept between calls, so that encoding allocates nothing.
    key_bytes: Vec<u8>,
}

impl<K: 'static, V: 'static> GlobalLookup<K, V> {
    /// The lookup of a global table.
    pub(crate) fn wire(wiring: &Wiring<'_>, table: NodeId) -> Self {
        Self {
            rows: rows_of(wiring, table),
            key_bytes: Vec::new(),
        }
    }
}

impl<K: 'static, V: 'static> Lookup<K, V> for GlobalLookup<K, V> {
    fn get(&mut self, key: &K) -> Result<Option<Stamped<V>>, StoreError> {
        self.rows.get(key, &mut self.key_bytes)
    }
}
