//! A cluster with topics of the test's own, and an independent client to look at them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use headwater::AppBuilder;
use headwater::prelude::*;
use rdkafka::admin::{AdminClient, AdminOptions, NewPartitions, NewTopic, TopicReplication};
use rdkafka::client::DefaultClientContext;
use rdkafka::consumer::{BaseConsumer, Consumer};
use rdkafka::message::{Header, Headers as _, OwnedHeaders};
use rdkafka::producer::{BaseRecord, DefaultProducerContext, Producer, ThreadedProducer};
use rdkafka::{ClientConfig, Message, Offset, TopicPartitionList};

/// Nothing here takes so long unless it hangs.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// A record as the independent client sees it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Seen {
    pub(crate) partition: i32,
    pub(crate) key: Option<Vec<u8>>,
    pub(crate) value: Option<Vec<u8>>,
    pub(crate) timestamp: Option<i64>,
    pub(crate) headers: Vec<(String, Option<Vec<u8>>)>,
}

impl Seen {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(self.value.as_deref().unwrap_or_default()).into_owned()
    }
}

/// Where the tests run: this file is compiled twice, as the target `app` for the embedded broker
/// and as the target `broker` for the one that `HEADWATER_BROKER` names.
const ON_REAL_BROKER: bool = matches!(env!("CARGO_CRATE_NAME").as_bytes(), b"broker");

enum Broker {
    Embedded(EmbeddedBroker),
    Real(String),
}

/// A cluster, with names that no other test uses.
pub(crate) struct Lab {
    broker: Broker,
    name: String,
    producer: ThreadedProducer<DefaultProducerContext>,
}

impl Lab {
    /// A lab, or none where the tests are for a real broker and there is none.
    pub(crate) fn open() -> Option<Self> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        // With `RUST_LOG` a failing test tells its story.
        let log = tracing_subscriber::fmt().with_test_writer();
        let log = log.with_env_filter(tracing_subscriber::EnvFilter::from_default_env());
        let _ = log.try_init();
        let broker = if ON_REAL_BROKER {
            Broker::Real(real_broker()?)
        } else {
            Broker::Embedded(EmbeddedBroker::start().unwrap())
        };
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let mut client = ClientConfig::new();
        client.set("bootstrap.servers", broker.address());
        Some(Self {
            producer: client.create().unwrap(),
            broker,
            name: format!("test-{}-{number}", std::process::id()),
        })
    }

    pub(crate) fn topic(&self, name: &str, partitions: u32) -> String {
        let topic = format!("{}-{name}", self.name);
        self.set_partitions(&topic, partitions);
        topic
    }

    /// Creates a topic.
    fn set_partitions(&self, topic: &str, partitions: u32) {
        match &self.broker {
            Broker::Embedded(broker) => broker.create_topic(topic, partitions).unwrap(),
            Broker::Real(_) => {
                let partitions = i32::try_from(partitions).unwrap();
                let new = NewTopic::new(topic, partitions, TopicReplication::Fixed(1));
                let admin = self.admin();
                let created = admin.create_topics([&new], &AdminOptions::new());
                let created = futures_executor::block_on(created).unwrap();
                created.into_iter().next().unwrap().unwrap();
            }
        }
    }

    /// Adds partitions to a topic; only a real broker can.
    pub(crate) fn add_partitions(&self, topic: &str, partitions: usize) -> bool {
        if matches!(self.broker, Broker::Embedded(_)) {
            return false;
        }
        let more = NewPartitions::new(topic, partitions);
        let admin = self.admin();
        let added = admin.create_partitions([&more], &AdminOptions::new());
        let added = futures_executor::block_on(added).unwrap();
        added.into_iter().next().unwrap().unwrap();
        true
    }

    /// The settings of an application that commits often.
    pub(crate) fn config(&self) -> StreamsConfig {
        let config = StreamsConfig::new(self.group())
            .set("bootstrap.servers", self.broker.address())
            .set("commit.interval.ms", 100)
            .set("topic.metadata.refresh.interval.ms", 300)
            .set("producer.linger.ms", 1);
        match self.broker {
            // The mock ends a rebalance one second before the session would.
            Broker::Embedded(_) => config
                .set("session.timeout.ms", 2_000)
                .set("heartbeat.interval.ms", 300),
            Broker::Real(_) => config,
        }
    }

    pub(crate) fn group(&self) -> String {
        format!("{}-app", self.name)
    }

    pub(crate) fn start(&self, topology: Topology) -> App {
        self.start_with(topology, &self.config(), FailurePolicy::stop())
    }

    pub(crate) fn start_with(
        &self,
        topology: Topology,
        config: &StreamsConfig,
        policy: FailurePolicy,
    ) -> App {
        let builder = App::builder(topology, config.clone()).failure_policy(policy);
        self.try_start(builder, config).unwrap()
    }

    pub(crate) fn try_start(
        &self,
        builder: AppBuilder,
        config: &StreamsConfig,
    ) -> Result<App, AppError> {
        match &self.broker {
            Broker::Embedded(broker) => builder.start(broker.cluster(config).unwrap()),
            Broker::Real(_) => builder.start(KafkaCluster::new(config).unwrap()),
        }
    }

    /// Writes texts to one partition, stamped with their index.
    pub(crate) fn write(&self, topic: &str, partition: i32, texts: &[&str]) {
        write(&self.producer, topic, partition, texts);
    }

    /// As `write`, with a client that has not seen the topic with fewer partitions.
    pub(crate) fn write_anew(&self, topic: &str, partition: i32, texts: &[&str]) {
        write(&self.client().create().unwrap(), topic, partition, texts);
    }

    /// Reads a topic from its beginning until it has so many records.
    pub(crate) fn read(&self, topic: &str, records: usize) -> Vec<Seen> {
        self.read_until(topic, |seen| seen.len() >= records)
    }

    /// Reads a topic from its beginning until it has so many different texts: at least once
    /// allows for the same text again.
    pub(crate) fn read_distinct(&self, topic: &str, texts: usize) -> BTreeSet<String> {
        let distinct = |seen: &[Seen]| seen.iter().map(Seen::text).collect::<BTreeSet<_>>();
        distinct(&self.read_until(topic, |seen| distinct(seen).len() >= texts))
    }

    fn read_until(&self, topic: &str, enough: impl Fn(&[Seen]) -> bool) -> Vec<Seen> {
        let consumer = self.reader();
        let metadata = consumer.fetch_metadata(Some(topic), PATIENCE).unwrap();
        let mut list = TopicPartitionList::new();
        for partition in metadata.topics().first().unwrap().partitions() {
            list.add_partition_offset(topic, partition.id(), Offset::Beginning)
                .unwrap();
        }
        consumer.assign(&list).unwrap();
        let mut seen = Vec::new();
        let deadline = deadline();
        while !enough(&seen) {
            let texts = || seen.iter().map(Seen::text).collect::<Vec<_>>();
            assert!(!deadline.is_over(), "{topic} has only {:?}", texts());
            if let Some(message) = consumer.poll(Duration::from_millis(100)) {
                seen.push(look_at(&message.unwrap()));
            }
        }
        seen
    }

    /// The committed offsets of the application's group, by partition.
    pub(crate) fn committed(&self, topic: &str) -> BTreeMap<i32, i64> {
        let consumer = self.reader();
        let metadata = consumer.fetch_metadata(Some(topic), PATIENCE).unwrap();
        let mut list = TopicPartitionList::new();
        for partition in metadata.topics().first().unwrap().partitions() {
            list.add_partition(topic, partition.id());
        }
        let committed = consumer.committed_offsets(list, PATIENCE).unwrap();
        let elements = committed.elements();
        let offsets = elements
            .iter()
            .filter_map(|element| match element.offset() {
                Offset::Offset(offset) => Some((element.partition(), offset)),
                _ => None,
            });
        offsets.collect()
    }

    fn client(&self) -> ClientConfig {
        let mut config = ClientConfig::new();
        config.set("bootstrap.servers", self.broker.address());
        config
    }

    fn admin(&self) -> AdminClient<DefaultClientContext> {
        self.client().create().unwrap()
    }

    fn reader(&self) -> BaseConsumer {
        let mut config = self.client();
        config
            .set("group.id", self.group())
            .set("enable.auto.commit", "false");
        config.create().unwrap()
    }
}

fn write(
    producer: &ThreadedProducer<DefaultProducerContext>,
    topic: &str,
    partition: i32,
    texts: &[&str],
) {
    for (at, text) in texts.iter().enumerate() {
        let headers = OwnedHeaders::new().insert(Header {
            key: "origin",
            value: Some("test"),
        });
        let record = BaseRecord::to(topic)
            .partition(partition)
            .key(*text)
            .payload(*text)
            .timestamp(i64::try_from(at).unwrap())
            .headers(headers);
        producer.send(record).map_err(|(error, _)| error).unwrap();
    }
    producer.flush(PATIENCE).unwrap();
}

impl Broker {
    fn address(&self) -> &str {
        match self {
            Self::Embedded(broker) => broker.bootstrap_servers(),
            Self::Real(address) => address,
        }
    }
}

fn real_broker() -> Option<String> {
    let address = std::env::var("HEADWATER_BROKER").ok();
    let required = std::env::var("HEADWATER_REQUIRE_BROKER").is_ok_and(|value| value == "1");
    assert!(
        address.is_some() || !required,
        "HEADWATER_BROKER names no broker; `cargo xtask test` starts one"
    );
    if address.is_none() {
        eprintln!("not run: HEADWATER_BROKER names no broker; `cargo xtask test` starts one");
    }
    address
}

fn look_at(message: &rdkafka::message::BorrowedMessage<'_>) -> Seen {
    let headers = message.headers().map(|headers| {
        let headers = headers.iter();
        headers
            .map(|header| (header.key.to_owned(), header.value.map(<[u8]>::to_vec)))
            .collect()
    });
    Seen {
        partition: message.partition(),
        key: message.key().map(<[u8]>::to_vec),
        value: message.payload().map(<[u8]>::to_vec),
        timestamp: message.timestamp().to_millis(),
        headers: headers.unwrap_or_default(),
    }
}

/// The end of a test's patience.
pub(crate) struct Deadline(Instant);

#[expect(clippy::disallowed_methods, reason = "a test that hangs must end")]
pub(crate) fn deadline() -> Deadline {
    Deadline(Instant::now() + PATIENCE)
}

impl Deadline {
    #[expect(clippy::disallowed_methods, reason = "a test that hangs must end")]
    pub(crate) fn is_over(&self) -> bool {
        Instant::now() >= self.0
    }

    /// Looks again until it holds.
    pub(crate) fn wait_until(&self, what: &str, holds: impl Fn() -> bool) {
        while !holds() {
            assert!(!self.is_over(), "{what} did not happen");
            std::thread::park_timeout(Duration::from_millis(5));
        }
    }
}
