//! The topics that the library makes for itself.

use std::collections::BTreeMap;

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

    /// A repartition topic: kept until its records are committed and deleted
    /// (`org.apache.kafka.streams.processor.internals.RepartitionTopicConfig`).
    pub(crate) fn repartition(
        name: String,
        partitions: Option<u32>,
        settings: &TopologySettings,
    ) -> Self {
        let own = [
            ("cleanup.policy", "delete".to_owned()),
            ("retention.ms", "-1".to_owned()),
            ("segment.bytes", "52428800".to_owned()),
        ];
        Self {
            name,
            purpose: TopicPurpose::Repartition,
            partitions,
            config: configured(&own, settings, &[]),
        }
    }

    /// The changelog of a store, if it has one
    /// (`UnwindowedUnversionedChangelogTopicConfig` and kin).
    pub(crate) fn changelog(store: &StoreNode, settings: &TopologySettings) -> Option<Self> {
        let (name, purpose, config) = match &store.logging {
            Logging::Off => return None,
            Logging::Changelog { config } => {
                (store.changelog_name(), TopicPurpose::Changelog, &config[..])
            }
            Logging::SourceTopic(topic) => (topic.clone(), TopicPurpose::SourceChangelog, &[][..]),
        };
        let more_ms = settings.changelog_additional_retention_ms;
        let cleanup = |policy: &str| ("cleanup.policy", policy.to_owned());
        let own = match store.kind {
            StoreKind::KeyValue => vec![cleanup("compact")],
            StoreKind::Windowed { retention } => vec![
                cleanup("compact,delete"),
                ("retention.ms", millis_plus(retention, more_ms)),
            ],
            StoreKind::JoinWindow { retention } => vec![
                cleanup("delete"),
                ("retention.ms", millis_plus(retention, more_ms)),
            ],
            StoreKind::Versioned { history } => vec![
                cleanup("compact"),
                ("min.compaction.lag.ms", millis_plus(history, DAY_MS)),
            ],
        };
        Some(Self {
            name,
            purpose,
            partitions: None,
            config: configured(&own, settings, config),
        })
    }
}

/// Configuration of a topic: the library's defaults, then the program's for all internal topics,
/// then the store's own.
fn configured(
    own: &[(&'static str, String)],
    settings: &TopologySettings,
    given: &[(String, String)],
) -> BTreeMap<String, String> {
    let mut config = BTreeMap::new();
    config.insert("message.timestamp.type".to_owned(), "CreateTime".to_owned());
    for (key, value) in own {
        config.insert((*key).to_owned(), value.clone());
    }
    let given = given.iter().map(|(key, value)| (key, value));
    for (key, value) in settings.topic_defaults.iter().chain(given) {
        config.insert(key.clone(), value.clone());
    }
    config
}
