//! How a table is kept in a store.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::StoreType;
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

/// The options of a store, without its types.
#[derive(Clone, Debug)]
pub(crate) struct StoreSettings {
    pub(crate) store_type: Option<StoreType>,
    pub(crate) caching: Caching,
    pub(crate) logging: Logging,
    pub(crate) retention: Option<Duration>,
    pub(crate) history: Option<Duration>,
}

impl Default for StoreSettings {
    fn default() -> Self {
        Self {
            store_type: None,
            caching: Caching::On,
            logging: Logging::default(),
            retention: None,
            history: None,
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
