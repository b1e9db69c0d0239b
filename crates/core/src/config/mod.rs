//! Configuration: one table of our keys; every other key goes to the Kafka client.

use std::collections::BTreeMap;

/// Which client a property is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ClientKind {
    /// `consumer.` and `main.consumer.` properties, and unprefixed ones.
    Consumer,
    /// `producer.` properties, and unprefixed ones.
    Producer,
    /// `admin.` properties, and unprefixed ones.
    Admin,
}

/// The settings of an application.
#[derive(Clone, Default)]
pub struct StreamsConfig {
    entries: BTreeMap<String, String>,
}

impl StreamsConfig {
    /// Settings of the application of this id, all else at its default.
    pub fn new(application_id: impl Into<String>) -> Self {
        Self::default().set("application.id", application_id.into())
    }

    /// Sets one key.
    #[must_use]
    pub fn set(mut self, key: impl Into<String>, value: impl ToString) -> Self {
        self.entries.insert(key.into(), value.to_string());
        self
    }

    /// The properties for a client: unprefixed ones that are not ours, overridden by prefixed ones.
    pub fn client_properties(&self, _client: ClientKind) -> BTreeMap<String, String> {
        BTreeMap::new()
    }
}

impl std::fmt::Debug for StreamsConfig {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StreamsConfig").finish_non_exhaustive()
    }
}
