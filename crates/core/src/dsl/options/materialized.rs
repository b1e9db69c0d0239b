//! How a table is kept in a store.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::{StoreType, Ttl};
use crate::codec::{Codec, SharedCodec};
use crate::store::Caching;
use crate::topology::{Graph, Logging, validate_name};

/// What a program said about the name of a store.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Naming {
    /// This name.
    Given(String),
    /// Options, but no name.
    Unnamed,
    /// Nothing at all: Kafka Streams' overloads without `Materialized`.
    Unspecified,
}

/// How a table is kept in a store: the codec of its values, the store's name and options.
///
/// Semantics: `org.apache.kafka.streams.kstream.Materialized`.
#[must_use]
pub struct Materialized<VC: Codec> {
    pub(crate) value: VC,
    naming: Naming,
    pub(crate) store: StoreSettings,
}

/// Which updates of a table are written and passed on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Changes {
    /// All.
    #[default]
    All,
    /// Those whose value differs from the row's.
    OfValue,
}

/// The options of a store, without its types.
#[derive(Clone, Debug)]
pub(crate) struct StoreSettings {
    pub(crate) store_type: Option<StoreType>,
    pub(crate) caching: Caching,
    pub(crate) logging: Logging,
    pub(crate) retention: Option<Duration>,
    pub(crate) history: Option<Duration>,
    pub(crate) ttl: Option<Ttl>,
    pub(crate) changes: Changes,
}

impl Default for StoreSettings {
    fn default() -> Self {
        Self {
            store_type: None,
            caching: Caching::On,
            logging: Logging::default(),
            retention: None,
            history: None,
            ttl: None,
            changes: Changes::All,
        }
    }
}

impl<VC: Codec> Materialized<VC> {
    /// Keeps the table in the store of this name, whose changelog is called
    /// `<application id>-<name>-changelog`.
    pub fn named(name: impl Into<String>, value: VC) -> Self {
        Self::new(Naming::Given(name.into()), value)
    }

    /// Keeps the table in a store with a generated name, and numbers nodes as Java's
    /// `Materialized.with` does; for topologies that take over a Java application.
    pub fn unnamed(value: VC) -> Self {
        Self::new(Naming::Unnamed, value)
    }

    /// As [`unnamed`](Self::unnamed), and numbers nodes as Java's overloads without
    /// `Materialized` do.
    pub fn unspecified(value: VC) -> Self {
        Self::new(Naming::Unspecified, value)
    }

    fn new(naming: Naming, value: VC) -> Self {
        Self {
            value,
            naming,
            store: StoreSettings::default(),
        }
    }

    /// Keeps the store in memory.
    pub fn in_memory(self) -> Self {
        self.store_type(StoreType::InMemory)
    }

    /// Keeps the store on disk.
    pub fn persistent(self) -> Self {
        self.store_type(StoreType::Persistent)
    }

    fn store_type(mut self, store_type: StoreType) -> Self {
        self.store.store_type = Some(store_type);
        self
    }

    /// Writes and passes on every update by itself, without waiting for a commit.
    pub fn uncached(mut self) -> Self {
        self.store.caching = Caching::Off;
        self
    }

    /// Lets updates wait in the cache until the next commit; the default.
    pub fn cached(mut self) -> Self {
        self.store.caching = Caching::On;
        self
    }

    /// Makes no changelog: the store is lost when its task moves or its machine does.
    pub fn unlogged(mut self) -> Self {
        self.store.logging = Logging::Off;
        self
    }

    /// Configures the changelog topic.
    pub fn changelog_config<K: Into<String>, V: Into<String>>(
        mut self,
        config: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        let config = config.into_iter();
        let config = config.map(|(key, value)| (key.into(), value.into()));
        self.store.logging = Logging::Changelog {
            config: config.collect(),
        };
        self
    }

    /// Keeps windows for so long; at least their size and grace.
    pub fn retention(mut self, retention: Duration) -> Self {
        self.store.retention = Some(retention);
        self
    }

    /// Keeps the versions of each key for so long (KIP-889): a record can then be joined with
    /// the value that held at its time.
    pub fn versioned(mut self, history: Duration) -> Self {
        self.store.history = Some(history);
        self
    }

    /// Deletes rows that were not updated for so long: one whose timestamp lies further back than
    /// the TTL is gone.
    ///
    /// Each deletion is logged, so that a restored store does not know the row either, and passed
    /// on with the old value, at the last moment of the row's life. Rows die before the next
    /// record of their task, at each commit, and by the wall clock once a second. Updates that
    /// come with older timestamps die so much sooner. Not for windows, sessions and versions,
    /// which have a retention of their own. The topic a table is read from never serves as its
    /// changelog then. Kafka Streams has no such option.
    ///
    /// ```
    /// use std::time::Duration;
    /// use headwater_core::prelude::*;
    /// use headwater_testing::TopologyTestDriver;
    ///
    /// let builder = StreamsBuilder::new();
    /// let day = Duration::from_secs(24 * 60 * 60);
    /// let prices = Materialized::named("prices-store", I64).ttl(Ttl::by_stream_time(day));
    /// builder
    ///     .table_with("prices", Consumed::with(Utf8, I64), prices)
    ///     .into_stream()
    ///     .to("changes", Produced::with(Utf8, I64.nullable()));
    ///
    /// let mut driver = TopologyTestDriver::new(builder.build()?)?;
    /// let prices = driver.input("prices", Utf8, I64);
    /// prices.at_ms(0).push("rose", 3)?.at_ms(86_400_001).push("lily", 7)?;
    /// let changes = driver.output("changes", Utf8, I64.nullable()).values()?;
    /// assert_eq!(changes, [Some(3), None, Some(7)]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn ttl(mut self, ttl: Ttl) -> Self {
        self.store.ttl = Some(ttl);
        self
    }

    /// Ignores updates that change nothing: one whose value has the bytes of the row's is neither
    /// written nor logged nor passed on, and so is the deletion of a row that is not there.
    ///
    /// The row keeps its older timestamp: it says since when the value holds, and a result that
    /// is computed of it later says the same; it is KIP-557's reasoning. So a TTL runs on, too.
    /// Kafka Streams passes such updates on. It costs a read for each update. For tables of keys
    /// and of tumbling and hopping windows; not for sliding windows and sessions, which live by
    /// their timestamps, nor for versions.
    ///
    /// After a crash, an update whose row was logged is no change when it is processed again: if
    /// its results were not sent before the crash, they are missing until the next change.
    ///
    /// ```
    /// use headwater_core::prelude::*;
    /// use headwater_testing::TopologyTestDriver;
    ///
    /// let builder = StreamsBuilder::new();
    /// let prices = Materialized::named("prices-store", I64).emit_on_change();
    /// builder
    ///     .table_with("prices", Consumed::with(Utf8, I64), prices)
    ///     .into_stream()
    ///     .to("changes", Produced::with(Utf8, I64.nullable()));
    ///
    /// let mut driver = TopologyTestDriver::new(builder.build()?)?;
    /// driver.input("prices", Utf8, I64).push("rose", 3)?.push("rose", 3)?.push("rose", 4)?;
    /// assert_eq!(driver.output("changes", Utf8, I64).values()?, [3, 4]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn emit_on_change(mut self) -> Self {
        self.store.changes = Changes::OfValue;
        self
    }

    /// The codec of the values, to be shared.
    pub(crate) fn into_parts(self) -> (SharedCodec<VC::Item>, StoreNaming, StoreSettings) {
        (Arc::new(self.value), StoreNaming(self.naming), self.store)
    }
}

/// What a program said about the name of a store, to be resolved when its numbers are taken.
#[derive(Clone, Debug)]
pub(crate) struct StoreNaming(Naming);

/// The name of a store, and whether the program gave it.
pub(crate) struct ResolvedName {
    pub(crate) name: String,
    pub(crate) is_given: bool,
}

impl StoreNaming {
    /// Nothing was said.
    pub(crate) const fn unspecified() -> Self {
        Self(Naming::Unspecified)
    }

    /// Whether options were given without a name.
    pub(crate) fn is_unnamed(&self) -> bool {
        self.0 == Naming::Unnamed
    }

    pub(crate) const fn is_given(&self) -> bool {
        matches!(self.0, Naming::Given(_))
    }

    /// The given name, or the next one of Kafka's counter.
    pub(crate) fn resolve(&self, graph: &mut Graph, prefix: &str) -> ResolvedName {
        match &self.0 {
            Naming::Given(name) => {
                graph.check(validate_name("store", name));
                ResolvedName {
                    name: name.clone(),
                    is_given: true,
                }
            }
            Naming::Unnamed | Naming::Unspecified => ResolvedName {
                name: graph.names.next_store(prefix),
                is_given: false,
            },
        }
    }
}

impl<VC: Codec> fmt::Debug for Materialized<VC> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Materialized")
            .field("naming", &self.naming)
            .field("store", &self.store)
            .finish_non_exhaustive()
    }
}
