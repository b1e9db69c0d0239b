//! How a store of processors is kept.

use std::fmt;

use super::{StoreType, Ttl};
use crate::codec::Codec;
use crate::store::Caching;
use crate::topology::Logging;

/// How a store of processors is kept: its codecs and options. It is logged and not cached unless
/// said otherwise.
///
/// Semantics: `org.apache.kafka.streams.state.StoreBuilder`.
#[must_use]
pub struct Stored<KC: Codec, VC: Codec> {
    pub(crate) key: KC,
    pub(crate) value: VC,
    pub(crate) store_type: Option<StoreType>,
    pub(crate) caching: Caching,
    pub(crate) logging: Logging,
    pub(crate) ttl: Option<Ttl>,
}

impl<KC: Codec, VC: Codec> Stored<KC, VC> {
    /// Keeps keys and values of these codecs.
    pub fn with(key: KC, value: VC) -> Self {
        Self {
            key,
            value,
            store_type: None,
            caching: Caching::Off,
            logging: Logging::default(),
            ttl: None,
        }
    }

    /// Keeps the store in memory.
    pub fn in_memory(self) -> Self {
        Self {
            store_type: Some(StoreType::InMemory),
            ..self
        }
    }

    /// Lets writes wait in the cache until the next commit, so that of several to one key only
    /// the last is logged.
    pub fn cached(self) -> Self {
        Self {
            caching: Caching::On,
            ..self
        }
    }

    /// Deletes entries that were not written for so long: one whose timestamp lies further back
    /// than the TTL is gone for reads from that moment on. Key-value stores only.
    ///
    /// A store without timestamps takes the time of the write: that of the record in hand, or of
    /// the punctuation. Each deletion is logged, so that a restored store does not know the entry
    /// either; entries are deleted at each commit, and by the wall clock once a second. Kafka
    /// Streams has no such option.
    ///
    /// ```
    /// use std::time::Duration;
    /// use headwater_core::prelude::*;
    ///
    /// let seen_today = Stored::with(Utf8, I64).ttl(Ttl::by_wall_clock(Duration::from_secs(86_400)));
    /// # let _ = seen_today;
    /// ```
    pub fn ttl(self, ttl: Ttl) -> Self {
        Self {
            ttl: Some(ttl),
            ..self
        }
    }

    /// Makes no changelog: the store is lost when its task moves or its machine does.
    pub fn unlogged(self) -> Self {
        Self {
            logging: Logging::Off,
            ..self
        }
    }

    /// Configures the changelog topic.
    pub fn changelog_config<K: Into<String>, V: Into<String>>(
        self,
        config: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        let config = config.into_iter();
        let config = config.map(|(key, value)| (key.into(), value.into()));
        Self {
            logging: Logging::Changelog {
                config: config.collect(),
            },
            ..self
        }
    }
}

impl<KC: Codec, VC: Codec> fmt::Debug for Stored<KC, VC> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stored")
            .field("store_type", &self.store_type)
            .field("caching", &self.caching)
            .field("logging", &self.logging)
            .finish_non_exhaustive()
    }
}
