//! The right side's news: an update of a right row goes to all who subscribed to it.

use std::cell::RefCell;
use std::ops::ControlFlow;
use std::rc::Rc;

use bytes::Bytes;

use super::encoder::Encoder;
use super::subscriptions::Subscriptions;
use super::wire::{self, Response, SubscriptionBytes};
use crate::codec::CodecError;
use crate::failure::{FailedStep, Step};
use crate::processor::{Sink, TaskContext};
use crate::record::{Change, Record};

/// Answers every subscription to a row that was updated, with the timestamp of the update.
///
/// Semantics: `ForeignTableJoinProcessorSupplier`.
pub(super) struct Announce<K, KO, VO> {
    pub(super) name: String,
    /// Whether the right table has versions: updates that are not its newest are dropped.
    pub(super) is_versioned: bool,
    pub(super) foreign_key: Encoder<KO>,
    pub(super) subscriptions: Rc<RefCell<Subscriptions>>,
    /// Kept between calls, so that encoding allocates nothing.
    pub(super) prefix: Vec<u8>,
    pub(super) to: Subscribers<K, VO>,
}

/// Where answers go.
pub(super) struct Subscribers<K, VO> {
    pub(super) primary_keys: Encoder<K>,
    pub(super) values: Encoder<VO>,
    pub(super) next: Box<dyn Sink<K, Response<Bytes>>>,
}

impl<K: 'static, VO: 'static> Subscribers<K, VO> {
    /// The new row as bytes.
    fn encode(&mut self, new: Option<&VO>) -> Result<Option<Bytes>, CodecError> {
        let bytes = new.map(|new| self.values.encode(new).map(Bytes::copy_from_slice));
        bytes.transpose()
    }

    fn response(
        &self,
        subscription: &[u8],
        value: Option<Bytes>,
    ) -> Result<(K, Response<Bytes>), CodecError> {
        let subscription = SubscriptionBytes::read(subscription)?;
        let key = self.primary_keys.decode(subscription.primary_key)?;
        let response = Response {
            hash: subscription.hash,
            value,
            primary_partition: subscription.primary_partition,
        };
        Ok((key, response))
    }
}

impl<K: 'static, KO: 'static, VO: 'static> Sink<KO, Change<VO>> for Announce<K, KO, VO> {
    fn push(&mut self, record: Record<KO, Change<VO>>, task: &mut TaskContext) -> Step {
        if self.is_versioned && !record.value.is_latest {
            task.drop_record("a newer version of its row is known, and only that is joined");
            return Ok(());
        }
        self.prefix.clear();
        match self.foreign_key.encode(&record.key) {
            Ok(key) => wire::prefix(key, &mut self.prefix),
            Err(error) => return task.settle(FailedStep::Process, &self.name, error.into()),
        }
        let (name, to) = (&self.name, &mut self.to);
        // Encoded for the first subscriber and shared by all: there may be very many, or none.
        let mut encoded: Option<Option<Bytes>> = None;
        let visited = self
            .subscriptions
            .borrow()
            .visit(&self.prefix, |subscription| {
                let value = match &encoded {
                    Some(value) => value.clone(),
                    None => match to.encode(record.value.new.as_ref()) {
                        Ok(value) => encoded.insert(value).clone(),
                        Err(error) => {
                            let settled = task.settle(FailedStep::Produce, name, error.into());
                            return ControlFlow::Break(settled);
                        }
                    },
                };
                let pushed = match to.response(subscription, value) {
                    Err(error) => task.settle(FailedStep::Process, name, error.into()),
                    Ok((key, value)) => {
                        let response = Record {
                            key,
                            value,
                            timestamp: record.timestamp,
                            headers: record.headers.clone(),
                        };
                        to.next.push(response, task)
                    }
                };
                match pushed {
                    Ok(()) => ControlFlow::Continue(()),
                    stopped => ControlFlow::Break(stopped),
                }
            });
        match visited {
            Ok(ControlFlow::Continue(())) => Ok(()),
            Ok(ControlFlow::Break(ended)) => ended,
            Err(error) => task.settle_store(&self.name, error),
        }
    }
}
