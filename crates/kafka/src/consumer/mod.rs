//! Reading: one queue for the group, one for each partition, one thread that empties them.

mod assignment;
mod group_event;
mod reader;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use headwater_core::record::{Offset, TopicPartition};
use headwater_runtime::port::{
    ClientError, ClientErrorKind, Consumer, ConsumerEvent, ConsumerSettings, OffsetCommitter,
    Rebalance, RebalanceProtocol, StartAt, Subscription, Wake,
};

use self::group_event::{group_event, rebalance_of};
use self::reader::Reader;
use crate::committer::Committer;
use crate::error::client_error;
use crate::native::{Client, Message, PartitionList, Protocol, Queue, Refusal, Signal};
use crate::pattern::TopicPatterns;
use crate::properties::ClientProperties;

/// At most so many errors are taken from the group's queue at a time; records are not in it.
const GROUP_MESSAGES_MAX: usize = 64;

/// librdkafka takes a member for stuck that does not look at its queue within
/// `max.poll.interval.ms`; a wait ends long before.
const WAIT_MAX: Duration = Duration::from_secs(10);

/// How long listing the topics for a pattern may hold up the poll.
const LISTING_TIMEOUT: Duration = Duration::from_secs(5);

/// A member of a group.
#[derive(Debug)]
pub(crate) struct KafkaConsumer {
    /// Messages on their way into batches; empty between calls.
    taken: Vec<Message>,
    group_queue: Queue,
    readers: BTreeMap<TopicPartition, Reader>,
    patterns: Option<TopicPatterns>,
    subscribed: Vec<String>,
    /// A rebalance was handed out and waits for `complete`.
    rebalancing: bool,
    client: Arc<Client>,
    signal: Arc<Signal>,
    address: String,
    group_id: String,
    batch_records_max: usize,
    metadata_interval: Duration,
    reset_to: i64,
}

impl KafkaConsumer {
    pub(crate) fn new(
        client: Arc<Client>,
        address: &str,
        settings: &ConsumerSettings,
        properties: &ClientProperties,
    ) -> Self {
        let signal = Arc::new(Signal::default());
        let reset_to = match properties.given("auto.offset.reset") {
            Some("latest" | "largest" | "end") => PartitionList::END,
            _ => PartitionList::BEGINNING,
        };
        Self {
            taken: Vec::new(),
            group_queue: Queue::of_consumer(&client, &signal),
            readers: BTreeMap::new(),
            patterns: None,
            subscribed: Vec::new(),
            rebalancing: false,
            client,
            signal,
            address: address.to_owned(),
            group_id: settings.group_id.clone(),
            batch_records_max: settings.batch_records_max.max(1),
            metadata_interval: properties.metadata_interval(),
            reset_to,
        }
    }

    /// Reads the queues once, without waiting: the group's first, so that nothing is handed out
    /// after a rebalance has come up.
    fn take_arrived(&mut self, events: &mut Vec<ConsumerEvent>) {
        self.signal.expect_arrivals();
        self.group_queue.take(GROUP_MESSAGES_MAX, &mut self.taken);
        for message in self.taken.drain(..) {
            events.extend(group_event(message, &self.client));
        }
        while let Some(alarm) = self.client.reports().next_alarm() {
            let context = format!("consumer of group {} at {}", self.group_id, self.address);
            events.push(ConsumerEvent::Failed(client_error(context, &alarm)));
        }
        if let Some(notice) = self.client.reports().next_rebalance() {
            self.rebalancing = true;
            events.push(ConsumerEvent::Rebalance(rebalance_of(notice)));
            return;
        }
        for (partition, reader) in &mut self.readers {
            if reader.is_paused() {
                continue;
            }
            reader.take(self.batch_records_max, &mut self.taken);
            if !self.taken.is_empty() {
                reader.hand_out(partition, &mut self.taken, &self.client, events);
            }
        }
    }

    /// Subscribes to what the patterns mean now, if it is time to look.
    fn evaluate_patterns(&mut self) -> Result<(), ClientError> {
        let Some(patterns) = &mut self.patterns else {
            return Ok(());
        };
        if !patterns.is_due() {
            return Ok(());
        }
        let topics = match self.client.metadata(None, LISTING_TIMEOUT) {
            Ok(existing) => patterns.evaluate(existing.iter().map(|topic| topic.name.as_str())),
            Err(refusal) => {
                let reason = refusal.reason;
                tracing::warn!(address = %self.address, %reason, "topics for a pattern not listed");
                return Ok(());
            }
        };
        self.subscribe_to(topics)
    }

    fn subscribe_to(&mut self, topics: Vec<String>) -> Result<(), ClientError> {
        // Nothing matches yet: the group is joined once something does.
        if topics == self.subscribed || topics.is_empty() {
            return Ok(());
        }
        let refused = |refusal: Refusal| client_error("subscribing", &refusal);
        let mut list = PartitionList::with_capacity(topics.len());
        for topic in &topics {
            list.add(
                topic,
                PartitionList::ANY_PARTITION,
                PartitionList::INVALID,
                "",
            )
            .map_err(refused)?;
        }
        self.client.subscribe(&list).map_err(refused)?;
        self.subscribed = topics;
        Ok(())
    }
}

impl Consumer for KafkaConsumer {
    fn subscribe(&mut self, subscription: &Subscription) -> Result<(), ClientError> {
        // A regular expression of librdkafka's starts with this; patterns are matched here.
        if let Some(topic) = subscription.topics.iter().find(|t| t.starts_with('^')) {
            return Err(ClientError::new(
                ClientErrorKind::Configuration,
                format!("{topic:?} is no topic name: give a pattern as a pattern"),
            ));
        }
        let patterns = TopicPatterns::new(subscription, self.metadata_interval)?;
        let named = patterns.named().to_vec();
        self.patterns = Some(patterns);
        if subscription.patterns.is_empty() {
            self.subscribe_to(named)
        } else {
            self.evaluate_patterns()
        }
    }

    fn poll(&mut self, timeout: Duration, events: &mut Vec<ConsumerEvent>) {
        let before = events.len();
        if let Err(error) = self.evaluate_patterns() {
            events.push(ConsumerEvent::Failed(error));
        }
        self.take_arrived(events);
        if events.len() > before || timeout.is_zero() {
            return;
        }
        let patterns = self.patterns.as_ref();
        let wait_max = patterns
            .and_then(TopicPatterns::wait_max)
            .unwrap_or(WAIT_MAX)
            .min(WAIT_MAX);
        self.signal.wait(timeout.min(wait_max));
        self.take_arrived(events);
    }

    fn complete(
        &mut self,
        rebalance: &Rebalance,
        starts: &[(TopicPartition, StartAt)],
    ) -> Result<(), ClientError> {
        let outcome = match rebalance {
            Rebalance::Assigned(partitions) => self.start_reading(partitions, starts),
            Rebalance::Revoked(partitions, RebalanceProtocol::Eager) => {
                self.stop_reading(partitions, Protocol::Eager)
            }
            Rebalance::Revoked(partitions, RebalanceProtocol::Cooperative) => {
                self.stop_reading(partitions, Protocol::Cooperative)
            }
            Rebalance::Lost(partitions) => {
                let protocol = self.client.rebalance_protocol();
                self.stop_reading(partitions, protocol)
            }
        };
        if outcome.is_ok() {
            self.rebalancing = false;
        }
        outcome
    }

    fn pause(&mut self, partitions: &[TopicPartition]) {
        for partition in partitions {
            if let Some(reader) = self.readers.get_mut(partition) {
                reader.pause();
            }
        }
    }

    fn resume(&mut self, partitions: &[TopicPartition]) {
        for partition in partitions {
            if let Some(reader) = self.readers.get_mut(partition) {
                reader.resume();
            }
        }
    }

    fn seek(&mut self, partition: &TopicPartition, start: StartAt) -> Result<(), ClientError> {
        self.read_from(partition, start)
    }

    fn end_offset(&self, partition: &TopicPartition) -> Option<Offset> {
        let end = self
            .client
            .known_end(&partition.topic, partition.partition.index());
        end.map(Offset::new)
    }

    fn waker(&self) -> Arc<dyn Wake> {
        Arc::new(Waker(Arc::clone(&self.signal)))
    }

    fn committer(&self) -> Arc<dyn OffsetCommitter> {
        Arc::new(Committer::new(&self.client, &self.address, &self.group_id))
    }

    fn close(mut self: Box<Self>) {
        self.readers.clear();
        // librdkafka would wait for the answer to a rebalance that nobody gives any more.
        if self.rebalancing || self.client.reports().next_rebalance().is_some() {
            let _ = self.client.unassign();
        }
        if let Err(refusal) = self.client.close() {
            let reason = refusal.reason;
            tracing::warn!(group = %self.group_id, %reason, "group not left in good order");
        }
    }
}

/// Wakes the poll of one consumer.
#[derive(Debug)]
struct Waker(Arc<Signal>);

impl Wake for Waker {
    fn wake(&self) {
        self.0.wake();
    }
}
