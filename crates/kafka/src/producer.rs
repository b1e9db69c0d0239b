//! Writing records.

use std::sync::Arc;
use std::time::Duration;

use headwater_core::record::{OutputRecord, Partition};
use headwater_runtime::port::{ClientError, ClientErrorKind, Producer, TopicHandle};
use rdkafka_sys::rd_kafka_resp_err_t as Native;

use crate::error::{client_error, kind_of, unanswered};
use crate::native::{Client, Code, DeliveryFailure, RecordParts, Refusal, Topic};

/// Failures are asked for once in so many records, not at each.
const SERVE_EVERY_RECORDS: u32 = 1_000;

/// How long a full queue is left to drain before the next try.
const QUEUE_FULL_WAIT: Duration = Duration::from_millis(5);

/// How long a flush waits before it looks for failures, which librdkafka counts as under way
/// until they are looked at. A flush without failures ends the moment it is done.
const FLUSH_STEP: Duration = Duration::from_millis(50);

/// How long a lookup of one topic may take.
const LOOKUP_TIMEOUT: Duration = Duration::from_secs(30);

/// In place of a partition: the partitioner's choice.
const ANY_PARTITION: i32 = -1;

/// A producer of one thread. Dropping it gives up what is not flushed.
#[derive(Debug)]
pub(crate) struct KafkaProducer {
    topics: Vec<(Box<str>, Topic)>,
    sent_since_served: u32,
    client: Arc<Client>,
    address: String,
}

impl KafkaProducer {
    pub(crate) fn new(client: Arc<Client>, address: &str) -> Self {
        Self {
            topics: Vec::new(),
            sent_since_served: 0,
            client,
            address: address.to_owned(),
        }
    }

    /// Connects now to a cluster of one broker that is there, so that the first record does not
    /// wait: librdkafka asks for the producer id when an answer comes in, and otherwise every half
    /// second. The first answer makes it change from the address it was given to the broker's own,
    /// the second comes from there.
    pub(crate) fn connected(self) -> Result<Self, ClientError> {
        for _ in 0..2 {
            let answer = self.client.metadata(None, LOOKUP_TIMEOUT);
            answer.map_err(|refusal| client_error("connecting the producer", &refusal))?;
        }
        Ok(self)
    }

    /// Takes the first failure there is, waiting at most `timeout` for one.
    fn serve(&mut self, timeout: Duration) -> Result<(), ClientError> {
        self.sent_since_served = 0;
        if let Some(failure) = self.client.serve_deliveries(timeout) {
            return Err(self.delivery_error(&failure));
        }
        match self.client.reports().next_alarm() {
            Some(alarm) => Err(client_error(
                format!("producing to {}", self.address),
                &alarm,
            )),
            None => Ok(()),
        }
    }

    fn delivery_error(&self, failure: &DeliveryFailure) -> ClientError {
        let DeliveryFailure { topic, bytes, .. } = failure;
        let place = if failure.partition < 0 {
            format!("topic {topic}")
        } else {
            format!("topic {topic} partition {}", failure.partition)
        };
        if let Some(fatal) = self.client.fatal_error() {
            return ClientError::new(
                ClientErrorKind::Fatal,
                format!("record for {place} was not delivered: {}", fatal.reason),
            );
        }
        let refusal = Refusal::from(failure.code);
        match kind_of(failure.code) {
            ClientErrorKind::RecordTooLarge => ClientError::new(
                ClientErrorKind::RecordTooLarge,
                format!(
                    "record of {bytes} bytes for {place} is too large: {}; raise \
                     message.max.bytes of the producer and max.message.bytes of the topic",
                    refusal.reason
                ),
            ),
            _ => unanswered(
                &self.client,
                &self.address,
                format!("record for {place} was not delivered"),
                &refusal,
            ),
        }
    }
}

impl Producer for KafkaProducer {
    fn topic(&mut self, name: &str) -> Result<TopicHandle, ClientError> {
        let known = self.topics.iter().position(|(topic, _)| **topic == *name);
        let place = if let Some(place) = known {
            place
        } else {
            let topic = Topic::new(&self.client, name)
                .map_err(|refusal| client_error(format!("opening topic {name:?}"), &refusal))?;
            self.topics.push((name.into(), topic));
            self.topics.len() - 1
        };
        let place = u32::try_from(place).expect("fewer than 2^32 topics");
        Ok(TopicHandle(place))
    }

    fn partitions(&mut self, name: &str) -> Result<u32, ClientError> {
        let TopicHandle(place) = self.topic(name)?;
        let topic = self.topics.get(place as usize).map(|(_, topic)| topic);
        let context = format!("looking up topic {name}");
        let answer = self.client.metadata(topic, LOOKUP_TIMEOUT);
        let found = answer
            .map_err(|refusal| unanswered(&self.client, &self.address, &context, &refusal))?;
        let found = found.into_iter().find(|topic| topic.name == name);
        let Some(found) = found else {
            let unknown = Code::of(Native::RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC);
            return Err(client_error(context, &unknown.into()));
        };
        match found.code.check() {
            Ok(()) => Ok(found.partitions),
            Err(refusal) => Err(client_error(context, &refusal)),
        }
    }

    fn send(&mut self, topic: TopicHandle, record: &OutputRecord<'_>) -> Result<(), ClientError> {
        let (name, topic) = self
            .topics
            .get(topic.0 as usize)
            .expect("the handle comes from this producer");
        let parts = RecordParts {
            partition: record.partition.map_or(ANY_PARTITION, Partition::index),
            key: record.key,
            value: record.value,
            timestamp_ms: stamp(record.timestamp.as_millis()),
            headers: record.headers,
        };
        loop {
            match topic.produce(&parts) {
                Ok(()) => break,
                // Ends at the latest when `message.timeout.ms` gives up what fills the queue.
                Err(code) if code.is(Native::RD_KAFKA_RESP_ERR__QUEUE_FULL) => {
                    if let Some(failure) = self.client.serve_deliveries(QUEUE_FULL_WAIT) {
                        return Err(self.delivery_error(&failure));
                    }
                }
                Err(code) => {
                    return Err(self.delivery_error(&DeliveryFailure {
                        code,
                        topic: name.to_string(),
                        partition: parts.partition,
                        bytes: len(parts.key) + len(parts.value),
                    }));
                }
            }
        }
        self.sent_since_served += 1;
        if self.sent_since_served >= SERVE_EVERY_RECORDS {
            self.serve(Duration::ZERO)?;
        }
        Ok(())
    }

    fn flush(&mut self, timeout: Duration) -> Result<(), ClientError> {
        let mut left = timeout;
        let mut outcome = Ok(());
        loop {
            let step = left.min(FLUSH_STEP);
            let done = self.client.flush(step);
            // The first failure is the one to tell; the others are followers.
            outcome = outcome.and(self.serve(Duration::ZERO));
            left -= step;
            if done || left.is_zero() {
                return outcome.and_then(|()| {
                    if done {
                        return Ok(());
                    }
                    Err(unanswered(
                        &self.client,
                        &self.address,
                        "flushing the producer",
                        &Code::TIMED_OUT.into(),
                    ))
                });
            }
        }
    }
}

impl Drop for KafkaProducer {
    fn drop(&mut self) {
        self.client.purge();
    }
}

/// librdkafka takes 0 for "now" (`rd_kafka_msg_new00`), so the very first millisecond of the
/// epoch is sent as the second; a record without a time is stamped with the current one.
fn stamp(millis: i64) -> i64 {
    match millis {
        0 => 1,
        1.. => millis,
        _ => 0,
    }
}

fn len(bytes: Option<&[u8]>) -> usize {
    bytes.map_or(0, <[u8]>::len)
}
