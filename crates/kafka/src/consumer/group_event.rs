//! What the group's queue brings, in the words of the port.

use std::sync::Arc;

use headwater_core::record::{Partition, TopicPartition};
use headwater_runtime::port::{ConsumerEvent, Rebalance, RebalanceProtocol};
use rdkafka_sys::rd_kafka_resp_err_t as Native;

use crate::batch::MessageBatch;
use crate::error::client_error;
use crate::native::{Client, Message, Protocol, RebalanceNotice, Refusal};

pub(super) fn rebalance_of(notice: RebalanceNotice) -> Rebalance {
    match notice {
        RebalanceNotice::Assigned(partitions) => Rebalance::Assigned(partitions),
        RebalanceNotice::Revoked(partitions, Protocol::Eager) => {
            Rebalance::Revoked(partitions, RebalanceProtocol::Eager)
        }
        RebalanceNotice::Revoked(partitions, Protocol::Cooperative) => {
            Rebalance::Revoked(partitions, RebalanceProtocol::Cooperative)
        }
        RebalanceNotice::Lost(partitions) => Rebalance::Lost(partitions),
    }
}

/// What a message in the group's queue means; nothing, if polling on is all it takes.
pub(super) fn group_event(message: Message, client: &Arc<Client>) -> Option<ConsumerEvent> {
    let code = message.code();
    let partition = TopicPartition::new(message.topic(), Partition::new(message.partition()));
    if !code.is_error() {
        // Fetched before the partition's queue was cut off: older than all that is in there.
        let batch = Box::new(MessageBatch::new(vec![message], client));
        return Some(ConsumerEvent::Fetched { partition, batch });
    }
    if code.is(Native::RD_KAFKA_RESP_ERR__PARTITION_EOF) {
        return Some(ConsumerEvent::CaughtUp(partition));
    }
    if code.is(Native::RD_KAFKA_RESP_ERR__MAX_POLL_EXCEEDED) {
        // The partitions are lost, which is told as a rebalance; this poll joins again.
        tracing::warn!("poll came later than max.poll.interval.ms, the group was left");
        return None;
    }
    let reason = message.reason();
    Some(ConsumerEvent::Failed(client_error(
        "consuming",
        &Refusal { code, reason },
    )))
}
