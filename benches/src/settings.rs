//! Settings of the client that both sides of a comparison share.

use rdkafka::ClientConfig;

use crate::cli::RunArguments;

/// What a consumer of either side is told.
pub(crate) const CONSUMER: &[(&str, &str)] = &[
    ("auto.offset.reset", "earliest"),
    // How long a full queue of a partition waits before it fetches again; the default of 1 s
    // starves a reader that catches up.
    ("fetch.queue.backoff.ms", "10"),
    ("queued.max.messages.kbytes", "65536"),
];

/// Prefetched records at which a partition is no longer fetched. librdkafka counts them by
/// queue: rust-rdkafka has one for all partitions, Headwater one for each of the four, so that
/// both hold about as much. More costs CPU: what is prefetched leaves the caches.
const QUEUED_MIN_MESSAGES: &str = "queued.min.messages";
const QUEUED_TOGETHER: &str = "100000";
const QUEUED_PER_PARTITION: &str = "25000";

/// What a producer of either side is told, besides its compression.
const PRODUCER: &[(&str, &str)] = &[
    ("acks", "all"),
    ("enable.idempotence", "true"),
    ("linger.ms", "50"),
    ("batch.size", "1000000"),
    ("batch.num.messages", "100000"),
    ("queue.buffering.max.messages", "1000000"),
    ("queue.buffering.max.kbytes", "1048576"),
    ("partitioner", "murmur2_random"),
    ("delivery.report.only.error", "true"),
];

/// The client settings of a Headwater application.
pub(crate) fn application() -> impl Iterator<Item = (String, &'static str)> {
    let queued = &[(QUEUED_MIN_MESSAGES, QUEUED_PER_PARTITION)];
    let consumer = CONSUMER
        .iter()
        .chain(queued)
        .map(|(name, value)| (format!("consumer.{name}"), *value));
    let producer = PRODUCER
        .iter()
        .map(|(name, value)| (format!("producer.{name}"), *value));
    consumer.chain(producer)
}

/// The settings of a hand-written consumer. Offsets are marked as they are handed out, and
/// committed by hand.
pub(crate) fn consumer(arguments: &RunArguments) -> ClientConfig {
    let mut config = client(&arguments.brokers, CONSUMER);
    config
        .set(QUEUED_MIN_MESSAGES, QUEUED_TOGETHER)
        .set("group.id", &arguments.app_id)
        .set("enable.auto.commit", "false");
    config
}

/// The settings of a producer at these brokers.
pub(crate) fn producer(brokers: &str, compression: &str) -> ClientConfig {
    let mut config = client(brokers, PRODUCER);
    config.set("compression.type", compression);
    config
}

/// A client at these brokers with these properties.
pub(crate) fn client(brokers: &str, properties: &[(&str, &str)]) -> ClientConfig {
    let mut config = ClientConfig::new();
    config.set("bootstrap.servers", brokers);
    for &(name, value) in properties {
        config.set(name, value);
    }
    config
}
