//! Settings of a topology that are no option of a single verb.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::config::{DslStoreFormat, StreamsConfig};

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

impl Optimizations {
    /// The rewritings of these names.
    fn named(names: &[&str]) -> Self {
        let is_on = |name| names.contains(&"all") || names.contains(&name);
        Self {
            reuse_source_topics: is_on("reuse.ktable.source.topics"),
            merge_repartition_topics: is_on("merge.repartition.topics"),
            single_store_self_join: is_on("single.store.self.join"),
        }
    }
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
    pub(crate) store_format: DslStoreFormat,
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
}

impl Default for TopologySettings {
    fn default() -> Self {
        Self {
            optimizations: Optimizations::default(),
            store_type: StoreType::Persistent,
            store_format: DslStoreFormat::Default,
            changelog_additional_retention_ms: DAY_MS,
            topic_defaults: BTreeMap::new(),
            emit_closed_windows_every: Duration::ZERO,
            expired_results: ExpiredResults::Emitted,
            emit_unjoined_every: Duration::ZERO,
            sends_both_sides: true,
        }
    }
}

impl TopologySettings {
    /// What a configuration says, which must have been validated.
    pub(crate) fn of(config: &StreamsConfig) -> Self {
        let peers_from = |version| config.upgrade_from().is_none_or(|peers| peers >= version);
        Self {
            optimizations: Optimizations::named(&config.topology_optimizations()),
            store_type: if config.keeps_stores_in_memory() {
                StoreType::InMemory
            } else {
                StoreType::Persistent
            },
            store_format: config.dsl_store_format(),
            changelog_additional_retention_ms: config.changelog_additional_retention_ms(),
            topic_defaults: config.internal_topic_properties(),
            emit_closed_windows_every: config.emit_closed_windows_every(),
            expired_results: if config.loses_expired_results() {
                ExpiredResults::Lost
            } else {
                ExpiredResults::Emitted
            },
            emit_unjoined_every: config.emit_unjoined_every(),
            sends_both_sides: peers_from((3, 5)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn upgrading_from(version: &str) -> TopologySettings {
        TopologySettings::of(&StreamsConfig::new("app").set("upgrade.from", version))
    }

    #[test]
    fn peers_get_what_they_understand() {
        assert!(!upgrading_from("2.4").sends_both_sides);
        assert!(!upgrading_from("3.4").sends_both_sides);
        assert!(upgrading_from("3.5").sends_both_sides);
        assert!(TopologySettings::of(&StreamsConfig::new("app")).sends_both_sides);
    }

    #[test]
    fn optimizations_are_those_named() {
        let of = |words: &str| {
            let config = StreamsConfig::new("app").set("topology.optimization", words);
            TopologySettings::of(&config).optimizations
        };
        assert_eq!(of("none"), Optimizations::default());
        let all = Optimizations {
            reuse_source_topics: true,
            merge_repartition_topics: true,
            single_store_self_join: true,
        };
        assert_eq!(of("all"), all);
        let two = "merge.repartition.topics,single.store.self.join";
        assert_eq!(
            of(two),
            Optimizations {
                reuse_source_topics: false,
                ..all
            }
        );
    }

    #[test]
    fn the_configuration_of_nothing_is_the_default() {
        let of_nothing = TopologySettings::of(&StreamsConfig::new("app"));
        assert_eq!(
            format!("{of_nothing:?}"),
            format!("{:?}", TopologySettings::default())
        );
    }
}
