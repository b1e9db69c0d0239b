//! The right side's ear: keeps subscriptions.

use std::cell::RefCell;
use std::rc::Rc;

use super::encoder::Encoder;
use super::subscriptions::Subscriptions;
use super::wire::{
    Instruction, Subscription, SubscriptionBytes, SubscriptionCodec, write_combined_key,
};
use crate::codec::{Codec as _, CodecError, Part, Place};
use crate::failure::{FailedStep, Step};
use crate::processor::{Sink, TaskContext};
use crate::record::Record;

/// Keeps or ends each subscription, and passes it on.
///
/// Semantics: `SubscriptionReceiveProcessorSupplier`.
pub(super) struct Receive<K, KO> {
    pub(super) name: String,
    pub(super) foreign_key: Encoder<KO>,
    pub(super) codec: SubscriptionCodec<K>,
    pub(super) subscriptions: Rc<RefCell<Subscriptions>>,
    /// Kept between calls, so that encoding allocates nothing.
    pub(super) buffers: Buffers,
    pub(super) next: Box<dyn Sink<Option<KO>, Subscription<K>>>,
}

/// A subscription as it is stored.
#[derive(Debug, Default)]
pub(super) struct Buffers {
    key: Vec<u8>,
    subscription: Vec<u8>,
}

impl<K: 'static, KO: 'static> Receive<K, KO> {
    fn encode(
        &mut self,
        foreign_key: &KO,
        subscription: &Subscription<K>,
    ) -> Result<(), CodecError> {
        let Buffers {
            key,
            subscription: bytes,
        } = &mut self.buffers;
        key.clear();
        bytes.clear();
        // The codec knows the topic itself.
        let place = Place {
            topic: "",
            part: Part::Value,
        };
        self.codec.encode(subscription, bytes, place)?;
        let primary_key = SubscriptionBytes::read(bytes)?.primary_key;
        write_combined_key(self.foreign_key.encode(foreign_key)?, primary_key, key);
        Ok(())
    }

    fn keep(
        &mut self,
        foreign_key: &KO,
        record: &Record<Option<KO>, Subscription<K>>,
        task: &mut TaskContext,
    ) -> Result<(), Step> {
        let encoded = self.encode(foreign_key, &record.value);
        encoded.map_err(|error| task.settle(FailedStep::Process, &self.name, error.into()))?;
        let kept = match record.value.instruction {
            Instruction::DeleteSilently | Instruction::DeleteAndRespond => None,
            Instruction::RespondAlways | Instruction::RespondIfMatched => {
                Some(&*self.buffers.subscription)
            }
        };
        let (cause, key) = (task.cause(record), &self.buffers.key);
        let mut subscriptions = self.subscriptions.borrow_mut();
        let put = subscriptions.put(key, kept, record.timestamp, cause, task);
        put.map_err(|error| task.settle_store(&self.name, error))
    }
}

impl<K: 'static, KO: 'static> Sink<Option<KO>, Subscription<K>> for Receive<K, KO> {
    fn push(
        &mut self,
        record: Record<Option<KO>, Subscription<K>>,
        task: &mut TaskContext,
    ) -> Step {
        match &record.key {
            Some(foreign_key) => {
                if let Err(settled) = self.keep(foreign_key, &record, task) {
                    return settled;
                }
            }
            // A left row without a foreign key: nothing to keep, but it wants an answer.
            None if record.value.instruction == Instruction::RespondAlways => {}
            None => {
                task.drop_record("a subscription has no foreign key");
                return Ok(());
            }
        }
        self.next.push(record, task)
    }
}
