//! Properties of the clients: the user's, our defaults, and those that are ours alone.

mod owned;
mod spelling;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use headwater_core::config::{ClientKind, is_secret};
use headwater_runtime::port::{Assignor, ClientError, ClientErrorKind, ConsumerSettings};

use crate::native::Conf;

const BOOTSTRAP_SERVERS: &str = "bootstrap.servers";

/// For every client.
const COMMON_DEFAULTS: &[(&str, &str)] = &[
    // New topics and partitions are noticed within so long; librdkafka's 5 minutes are too late
    // for a repartition topic that grows.
    ("topic.metadata.refresh.interval.ms", "10000"),
];

/// What a consumer gets unless the user says otherwise.
const CONSUMER_DEFAULTS: &[(&str, &str)] = &[
    // As Kafka Streams.
    ("auto.offset.reset", "earliest"),
    ("allow.auto.create.topics", "false"),
    // How long a partition whose queue was full waits before it fetches again: 1 s would starve
    // a fast reader.
    ("fetch.queue.backoff.ms", "10"),
    // Both count per partition, as each has a queue of its own. 25,000 records last 25 ms at a
    // million a second; the bytes bound the memory.
    ("queued.min.messages", "25000"),
    ("queued.max.messages.kbytes", "16384"),
];

/// For members that the client side assigns partitions to. Polling never waits for processing,
/// so a silent member is a dead one and can be replaced soon.
const CLASSIC_DEFAULTS: &[(&str, &str)] = &[
    ("session.timeout.ms", "10000"),
    ("heartbeat.interval.ms", "3000"),
];

/// What a producer gets unless the user says otherwise.
const PRODUCER_DEFAULTS: &[(&str, &str)] = &[
    // As Kafka Streams; a commit does not wait for it.
    ("linger.ms", "100"),
    ("acks", "all"),
    // Java's partitioner, so that co-partitioned topics stay so.
    ("partitioner", "murmur2_random"),
    // As in Java: retries neither reorder nor duplicate.
    ("enable.idempotence", "true"),
    ("delivery.report.only.error", "true"),
    ("queue.buffering.max.messages", "500000"),
    ("queue.buffering.max.kbytes", "262144"),
    // How long a topic may stay unknown before its records fail.
    ("topic.metadata.propagation.max.ms", "10000"),
];

/// The properties of one kind of client, checked for those that are not the user's to set.
pub(crate) struct ClientProperties {
    kind: ClientKind,
    given: BTreeMap<String, String>,
}

impl ClientProperties {
    /// # Errors
    /// If one of them is ours, or runs code.
    pub(crate) fn new(
        kind: ClientKind,
        mut given: BTreeMap<String, String>,
    ) -> Result<Self, ClientError> {
        for (name, value) in &given {
            owned::check(name, value)?;
        }
        given.remove(BOOTSTRAP_SERVERS);
        Ok(Self { kind, given })
    }

    /// The same with this value where the user has set none.
    pub(crate) fn or_default(mut self, name: &str, value: &str) -> Self {
        let given = self.given.entry(name.to_owned());
        given.or_insert_with(|| value.to_owned());
        self
    }

    /// What the user set.
    pub(crate) fn given(&self, name: &str) -> Option<&str> {
        self.given.get(name).map(String::as_str)
    }

    /// How often the cluster's topics are looked at.
    pub(crate) fn metadata_interval(&self) -> Duration {
        let given = self.given("topic.metadata.refresh.interval.ms");
        let millis = given.and_then(|value| value.parse().ok()).unwrap_or(10_000);
        Duration::from_millis(millis)
    }

    /// Whether the user asks for fewer acknowledgements than all.
    fn lowers_acks(&self) -> bool {
        let names = ["acks", "request.required.acks"];
        let asked = names.iter().find_map(|name| self.given(name));
        matches!(asked, Some("0" | "1"))
    }

    /// A client of this kind; a consumer that is a member of no group.
    ///
    /// # Errors
    /// If librdkafka knows no such property or no such value.
    pub(crate) fn conf(&self, address: &str, client_id: &str) -> Result<Conf, ClientError> {
        let mut properties = BTreeMap::from([
            (BOOTSTRAP_SERVERS, address),
            ("client.id", client_id),
            ("log_level", "7"),
        ]);
        // librdkafka says at level 7 only what `debug` asks for; `tracing` filters the rest.
        properties.extend(COMMON_DEFAULTS.iter().copied());
        match self.kind {
            ClientKind::Consumer => {
                properties.extend(CONSUMER_DEFAULTS.iter().copied());
                if self.is_broker_assigned() {
                    properties.insert("group.remote.assignor", "range");
                } else {
                    properties.extend(CLASSIC_DEFAULTS.iter().copied());
                }
            }
            ClientKind::Producer => {
                properties.extend(PRODUCER_DEFAULTS.iter().copied());
                if self.lowers_acks() {
                    // As in Java: fewer acknowledgements than all exclude idempotence.
                    properties.insert("enable.idempotence", "false");
                }
            }
            ClientKind::Admin => {}
        }
        for (name, value) in &self.given {
            properties.insert(name, value);
        }
        let mut conf = Conf::new();
        for (name, value) in properties {
            set(&mut conf, name, value)?;
        }
        Ok(conf)
    }

    /// A member of the group of `settings`.
    ///
    /// # Errors
    /// As for [`conf`](Self::conf).
    pub(crate) fn consumer_conf(
        &self,
        address: &str,
        client_id: &str,
        settings: &ConsumerSettings,
    ) -> Result<Conf, ClientError> {
        let mut conf = self.conf(address, client_id)?;
        set(&mut conf, "group.id", &settings.group_id)?;
        set(&mut conf, "enable.auto.commit", "false")?;
        set(&mut conf, "enable.auto.offset.store", "false")?;
        // At-least-once reads as Kafka Streams does; librdkafka's default is the other one.
        set(&mut conf, "isolation.level", "read_uncommitted")?;
        let eof = settings.report_caught_up.to_string();
        set(&mut conf, "enable.partition.eof", &eof)?;
        if !self.is_broker_assigned() {
            let assignor = match settings.assignor {
                Assignor::CooperativeSticky => "cooperative-sticky",
                Assignor::Range => "range",
            };
            set(&mut conf, "partition.assignment.strategy", assignor)?;
        }
        Ok(conf)
    }

    /// Whether the broker assigns the partitions (KIP-848).
    fn is_broker_assigned(&self) -> bool {
        self.given("group.protocol")
            .is_some_and(|protocol| protocol.eq_ignore_ascii_case("consumer"))
    }
}

impl fmt::Debug for ClientProperties {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map()
            .entries(self.given.iter().map(|(name, value)| {
                let shown = if is_secret(name) { "[redacted]" } else { value };
                (name, shown)
            }))
            .finish()
    }
}

/// The address of the cluster.
///
/// # Errors
/// If there is none.
pub(crate) fn bootstrap_servers(
    properties: &BTreeMap<String, String>,
) -> Result<String, ClientError> {
    match properties.get(BOOTSTRAP_SERVERS).map(|value| value.trim()) {
        Some(address) if !address.is_empty() => Ok(address.to_owned()),
        _ => Err(ClientError::new(
            ClientErrorKind::Configuration,
            "bootstrap.servers is not set: set it to the address of a broker, such as \
             localhost:9092, or start an EmbeddedBroker",
        )),
    }
}

fn set(conf: &mut Conf, name: &str, value: &str) -> Result<(), ClientError> {
    conf.set(name, value).map_err(|refusal| {
        let message = if refusal.reason.starts_with("No such configuration property") {
            format!(
                "there is no client property {name}{}",
                spelling::hint(name, &Conf::known_names())
            )
        } else if is_secret(name) {
            format!("client property {name} is refused; its value is not shown")
        } else {
            format!("client property {name}: {}", refusal.reason)
        };
        ClientError::new(ClientErrorKind::Configuration, message)
    })
}
