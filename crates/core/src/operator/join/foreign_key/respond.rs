//! The right side's answer to a subscription.

use bytes::Bytes;

use super::encoder::Encoder;
use super::wire::{Instruction, Response, Subscription};
use crate::failure::{FailedStep, Step};
use crate::processor::{Lookup, Sink, TaskContext};
use crate::record::Record;

/// Looks up the right row and answers, if the subscription asks for it. The answer has the larger
/// of the timestamps of subscription and right row.
///
/// Semantics: `SubscriptionJoinProcessorSupplier`.
pub(super) struct Respond<K, KO, VO> {
    pub(super) name: String,
    pub(super) table: Box<dyn Lookup<KO, VO>>,
    pub(super) values: Encoder<VO>,
    pub(super) next: Box<dyn Sink<K, Response<Bytes>>>,
}

impl<K, KO, VO: 'static> Sink<Option<KO>, Subscription<K>> for Respond<K, KO, VO> {
    fn push(
        &mut self,
        record: Record<Option<KO>, Subscription<K>>,
        task: &mut TaskContext,
    ) -> Step {
        let found = record.key.as_ref().map(|key| self.table.get(key));
        let found = match found.transpose() {
            Ok(found) => found.flatten(),
            Err(error) => return task.settle_store(&self.name, error),
        };
        let timestamp = found.as_ref().map_or(record.timestamp, |found| {
            found.timestamp.max(record.timestamp)
        });
        let found = found.map(|found| found.value);
        let answer = match (record.value.instruction, found) {
            (Instruction::DeleteSilently, _) | (Instruction::RespondIfMatched, None) => {
                return Ok(());
            }
            (Instruction::DeleteAndRespond, _) | (Instruction::RespondAlways, None) => None,
            (Instruction::RespondAlways | Instruction::RespondIfMatched, Some(value)) => {
                // Responses hold bytes, because an update of a right row shares them.
                match self.values.encode(&value) {
                    Ok(bytes) => Some(Bytes::copy_from_slice(bytes)),
                    Err(error) => {
                        return task.settle(FailedStep::Produce, &self.name, error.into());
                    }
                }
            }
        };
        let subscription = record.value;
        let response = Record {
            key: subscription.primary_key,
            value: Response {
                hash: subscription.hash,
                value: answer,
                primary_partition: subscription.primary_partition,
            },
            timestamp,
            headers: record.headers,
        };
        self.next.push(response, task)
    }
}
