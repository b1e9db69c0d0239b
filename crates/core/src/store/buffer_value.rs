//! The bytes of an update that waits in a buffer.
//!
//! The layout is drawn in `docs/formats.md`, "Suppressed updates".

use headwater_state::StateError;
use headwater_state::buffer::Buffered;

use crate::processor::{Bytes, RecordContext, put_sized};

const WHAT: &str = "a buffered value";
/// Stands for the length of an old value that equals the prior one.
const AS_PRIOR: i32 = -2;

/// Appends `context ‖ prior ‖ old ‖ new`, each value with its length(4) before it: -1 for null,
/// -2 for an old value that is the prior one.
///
/// Semantics: `org.apache.kafka.streams.state.internals.BufferValue`.
pub(super) fn encode(update: &Buffered<RecordContext>, out: &mut Vec<u8>) {
    update.cause.encode(out);
    put_sized(update.prior(), out);
    match update.old() {
        Some(old) if update.prior() == Some(old) => out.extend_from_slice(&AS_PRIOR.to_be_bytes()),
        old => put_sized(old, out),
    }
    put_sized(update.new_value(), out);
}

/// Reads what [`encode`] wrote, and leaves what follows.
pub(super) fn decode(bytes: &mut Bytes<'_>) -> Result<Buffered<RecordContext>, StateError> {
    let context = RecordContext::decode(bytes)?;
    let prior = bytes.sized(WHAT)?;
    let old = match bytes.int(WHAT)? {
        AS_PRIOR => prior,
        length => bytes.of_length(length, WHAT)?,
    };
    let new = bytes.sized(WHAT)?;
    Ok(Buffered::new(prior, old, new, context))
}
