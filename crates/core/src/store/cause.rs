//! What caused a write to a store.

use crate::processor::InHand;
use crate::record::Headers;
use crate::time::Timestamp;

/// The record that caused a write. A cached write keeps it: what is forwarded when the cache is
/// flushed looks as if that record were in hand.
///
/// Semantics: `org.apache.kafka.streams.processor.internals.ProcessorRecordContext`.
#[derive(Clone, Debug)]
pub(crate) struct Cause {
    pub(crate) timestamp: Timestamp,
    pub(crate) headers: Headers,
    pub(crate) in_hand: InHand,
}
