//! Processors that may change the value but not the key, so that no repartition is needed.

use std::fmt;
use std::time::Duration;

use super::{ProcessorContext, PunctuationId, PunctuationKind, StoreWriter, WritingTask};
use crate::failure::Failure;
use crate::record::{Headers, Origin, Record};
use crate::time::Timestamp;

/// A record whose key can be seen and not changed.
///
/// Semantics: `org.apache.kafka.streams.processor.api.FixedKeyRecord` (KIP-820).
#[derive(Clone, Debug, PartialEq)]
pub struct FixedKeyRecord<K, V>(Record<K, V>);

impl<K, V> FixedKeyRecord<K, V> {
    pub(crate) fn new(record: Record<K, V>) -> Self {
        Self(record)
    }

    pub(crate) fn into_record(self) -> Record<K, V> {
        self.0
    }

    /// The key.
    pub const fn key(&self) -> &K {
        &self.0.key
    }

    /// The value.
    pub const fn value(&self) -> &V {
        &self.0.value
    }

    /// The event time.
    pub const fn timestamp(&self) -> Timestamp {
        self.0.timestamp
    }

    /// The headers.
    pub const fn headers(&self) -> &Headers {
        &self.0.headers
    }

    /// The headers, to be changed.
    pub const fn headers_mut(&mut self) -> &mut Headers {
        &mut self.0.headers
    }

    /// The same record with another value.
    pub fn with_value<V2>(self, value: V2) -> FixedKeyRecord<K, V2> {
        FixedKeyRecord(self.0.with_value(value))
    }

    /// The same record with its value put through `map`.
    pub fn map_value<V2>(self, map: impl FnOnce(V) -> V2) -> FixedKeyRecord<K, V2> {
        FixedKeyRecord(self.0.map_value(map))
    }

    /// The same record at another time.
    #[must_use]
    pub fn with_timestamp(self, timestamp: Timestamp) -> Self {
        Self(self.0.with_timestamp(timestamp))
    }
}

/// Takes records one by one and forwards any number under the same key.
///
/// Semantics: `org.apache.kafka.streams.processor.api.FixedKeyProcessor` (KIP-820).
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not process values `{V}` under keys `{K}`",
    note = "implement `headwater::processor::FixedKeyProcessor<{K}, {V}>` for it"
)]
pub trait FixedKeyProcessor<K, V>: 'static {
    /// Value of what is forwarded.
    type Value: 'static;

    /// Called once before the first record.
    fn init(&mut self, context: &mut FixedKeyContext<'_, '_, K, Self::Value>) {
        let _ = context;
    }

    /// Called for each record.
    ///
    /// # Errors
    /// An error is put to the [`FailurePolicy`](crate::failure::FailurePolicy).
    fn process(
        &mut self,
        record: FixedKeyRecord<K, V>,
        context: &mut FixedKeyContext<'_, '_, K, Self::Value>,
    ) -> Result<(), Failure>;

    /// Called when a scheduled punctuation is due. There is no record to take a key from, so
    /// nothing can be forwarded that was not kept.
    ///
    /// # Errors
    /// An error is put to the [`FailurePolicy`](crate::failure::FailurePolicy).
    fn punctuate(
        &mut self,
        id: PunctuationId,
        now: Timestamp,
        context: &mut FixedKeyContext<'_, '_, K, Self::Value>,
    ) -> Result<(), Failure> {
        let _ = (id, now, context);
        Ok(())
    }

    /// Called once when the task is closed in good order.
    fn close(&mut self) {}
}

/// The context of a [`FixedKeyProcessor`].
pub struct FixedKeyContext<'c, 'a, K, V>(&'c mut ProcessorContext<'a, K, V>);

impl<'c, 'a, K, V> FixedKeyContext<'c, 'a, K, V> {
    pub(crate) fn new(context: &'c mut ProcessorContext<'a, K, V>) -> Self {
        Self(context)
    }

    /// Forwards a record to every child.
    ///
    /// # Errors
    /// If the task has to stop: return the error at once.
    pub fn forward(&mut self, record: FixedKeyRecord<K, V>) -> Result<(), Failure> {
        self.0.forward(record.into_record())
    }

    /// As [`ProcessorContext::schedule`].
    pub fn schedule(&mut self, kind: PunctuationKind, interval: Duration) -> PunctuationId {
        self.0.schedule(kind, interval)
    }

    /// As [`ProcessorContext::cancel`].
    pub fn cancel(&mut self, id: PunctuationId) {
        self.0.cancel(id);
    }

    /// As [`ProcessorContext::request_commit`].
    pub fn request_commit(&mut self) {
        self.0.request_commit();
    }

    /// As [`ProcessorContext::origin`].
    pub fn origin(&self) -> Option<Origin<'_>> {
        self.0.origin()
    }

    /// As [`ProcessorContext::stream_time`].
    pub fn stream_time(&self) -> Timestamp {
        self.0.stream_time()
    }

    /// As [`ProcessorContext::wall_clock`].
    pub fn wall_clock(&self) -> Timestamp {
        self.0.wall_clock()
    }
}

impl<K, V> StoreWriter for FixedKeyContext<'_, '_, K, V> {
    fn writing_task(&mut self) -> Option<WritingTask<'_>> {
        self.0.writing_task()
    }

    fn write_time(&self) -> Timestamp {
        self.0.write_time()
    }
}

impl<K, V> fmt::Debug for FixedKeyContext<'_, '_, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("FixedKeyContext").field(&self.0).finish()
    }
}
