//! Settings of a topology that are no option of a single verb.

use std::collections::BTreeMap;
use std::time::Duration;

/// A day: Kafka Streams' addition to the retention of windowed changelogs.
const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

/// Which kind of store is made where the program does not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StoreType {
    /// On disk.
    #[default]
    Persistent,
    /// In memory.
    InMemory,
}

/// Which rewritings of the topology are made (`topology.optimization`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Optimizations {
    pub(crate) reuse_source_topics: bool,
    pub(crate) merge_repartition_topics: bool,
    pub(crate) single_store_self_join: bool,
}

/// What becomes of closed windows that were not emitted before they were past the retention.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum ExpiredResults {
    /// They are emitted as any other.
    #[default]
    Emitted,
    /// They are lost, as in Kafka Streams: for comparing with it, record by record.
    Lost,
}

/// Settings of a topology, from the configuration.
#[derive(Clone, Debug)]
pub(crate) struct TopologySettings {
    pub(crate) optimizations: Optimizations,
    pub(crate) store_type: StoreType,
    /// `windowstore.changelog.additional.retention.ms`.
    pub(crate) changelog_additional_retention_ms: i64,
    /// `topic.*`: configuration of every internal topic.
    pub(crate) topic_defaults: BTreeMap<String, String>,
    /// How long an operator waits between two emissions of closed windows.
    pub(crate) emit_closed_windows_every: Duration,
    /// What becomes of results that an emission finds past the retention.
    pub(crate) expired_results: ExpiredResults,
    /// How long an outer join waits between two emissions of what found no partner.
    pub(crate) emit_unjoined_every: Duration,
    /// Whether an update of a grouped table goes as one message if its group does not change
    /// (KIP-904); peers before 3.5 (`upgrade.from`) do not understand it.
    pub(crate) sends_both_sides: bool,
    /// Whether foreign-key subscriptions carry their partition; peers before 3.4 do not
    /// understand it.
    pub(crate) sends_primary_partition: bool,
}

impl Default for TopologySettings {
    fn default() -> Self {
        Self {
            optimizations: Optimizations::default(),
            store_type: StoreType::Persistent,
            changelog_additional_retention_ms: DAY_MS,
            topic_defaults: BTreeMap::new(),
            emit_closed_windows_every: Duration::from_secs(1),
            expired_results: ExpiredResults::Emitted,
            emit_unjoined_every: Duration::from_secs(1),
            sends_both_sides: true,
            sends_primary_partition: true,
        }
    }
}
