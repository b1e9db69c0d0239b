//! The topics that the library makes for itself.

use std::collections::{BTreeMap, BTreeSet};

use super::store_node::{Logging, StoreKind, StoreNode, millis_plus};
use crate::dsl::TopologySettings;

/// How much longer than its history a versioned store's changelog is kept from compaction.
const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

/// A topic that the library creates, verifies and owns.
///
/// Semantics: `org.apache.kafka.streams.processor.internals.InternalTopicConfig`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InternalTopic {
    /// Its name without the application id before it; the whole name of a source topic that
    /// serves as a changelog.
    pub name: String,
    /// What it is for.
    pub purpose: TopicPurpose,
    /// How many partitions it must have; `None` for as many as what feeds it.
    pub partitions: Option<u32>,
    /// Topic configuration, by key.
    pub config: BTreeMap<String, String>,
    /// Keys of it that defaults for all internal topics do not change: those of its own store.
    own: BTreeSet<String>,
}

/// What an internal topic is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TopicPurpose {
    /// Records on their way to another sub-topology.
    Repartition,
    /// The log of a store.
    Changelog,
    /// A topic of the user that serves as a table's changelog: it is not created.
    SourceChangelog,
}

impl InternalTopic {
    /// The name on the cluster: `<application id>-<name>`.
    pub fn decorated(name: &str, application_id: &str) -> String {
        format!("{application_id}-{name}")
    }

    /// Its configuration over these defaults for all internal topics (`topic.`): what its store
    /// was given stays, all else gives way.
    ///
    /// Semantics: `InternalTopicConfig.properties`.
    pub fn config_over(&self, defaults: &BTreeMap<String, String>) -> BTreeMap<String, String> {
        let mut config = self.config.clone();
        let defaults = defaults.iter().filter(|(key, _)| !self.own.contains(*key));
        config.extend(defaults.map(|(key, value)| (key.clone(), value.clone())));
        config
    }

    /// A repartition topic: kept until its records are committed and deleted
    /// (`org.apache.kafka.streams.processor.internals.RepartitionTopicConfig`).
    pub(crate) fn repartition(
        name: String,
        partitions: Option<u32>,
        settings: &TopologySettings,
    ) -> Self {
        let library = vec![
            ("cleanup.policy", "delete"),
            ("retention.ms", "-1"),
            ("segment.bytes", "52428800"),
        ];
        let purpose = TopicPurpose::Repartition;
        Self::new(name, purpose, partitions, settings, library, Vec::new())
    }

    /// The changelog of a store, if it has one
    /// (`UnwindowedUnversionedChangelogTopicConfig` and kin).
    pub(crate) fn changelog(store: &StoreNode, settings: &TopologySettings) -> Option<Self> {
        let (name, purpose, given) = match &store.logging {
            Logging::Off => return None,
            Logging::Changelog { config } => (
                store.changelog_name(),
                TopicPurpose::Changelog,
                config.clone(),
            ),
            Logging::SourceTopic(topic) => {
                (topic.clone(), TopicPurpose::SourceChangelog, Vec::new())
            }
        };
        let more_ms = settings.changelog_additional_retention_ms;
        let (library, of_store) = match store.kind {
            StoreKind::KeyValue => ("compact", None),
            StoreKind::Windowed { retention } | StoreKind::JoinWindow { retention } => {
                let retention = millis_plus(retention, more_ms);
                ("compact,delete", Some(("retention.ms", retention)))
            }
            StoreKind::Versioned { history } => {
                let lag = millis_plus(history, DAY_MS);
                ("compact", Some(("min.compaction.lag.ms", lag)))
            }
        };
        // What follows from the store yields to what the program says of this very topic only.
        let mut own: Vec<(String, String)> = of_store
            .map(|(key, value)| (key.to_owned(), value))
            .into_iter()
            .collect();
        own.extend(given);
        // Such a store may have several rows of one key: none of them must be compacted away.
        if matches!(store.kind, StoreKind::JoinWindow { .. }) {
            own.push(("cleanup.policy".to_owned(), "delete".to_owned()));
        }
        let library = vec![("cleanup.policy", library)];
        Some(Self::new(name, purpose, None, settings, library, own))
    }

    fn new(
        name: String,
        purpose: TopicPurpose,
        partitions: Option<u32>,
        settings: &TopologySettings,
        library: Vec<(&str, &str)>,
        own: Vec<(String, String)>,
    ) -> Self {
        let library = library.into_iter();
        let library = library.chain([("message.timestamp.type", "CreateTime")]);
        let mut topic = Self {
            name,
            purpose,
            partitions,
            config: library
                .map(|(key, value)| (key.to_owned(), value.to_owned()))
                .collect(),
            own: own.iter().map(|(key, _)| key.clone()).collect(),
        };
        topic.config = topic.config_over(&settings.topic_defaults);
        topic.config.extend(own);
        topic
    }
}

#[cfg(test)]
mod tests {
    use crate::prelude::*;

    #[test]
    fn what_a_store_is_given_wins_over_what_all_topics_get() -> Result<(), TopologyError> {
        let config = StreamsConfig::new("app")
            .set("topic.segment.ms", 1)
            .set("topic.cleanup.policy", "delete");
        let builder = StreamsBuilder::configured_by(&config);
        let counts = Materialized::named("counts", I64).changelog_config([("segment.ms", "2")]);
        let _ = builder
            .stream("in", Consumed::with(Utf8, Utf8))
            .group_by_key(Grouped::with(Utf8, Utf8))
            .count_with(counts);
        let topology = builder.build()?;
        let topics = topology.internal_topics();
        let [changelog] = topics else {
            panic!("one changelog, not {topics:?}");
        };
        assert_eq!(changelog.config["segment.ms"], "2");
        assert_eq!(changelog.config["cleanup.policy"], "delete");
        assert_eq!(changelog.config["message.timestamp.type"], "CreateTime");

        let later = [("segment.ms", "3"), ("cleanup.policy", "compact")];
        let later = later.map(|(key, value)| (key.to_owned(), value.to_owned()));
        let config = changelog.config_over(&later.into());
        assert_eq!(config["segment.ms"], "2");
        assert_eq!(config["cleanup.policy"], "compact");
        Ok(())
    }
}
