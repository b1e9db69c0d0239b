//! `add_read_only_store`: a store that a topic fills, and that processors only read.

use std::sync::Arc;

use crate::codec::{Codec, CodecExt as _, Nullable};
use crate::dsl::{Consumed, Stored, StreamsBuilder};
use crate::failure::Step;
use crate::operator::source::FromTopic;
use crate::processor::{Sink, StoreWriter, TaskContext, WritingTask};
use crate::record::Record;
use crate::store::{DeclaredStores, KeyedStoreDef, OpenStores, StoreDef};
use crate::time::Timestamp;
use crate::topology::{Logging, NodeKind, SourceTopics, Stages, Wired, validate_name};

const SOURCE_PREFIX: &str = "KSTREAM-SOURCE-";
const PREFIX: &str = "KTABLE-SOURCE-";
const SOURCE_SUFFIX: &str = "-source";

impl StreamsBuilder {
    /// Adds a store that holds a topic: each record is the new value of its key, a null value
    /// deletes it. Records without a key are dropped and counted. Processors that name the store
    /// read it; what they write to it is lost with the next restart.
    ///
    /// The topic doubles as the changelog, so the store has no other: on a restart its bytes are
    /// copied as they are, with the timestamps of the records. For the same reason the codecs of
    /// the store have to write what those of the topic read, and no processor can come between.
    /// Semantics: `Topology.addReadOnlyStateStore` (KIP-813), with a processor that puts each
    /// record as it is.
    ///
    /// ```
    /// use headwater_core::prelude::*;
    /// use headwater_core::store::{KeyValueStore, KeyValueStoreDef};
    /// use headwater_testing::TopologyTestDriver;
    ///
    /// const PRICES: KeyValueStoreDef<String, i64> = KeyValueStoreDef::new("prices");
    ///
    /// /// Forwards the price of what is asked for.
    /// struct Price {
    ///     prices: KeyValueStore<String, i64>,
    /// }
    ///
    /// impl Processor<String, String> for Price {
    ///     type Key = String;
    ///     type Value = i64;
    ///
    ///     fn process(
    ///         &mut self,
    ///         record: Record<String, String>,
    ///         context: &mut ProcessorContext<'_, String, i64>,
    ///     ) -> Result<(), Failure> {
    ///         let price = self.prices.get(&record.key)?.unwrap_or(0);
    ///         context.forward(record.with_value(price))
    ///     }
    /// }
    ///
    /// let builder = StreamsBuilder::new();
    /// let stored = Stored::with(Utf8, I64);
    /// builder.add_read_only_store(&PRICES, "price-list", Consumed::with(Utf8, I64), stored);
    /// builder
    ///     .stream("questions", Consumed::with(Utf8, Utf8))
    ///     .process_with_stores(Processed::default(), PRICES, |prices| Price { prices })
    ///     .to("answers", Produced::with(Utf8, I64));
    ///
    /// let mut driver = TopologyTestDriver::new(builder.build()?)?;
    /// driver.input("price-list", Utf8, I64).push("rose", 3)?;
    /// driver.restart()?;
    /// driver.input("questions", Utf8, Utf8).push("rose", "how much?")?;
    /// assert_eq!(driver.output("answers", Utf8, I64).values()?, [3]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn add_read_only_store<D, KC, VC>(
        &self,
        definition: &D,
        topic: &str,
        consumed: Consumed<KC, VC>,
        stored: Stored<KC, VC>,
    ) -> &Self
    where
        D: KeyedStoreDef<Key = KC::Item, Value = VC::Item> + Clone,
        KC: Codec,
        VC: Codec,
    {
        let (key, value) = (Arc::new(consumed.key), Arc::new(consumed.value));
        let extractor = consumed.extractor;
        let reading = FromTopic::<Nullable<Arc<KC>>, Nullable<Arc<VC>>>::stages(
            Arc::new(Arc::clone(&key).nullable()),
            Arc::new(Arc::clone(&value).nullable()),
            extractor.of_nullable(key, value),
        );
        let stored = Stored {
            logging: Logging::SourceTopic(topic.to_owned()),
            ..stored
        };
        let filling = stages(definition.clone());
        self.with_graph(|graph| {
            graph.check(validate_name("topic", topic));
            definition.declare(stored, &mut DeclaredStores::new(graph));
            // Java's DSL has no such verb: a name that is given takes no number.
            let (source, filler) = match consumed.name {
                Some(name) => {
                    graph.check(validate_name("node", &name));
                    (format!("{name}{SOURCE_SUFFIX}"), name)
                }
                None => (graph.names.next(SOURCE_PREFIX), graph.names.next(PREFIX)),
            };
            let kind = NodeKind::Source {
                topics: SourceTopics::Named(vec![topic.to_owned()]),
                reset: consumed.reset,
            };
            let source = graph.add(source, &[], kind, reading);
            let filler = graph.add(filler, &[source], NodeKind::Processor, filling);
            graph.connect_used(filler, vec![definition.used()]);
        });
        self
    }
}

fn stages<D: KeyedStoreDef>(definition: D) -> Stages {
    Stages::sink(move |wiring, node| {
        Wired::new::<Option<D::Key>, Option<D::Value>>(Box::new(Fill::<D> {
            name: wiring.name_of(node).to_owned(),
            store: definition.open(&mut OpenStores::new(wiring)),
        }))
    })
}

/// Puts each record as it is.
struct Fill<D: StoreDef> {
    name: String,
    store: D::Handle,
}

impl<D: KeyedStoreDef> Sink<Option<D::Key>, Option<D::Value>> for Fill<D> {
    fn push(
        &mut self,
        record: Record<Option<D::Key>, Option<D::Value>>,
        task: &mut TaskContext,
    ) -> Step {
        let Some(key) = record.key else {
            task.drop_record("it has no key, and a store needs one");
            return Ok(());
        };
        let (value, timestamp) = (record.value.as_ref(), record.timestamp);
        let mut writer = Filling { task, timestamp };
        let filled = D::fill(&self.store, &key, value, timestamp, &mut writer);
        filled.or_else(|error| task.settle_store(&self.name, error))
    }
}

/// What the record in hand writes with.
struct Filling<'t> {
    task: &'t mut TaskContext,
    timestamp: Timestamp,
}

impl StoreWriter for Filling<'_> {
    fn writing_task(&mut self) -> Option<WritingTask<'_>> {
        Some(WritingTask(self.task))
    }

    fn write_time(&self) -> Timestamp {
        self.timestamp
    }
}
