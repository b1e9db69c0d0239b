//! `add_global_store`: a store that every instance holds whole, filled by a processor.

use std::sync::Arc;

use crate::codec::{Codec, SharedCodec};
use crate::dsl::{Consumed, Stored, StreamsBuilder};
use crate::operator::process::Process;
use crate::operator::source::FromTopic;
use crate::processor::Processor;
use crate::store::{GlobalRows, GlobalStoreDef, GlobalStoreWriter, StoreDef as _};
use crate::time::TimestampExtractor;
use crate::topology::{NodeKind, Stages, Wired, validate_name};

const SOURCE_PREFIX: &str = "KSTREAM-SOURCE-";
const PREFIX: &str = "KTABLE-SOURCE-";
const SOURCE_SUFFIX: &str = "-source";

impl StreamsBuilder {
    /// Adds a store that every instance holds whole, filled from all partitions of a topic by a
    /// processor of the program; `new` makes it with the store to write. What it forwards goes
    /// nowhere, and punctuations never fire.
    ///
    /// Every processor of the topology may read the store: it names the same definition. The
    /// store has no changelog and is kept in memory: when an instance starts, the topic is
    /// processed from its beginning before anything else is. Records have their own timestamps;
    /// a timestamp extractor is not asked, as in Kafka Streams. Semantics:
    /// `StreamsBuilder.addGlobalStore`, of a timestamped key-value store.
    ///
    /// ```
    /// use headwater_core::prelude::*;
    /// use headwater_core::record::Stamped;
    /// use headwater_core::store::{GlobalStore, GlobalStoreDef, GlobalStoreWriter};
    /// use headwater_testing::TopologyTestDriver;
    ///
    /// const CITIES: GlobalStoreDef<String, String> = GlobalStoreDef::new("cities");
    ///
    /// /// Keeps names in upper case.
    /// struct Fill {
    ///     cities: GlobalStoreWriter<String, String>,
    /// }
    ///
    /// impl Processor<String, String> for Fill {
    ///     type Key = ();
    ///     type Value = ();
    ///
    ///     fn process(
    ///         &mut self,
    ///         record: Record<String, String>,
    ///         _: &mut ProcessorContext<'_, (), ()>,
    ///     ) -> Result<(), Failure> {
    ///         let name = Stamped::new(record.value.to_uppercase(), record.timestamp);
    ///         Ok(self.cities.put(&record.key, Some(&name))?)
    ///     }
    /// }
    ///
    /// /// Forwards the name of a city.
    /// struct Name {
    ///     cities: GlobalStore<String, String>,
    /// }
    ///
    /// impl Processor<String, i64> for Name {
    ///     type Key = String;
    ///     type Value = String;
    ///
    ///     fn process(
    ///         &mut self,
    ///         record: Record<String, i64>,
    ///         context: &mut ProcessorContext<'_, String, String>,
    ///     ) -> Result<(), Failure> {
    ///         match self.cities.get(&record.key)? {
    ///             Some(name) => context.forward(record.with_value(name.value)),
    ///             None => Ok(()),
    ///         }
    ///     }
    /// }
    ///
    /// let builder = StreamsBuilder::new();
    /// let (topic, stored) = (Consumed::with(Utf8, Utf8), Stored::with(Utf8, Utf8));
    /// builder.add_global_store(&CITIES, "cities", topic, stored, |cities| Fill { cities });
    /// builder
    ///     .stream("visits", Consumed::with(Utf8, I64))
    ///     .process_with_stores(Processed::default(), CITIES, |cities| Name { cities })
    ///     .to("names", Produced::with(Utf8, Utf8));
    ///
    /// let mut driver = TopologyTestDriver::new(builder.build()?)?;
    /// driver.input("cities", Utf8, Utf8).push("b", "berlin")?;
    /// driver.input("visits", Utf8, I64).push("b", 1)?;
    /// assert_eq!(driver.output("names", Utf8, Utf8).values()?, ["BERLIN"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn add_global_store<K, V, KC, VC, KS, VS, P>(
        &self,
        definition: &GlobalStoreDef<K, V>,
        topic: &str,
        consumed: Consumed<KC, VC>,
        stored: Stored<KS, VS>,
        new: impl Fn(GlobalStoreWriter<K, V>) -> P + Send + Sync + 'static,
    ) -> &Self
    where
        K: 'static,
        V: 'static,
        KC: Codec,
        VC: Codec,
        KS: Codec<Item = K>,
        VS: Codec<Item = V>,
        P: Processor<KC::Item, VC::Item, Key = (), Value = ()>,
    {
        let reading = FromTopic::stages(
            Arc::new(consumed.key),
            Arc::new(consumed.value),
            TimestampExtractor::record_time(),
        );
        let key: SharedCodec<K> = Arc::new(stored.key);
        let value: SharedCodec<V> = Arc::new(stored.value);
        let store = definition.name().to_owned();
        let filling = filling(store.clone(), new);
        self.with_graph(|graph| {
            graph.check(validate_name("topic", topic));
            graph.check(validate_name("store", &store));
            let (source, filler) = (graph.names.next(SOURCE_PREFIX), graph.names.next(PREFIX));
            let (source, filler) = match consumed.name {
                Some(name) => {
                    graph.check(validate_name("node", &name));
                    (format!("{name}{SOURCE_SUFFIX}"), name)
                }
                None => (source, filler),
            };
            let (opened, read) = (store.clone(), topic.to_owned());
            graph.add_global_store(store.clone(), move || {
                let (key, value) = (SharedCodec::clone(&key), SharedCodec::clone(&value));
                GlobalRows::open(&opened, &read, key, value)
            });
            let kind = NodeKind::GlobalSource {
                topic: topic.to_owned(),
            };
            let source = graph.add(source, &[], kind, reading);
            let filler = graph.add(filler, &[source], NodeKind::Processor, filling);
            graph.connect(filler, [store]);
        });
        self
    }
}

fn filling<K, V, KI, VI, P>(
    store: String,
    new: impl Fn(GlobalStoreWriter<K, V>) -> P + Send + Sync + 'static,
) -> Stages
where
    K: 'static,
    V: 'static,
    KI: 'static,
    VI: 'static,
    P: Processor<KI, VI>,
{
    Stages::sink(move |wiring, node| {
        let writer = GlobalStoreWriter::new(wiring.global_store(&store));
        Wired::new::<KI, VI>(Box::new(Process::wire(wiring, node, |_| new(writer))))
    })
}
