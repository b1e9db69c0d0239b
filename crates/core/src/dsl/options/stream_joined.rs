//! How two streams are joined.

use std::fmt;
use std::time::Duration;

use super::{StoreSettings, StoreType};
use crate::codec::Codec;
use crate::store::Caching;
use crate::topology::Logging;

/// How two streams are joined: the codecs of their stores and repartition topics, and names.
///
/// Semantics: `org.apache.kafka.streams.kstream.StreamJoined`.
///
/// ```
/// use headwater_core::prelude::*;
///
/// let joined = StreamJoined::with(Utf8, Utf8, I64).named("clicks").store("clicks");
/// # let _ = joined;
/// ```
#[must_use]
pub struct StreamJoined<KC: Codec, LC: Codec, RC: Codec> {
    pub(crate) key: KC,
    pub(crate) left: LC,
    pub(crate) right: RC,
    pub(crate) name: Option<String>,
    pub(crate) store: Option<String>,
    pub(crate) settings: StoreSettings,
    /// Passes on what waits for a partner when there was no record for so long.
    pub(crate) idle: Option<Duration>,
}

impl<KC: Codec, LC: Codec, RC: Codec> StreamJoined<KC, LC, RC> {
    /// Keeps records with these codecs, and repartitions with them where keys were changed.
    pub fn with(key: KC, left: LC, right: RC) -> Self {
        let settings = StoreSettings {
            caching: Caching::Off,
            ..StoreSettings::default()
        };
        Self {
            key,
            left,
            right,
            name: None,
            store: None,
            settings,
            idle: None,
        }
    }

    /// Names the join's nodes, and the repartition topics where there are any:
    /// `<application id>-<name>-left-repartition` and `…-right-repartition`.
    pub fn named(self, name: impl Into<String>) -> Self {
        Self {
            name: Some(name.into()),
            ..self
        }
    }

    /// Names the stores and their changelogs: the stores of an inner join are called
    /// `<store>-this-join-store` and `<store>-other-join-store`. A side whose partner may be
    /// missing has `outer` in its name, and there is a third store for what found no partner.
    pub fn store(self, store: impl Into<String>) -> Self {
        Self {
            store: Some(store.into()),
            ..self
        }
    }

    /// Passes on what waits for a partner when neither stream had a record for so long, by the
    /// wall clock: without a later record a left or outer join would never say so.
    ///
    /// Records that wait are closed as if stream time had passed their last possible partner and
    /// the grace. They are not joined with partners that come later still, so each has one
    /// result at most without a partner and none beside it. Records that wait in a cache upstream
    /// are not forgotten: they are flushed first, and then the join is not idle. Without effect on
    /// an inner join. Kafka Streams waits for ever.
    ///
    /// ```
    /// use std::time::Duration;
    /// use headwater_core::prelude::*;
    /// use headwater_testing::TopologyTestDriver;
    ///
    /// let builder = StreamsBuilder::new();
    /// let orders = builder.stream("orders", Consumed::with(Utf8, Utf8));
    /// let payments = builder.stream("payments", Consumed::with(Utf8, I64));
    /// orders
    ///     .left_join(
    ///         payments,
    ///         |order, cents| cents.map_or_else(|| format!("{order} unpaid"), |_| order.clone()),
    ///         JoinWindows::of(Duration::from_secs(60)),
    ///         StreamJoined::with(Utf8, Utf8, I64)
    ///             .store("paid")
    ///             .close_when_idle(Duration::from_secs(90)),
    ///     )
    ///     .to("paid", Produced::with(Utf8, Utf8));
    ///
    /// let mut driver = TopologyTestDriver::new(builder.build()?)?;
    /// driver.input("orders", Utf8, Utf8).at_ms(0).push("ann", "tea")?;
    /// driver.advance_wall_clock(Duration::from_secs(90))?;
    /// assert_eq!(driver.output("paid", Utf8, Utf8).values()?, ["tea unpaid"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn close_when_idle(self, delay: Duration) -> Self {
        Self {
            idle: Some(delay),
            ..self
        }
    }

    /// Keeps the stores in memory.
    pub fn in_memory(self) -> Self {
        self.store_type(StoreType::InMemory)
    }

    /// Keeps the stores on disk.
    pub fn persistent(self) -> Self {
        self.store_type(StoreType::Persistent)
    }

    fn store_type(mut self, store_type: StoreType) -> Self {
        self.settings.store_type = Some(store_type);
        self
    }

    /// Makes no changelogs: records that wait for a partner are lost when their task moves or
    /// its machine does.
    pub fn unlogged(mut self) -> Self {
        self.settings.logging = Logging::Off;
        self
    }

    /// Configures the changelog topics.
    pub fn changelog_config<K: Into<String>, V: Into<String>>(
        mut self,
        config: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        let config = config.into_iter();
        let config = config.map(|(key, value)| (key.into(), value.into()));
        self.settings.logging = Logging::Changelog {
            config: config.collect(),
        };
        self
    }
}

impl<KC: Codec, LC: Codec, RC: Codec> fmt::Debug for StreamJoined<KC, LC, RC> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StreamJoined")
            .field("name", &self.name)
            .field("store", &self.store)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}
