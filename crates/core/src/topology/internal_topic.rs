//! The topics that the library makes for itself.

/// A topic that the library creates, verifies and owns.
///
/// Semantics: `org.apache.kafka.streams.processor.internals.InternalTopicConfig`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct InternalTopic {
    /// Its name without the application id before it.
    pub name: String,
    /// How many partitions it must have; `None` for as many as what feeds it.
    pub partitions: Option<u32>,
    /// Topic configuration, by key.
    pub config: Vec<(&'static str, String)>,
}

impl InternalTopic {
    /// The name on the cluster: `<application id>-<name>`.
    pub fn decorated(name: &str, application_id: &str) -> String {
        format!("{application_id}-{name}")
    }

    /// A repartition topic: kept until its records are committed and deleted
    /// (`org.apache.kafka.streams.processor.internals.RepartitionTopicConfig`).
    pub(crate) fn repartition(name: String, partitions: Option<u32>) -> Self {
        Self {
            name,
            partitions,
            config: vec![
                ("cleanup.policy", "delete".to_owned()),
                ("message.timestamp.type", "CreateTime".to_owned()),
                ("retention.ms", "-1".to_owned()),
                ("segment.bytes", "52428800".to_owned()),
            ],
        }
    }
}
