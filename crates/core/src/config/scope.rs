//! Whom a key is for: us, every client, one client, or our internal topics.

use super::defs;

/// Whom a key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope<'a> {
    /// A key of our table.
    Ours,
    /// A client property without a prefix.
    EveryClient,
    /// A client property behind the prefix of a client.
    OneClient { prefix: &'static str, name: &'a str },
    /// A topic property behind `topic.`.
    InternalTopic(&'a str),
}

pub(super) const CONSUMER: &str = "consumer.";
pub(super) const MAIN_CONSUMER: &str = "main.consumer.";
pub(super) const PRODUCER: &str = "producer.";
pub(super) const ADMIN: &str = "admin.";

/// Restore and global consumers come with stateful operators; until then nobody reads their
/// properties, and nobody else gets them.
const CLIENT_PREFIXES: &[&str] = &[
    CONSUMER,
    MAIN_CONSUMER,
    "restore.consumer.",
    "global.consumer.",
    PRODUCER,
    ADMIN,
];

const TOPIC: &str = "topic.";

/// Client properties of librdkafka that begin as Kafka Streams' topic properties do.
const TOPIC_CLIENT_PROPERTIES: &[&str] = &["topic.metadata.", "topic.blacklist"];

pub(super) fn scope_of(key: &str) -> Scope<'_> {
    if defs::find(key).is_some() {
        return Scope::Ours;
    }
    for prefix in CLIENT_PREFIXES {
        if let Some(name) = key.strip_prefix(prefix) {
            return Scope::OneClient { prefix, name };
        }
    }
    let is_client_property = |start: &&str| key.starts_with(start);
    match key.strip_prefix(TOPIC) {
        Some(name) if !TOPIC_CLIENT_PROPERTIES.iter().any(is_client_property) => {
            Scope::InternalTopic(name)
        }
        _ => Scope::EveryClient,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use crate::config::{ClientKind, StreamsConfig};

    fn properties(entries: &[(&str, &str)]) -> BTreeMap<String, String> {
        entries
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect()
    }

    #[test]
    fn prefixed_properties_override_for_their_client_only() {
        let config = StreamsConfig::new("app")
            .set("commit.interval.ms", 5)
            .set("bootstrap.servers", "broker:9092")
            .set("fetch.min.bytes", 1)
            .set("consumer.fetch.min.bytes", 2)
            .set("main.consumer.fetch.min.bytes", 3)
            .set("consumer.client.rack", "a")
            .set("restore.consumer.fetch.min.bytes", 4)
            .set("global.consumer.fetch.min.bytes", 5)
            .set("producer.linger.ms", 6)
            .set("admin.socket.timeout.ms", 7)
            .set("topic.metadata.refresh.interval.ms", 8)
            .set("topic.segment.bytes", 9);
        config.validate().unwrap();
        let everyone = [
            ("bootstrap.servers", "broker:9092"),
            ("topic.metadata.refresh.interval.ms", "8"),
        ];
        let with = |own: &[(&str, &str)]| properties(&[&everyone, own].concat());
        assert_eq!(
            config.client_properties(ClientKind::Consumer),
            with(&[("client.rack", "a"), ("fetch.min.bytes", "3")])
        );
        assert_eq!(
            config.client_properties(ClientKind::Producer),
            with(&[("fetch.min.bytes", "1"), ("linger.ms", "6")])
        );
        assert_eq!(
            config.client_properties(ClientKind::Admin),
            with(&[("fetch.min.bytes", "1"), ("socket.timeout.ms", "7")])
        );
        assert_eq!(
            config.internal_topic_properties(),
            properties(&[("segment.bytes", "9")])
        );
    }
}
