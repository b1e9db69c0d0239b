//! A member of a group that answers rebalances, and a sender.

use std::collections::BTreeSet;
use std::time::Duration;

use headwater_core::config::StreamsConfig;
use headwater_core::record::{
    Headers, OutputBuffer, OutputRecord, Partition, RawRecord, TopicIndex, TopicPartition,
};
use headwater_core::time::Timestamp;
use headwater_kafka::{EmbeddedBroker, EmbeddedCluster};
use headwater_runtime::port::{
    Assignor, Cluster, Consumer, ConsumerEvent, ConsumerSettings, Producer, Rebalance, StartAt,
    Subscription, TopicHandle,
};

/// A test that has polled so often without what it waits for has failed.
pub(crate) const POLLS_MAX: usize = 600;
pub(crate) const POLL_TIMEOUT: Duration = Duration::from_millis(50);
pub(crate) const FLUSH_TIMEOUT: Duration = Duration::from_secs(10);

pub(crate) fn broker_with(topic: &str, partitions: u32) -> (EmbeddedBroker, EmbeddedCluster) {
    let broker = EmbeddedBroker::start().unwrap();
    broker.create_topic(topic, partitions).unwrap();
    let cluster = broker.cluster(&StreamsConfig::new("app")).unwrap();
    (broker, cluster)
}

pub(crate) fn settings() -> ConsumerSettings {
    ConsumerSettings {
        group_id: "app".to_owned(),
        assignor: Assignor::CooperativeSticky,
        report_caught_up: true,
        batch_records_max: 100,
    }
}

pub(crate) fn partition(topic: &str, index: i32) -> TopicPartition {
    TopicPartition::new(topic, Partition::new(index))
}

pub(crate) fn any_topic() -> TopicIndex {
    OutputBuffer::default().topic("the handle counts, not this")
}

/// Sends values "0", "1", … to one partition.
pub(crate) struct Sender {
    pub(crate) producer: Box<dyn Producer>,
    pub(crate) topic: TopicHandle,
    next: u32,
}

impl Sender {
    pub(crate) fn new(cluster: &dyn Cluster, topic: &str) -> Self {
        let mut producer = cluster.producer().unwrap();
        let topic = producer.topic(topic).unwrap();
        Self {
            producer,
            topic,
            next: 0,
        }
    }

    pub(crate) fn send(&mut self, partition: i32) {
        let headers = Headers::new();
        let value = self.next.to_string();
        let record = OutputRecord {
            topic: any_topic(),
            partition: Some(Partition::new(partition)),
            key: None,
            value: Some(value.as_bytes()),
            timestamp: Timestamp::from_millis(i64::from(self.next) + 1),
            headers: &headers,
        };
        self.producer.send(self.topic, &record).unwrap();
        self.next += 1;
    }

    pub(crate) fn send_many(&mut self, partition: i32, count: u32) {
        (0..count).for_each(|_| self.send(partition));
        self.flush();
    }

    pub(crate) fn flush(&mut self) {
        self.producer.flush(FLUSH_TIMEOUT).unwrap();
    }
}

/// A record copied out of its batch.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Seen {
    pub(crate) partition: TopicPartition,
    pub(crate) offset: i64,
    pub(crate) key: Option<Vec<u8>>,
    pub(crate) value: Option<Vec<u8>>,
    pub(crate) timestamp: i64,
    pub(crate) headers: Headers,
}

impl Seen {
    fn new(partition: &TopicPartition, record: RawRecord<'_>) -> Self {
        Self {
            partition: partition.clone(),
            offset: record.offset.number(),
            key: record.key.map(<[u8]>::to_vec),
            value: record.value.map(<[u8]>::to_vec),
            timestamp: record.timestamp.as_millis(),
            headers: record.headers,
        }
    }

    pub(crate) fn number(&self) -> u32 {
        let value = std::str::from_utf8(self.value.as_deref().unwrap()).unwrap();
        value.parse().unwrap()
    }
}

/// A consumer whose rebalances are answered at once.
pub(crate) struct Member {
    pub(crate) consumer: Box<dyn Consumer>,
    pub(crate) start: StartAt,
    pub(crate) assigned: BTreeSet<TopicPartition>,
    pub(crate) caught_up: BTreeSet<TopicPartition>,
    pub(crate) seen: Vec<Seen>,
    /// Everything ever taken away.
    pub(crate) given_back: Vec<TopicPartition>,
    pub(crate) failures: Vec<String>,
    /// How many rebalances were answered.
    pub(crate) rebalances: usize,
}

impl Member {
    pub(crate) fn new(cluster: &dyn Cluster, topics: &[&str]) -> Self {
        let topics = topics.iter().map(|&topic| topic.to_owned()).collect();
        Self::subscribed(
            cluster,
            &Subscription {
                topics,
                patterns: Vec::new(),
            },
        )
    }

    pub(crate) fn subscribed(cluster: &dyn Cluster, subscription: &Subscription) -> Self {
        let mut consumer = cluster.consumer(&settings()).unwrap();
        consumer.subscribe(subscription).unwrap();
        Self {
            consumer,
            start: StartAt::Committed,
            assigned: BTreeSet::new(),
            caught_up: BTreeSet::new(),
            seen: Vec::new(),
            given_back: Vec::new(),
            failures: Vec::new(),
            rebalances: 0,
        }
    }

    pub(crate) fn step(&mut self, timeout: Duration) {
        let mut events = Vec::new();
        self.consumer.poll(timeout, &mut events);
        for event in events {
            match event {
                ConsumerEvent::Fetched { partition, batch } => {
                    self.caught_up.remove(&partition);
                    let records = (0..batch.len()).map(|index| batch.record(index));
                    self.seen
                        .extend(records.map(|record| Seen::new(&partition, record)));
                }
                ConsumerEvent::CaughtUp(partition) => {
                    self.caught_up.insert(partition);
                }
                ConsumerEvent::Failed(error) => self.failures.push(error.to_string()),
                ConsumerEvent::Rebalance(rebalance) => self.answer(&rebalance),
            }
        }
    }

    fn answer(&mut self, rebalance: &Rebalance) {
        self.rebalances += 1;
        let mut starts = Vec::new();
        match rebalance {
            Rebalance::Assigned(partitions) => {
                starts.extend(partitions.iter().map(|p| (p.clone(), self.start)));
                self.assigned.extend(partitions.iter().cloned());
            }
            Rebalance::Revoked(partitions, _) | Rebalance::Lost(partitions) => {
                self.given_back.extend(partitions.iter().cloned());
                for partition in partitions {
                    self.assigned.remove(partition);
                    self.caught_up.remove(partition);
                }
            }
        }
        self.consumer.complete(rebalance, &starts).unwrap();
    }

    pub(crate) fn step_until(&mut self, what: &str, done: impl Fn(&Self) -> bool) {
        for _ in 0..POLLS_MAX {
            if done(self) {
                return;
            }
            self.step(POLL_TIMEOUT);
        }
        panic!("{what} has not come true; failures: {:?}", self.failures);
    }

    pub(crate) fn numbers(&self) -> Vec<u32> {
        self.seen.iter().map(Seen::number).collect()
    }
}
