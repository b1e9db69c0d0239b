//! Configuration: one table of our keys; every other key goes to the Kafka client.
//!
//! Reading order: `defs` is the table, `parse` reads a value by its type, `check` holds the rules,
//! `settings` and `topology` are the typed getters, `scope` says whom a key is for.

mod check;
mod defs;
mod error;
mod manual;
mod parse;
mod replaced;
mod scope;
mod secret;
mod settings;
#[cfg(test)]
mod tests;
mod topology;

use std::collections::BTreeMap;
use std::fmt;

pub use error::ConfigError;
pub use manual::manual;
pub use secret::is_secret;
pub use settings::{ProcessingGuarantee, TaskIdle};

pub(crate) use topology::DslStoreFormat;

use scope::{Scope, scope_of};

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

impl ClientKind {
    /// Prefixes of its properties; a later one overrides an earlier one.
    const fn prefixes(self) -> &'static [&'static str] {
        match self {
            Self::Consumer => &[scope::CONSUMER, scope::MAIN_CONSUMER],
            Self::Producer => &[scope::PRODUCER],
            Self::Admin => &[scope::ADMIN],
        }
    }
}

/// The settings of an application.
///
/// Keys are those of Kafka Streams where there is the same setting; `docs/configuration.md` lists
/// them. A key that is not ours is a property of the Kafka client: without a prefix for every
/// client, behind `consumer.`, `producer.` or `admin.` for one, which overrides. Behind `topic.` it
/// is a property of the internal topics.
///
/// Setting a key does not check it: [`validate`](Self::validate) tells all that is wrong at once,
/// and an application does so before it starts. `Debug` and `Display` hide secrets
/// ([`is_secret`]).
///
/// Semantics: `org.apache.kafka.streams.StreamsConfig`.
///
/// ```
/// use headwater_core::config::{ClientKind, StreamsConfig};
///
/// let config = StreamsConfig::new("alerts")
///     .set("bootstrap.servers", "broker-1:9092")
///     .set("commit.interval.ms", 1_000)
///     .set("producer.compression.type", "zstd");
/// config.validate()?;
/// assert_eq!(config.commit_interval().as_secs(), 1);
///
/// let producer = config.client_properties(ClientKind::Producer);
/// assert_eq!(producer["bootstrap.servers"], "broker-1:9092");
/// assert_eq!(producer["compression.type"], "zstd");
/// # Ok::<(), headwater_core::config::ConfigError>(())
/// ```
#[derive(Clone, Default)]
pub struct StreamsConfig {
    entries: BTreeMap<String, String>,
}

impl StreamsConfig {
    /// Settings of the application of this id, all else at its default.
    ///
    /// The id is 1 to 249 ASCII letters, digits, `.`, `_` and `-`.
    pub fn new(application_id: impl Into<String>) -> Self {
        Self::default().set("application.id", application_id.into())
    }

    /// Sets one key; what was set under it before is forgotten.
    #[must_use]
    #[allow(clippy::needless_pass_by_value)] // a number is given as it stands, not by reference
    pub fn set(mut self, key: impl Into<String>, value: impl ToString) -> Self {
        self.entries.insert(key.into(), value.to_string());
        self
    }

    /// What was set under this key, secrets included; `None` if nothing was.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.entries.get(key).map(String::as_str)
    }

    /// Everything that was set, by key, secrets included.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let entries = self.entries.iter();
        entries.map(|(key, value)| (key.as_str(), value.as_str()))
    }

    /// Whether an application can run with these settings.
    ///
    /// Properties of the Kafka client are not checked here, but for a few that Java and librdkafka
    /// read differently: the client does so when it is created.
    ///
    /// # Errors
    /// All problems at once, each naming the key, the value, what is allowed, and the way out.
    pub fn validate(&self) -> Result<(), ConfigError> {
        ConfigError::of(check::problems(self)).map_or(Ok(()), Err)
    }

    /// The properties for a client: unprefixed ones that are not ours, overridden by prefixed ones.
    ///
    /// Semantics: `StreamsConfig.getMainConsumerConfigs`, `getProducerConfigs`, `getAdminConfigs`,
    /// without the overrides that these add.
    pub fn client_properties(&self, client: ClientKind) -> BTreeMap<String, String> {
        let everyone = self
            .iter()
            .filter(|(key, _)| scope_of(key) == Scope::EveryClient);
        let mut properties: BTreeMap<_, _> = everyone.map(owned).collect();
        for wanted in client.prefixes() {
            properties.extend(self.iter().filter_map(|(key, value)| match scope_of(key) {
                Scope::OneClient { prefix, name } if prefix == *wanted => {
                    Some(owned((name, value)))
                }
                _ => None,
            }));
        }
        properties
    }

    /// The properties behind `topic.`, for the topics that the library creates.
    ///
    /// Semantics: `StreamsConfig.TOPIC_PREFIX`.
    pub fn internal_topic_properties(&self) -> BTreeMap<String, String> {
        let properties = self.iter().filter_map(|(key, value)| match scope_of(key) {
            Scope::InternalTopic(name) => Some(owned((name, value))),
            _ => None,
        });
        properties.collect()
    }
}

fn owned((key, value): (&str, &str)) -> (String, String) {
    (key.to_owned(), value.to_owned())
}

/// Secrets are hidden.
impl fmt::Debug for StreamsConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self
            .iter()
            .map(|(key, value)| (key, secret::shown(key, value)));
        f.debug_map().entries(shown).finish()
    }
}

/// One `key = value` a line; secrets are hidden.
impl fmt::Display for StreamsConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, (key, value)) in self.iter().enumerate() {
            if place > 0 {
                writeln!(f)?;
            }
            write!(f, "{key} = {}", secret::shown(key, value))?;
        }
        Ok(())
    }
}
