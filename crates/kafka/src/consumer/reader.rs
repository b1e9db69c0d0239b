//! One assigned partition: its queue, whether it is read, and how far it was handed out.

use std::sync::Arc;

use headwater_core::record::TopicPartition;
use headwater_runtime::port::ConsumerEvent;
use rdkafka_sys::rd_kafka_resp_err_t as Native;

use crate::batch::MessageBatch;
use crate::error::client_error;
use crate::native::{Client, Message, Queue, Refusal};

/// Reads one partition.
#[derive(Debug)]
pub(crate) struct Reader {
    queue: Queue,
    paused: bool,
    /// The offset after the last record handed out, or where reading starts if that is known.
    next_offset: Option<i64>,
}

impl Reader {
    pub(crate) fn new(queue: Queue) -> Self {
        Self {
            queue,
            paused: false,
            next_offset: None,
        }
    }

    /// A paused partition keeps what it has prefetched and goes on fetching up to the bounds of
    /// its queue: librdkafka's own pause would drop that and fetch it again.
    pub(crate) fn pause(&mut self) {
        self.paused = true;
    }

    pub(crate) fn resume(&mut self) {
        self.paused = false;
    }

    pub(crate) fn is_paused(&self) -> bool {
        self.paused
    }

    /// The offset after the last record handed out.
    pub(crate) fn next_offset(&self) -> Option<i64> {
        self.next_offset
    }

    /// Reading goes on elsewhere.
    pub(crate) fn moved_to(&mut self, offset: Option<i64>) {
        self.next_offset = offset;
    }

    /// Appends what has arrived to `taken`.
    pub(crate) fn take(&self, records_max: usize, taken: &mut Vec<Message>) {
        self.queue.take(records_max, taken);
    }

    /// Turns what was taken into events: one batch, whether its end is the partition's, errors.
    pub(crate) fn hand_out(
        &mut self,
        partition: &TopicPartition,
        taken: &mut Vec<Message>,
        client: &Arc<Client>,
        events: &mut Vec<ConsumerEvent>,
    ) {
        let mut records = Vec::with_capacity(taken.len());
        let mut caught_up = false;
        let mut failures = Vec::new();
        for message in taken.drain(..) {
            let code = message.code();
            if !code.is_error() {
                caught_up = false;
                records.push(message);
            } else if code.is(Native::RD_KAFKA_RESP_ERR__PARTITION_EOF) {
                caught_up = true;
            } else {
                let reason = message.reason();
                failures.push(client_error(
                    format!("reading {partition}"),
                    &Refusal { code, reason },
                ));
            }
        }
        if let Some(last) = records.last() {
            self.next_offset = Some(last.offset() + 1);
            events.push(ConsumerEvent::Fetched {
                partition: partition.clone(),
                batch: Box::new(MessageBatch::new(records, client)),
            });
        }
        if caught_up {
            events.push(ConsumerEvent::CaughtUp(partition.clone()));
        }
        events.extend(failures.into_iter().map(ConsumerEvent::Failed));
    }
}
