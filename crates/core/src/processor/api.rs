//! The processor a user writes when no operator fits.

use super::{ProcessorContext, PunctuationId};
use crate::failure::Failure;
use crate::record::Record;
use crate::time::Timestamp;

/// Takes records one by one and forwards any number of any type.
///
/// A new one is made for each task by the closure given to
/// [`KStream::process`](crate::dsl::KStream::process), so it may keep state of its own; it stays
/// on the task's thread.
///
/// Semantics: `org.apache.kafka.streams.processor.api.Processor` (KIP-478, KIP-820).
///
/// ```
/// use headwater_core::failure::Failure;
/// use headwater_core::processor::{Processor, ProcessorContext};
/// use headwater_core::record::Record;
///
/// /// Forwards every second record.
/// #[derive(Default)]
/// struct EverySecond {
///     seen: u64,
/// }
///
/// impl Processor<String, i64> for EverySecond {
///     type Key = String;
///     type Value = i64;
///
///     fn process(
///         &mut self,
///         record: Record<String, i64>,
///         context: &mut ProcessorContext<'_, String, i64>,
///     ) -> Result<(), Failure> {
///         self.seen += 1;
///         if self.seen % 2 == 0 {
///             context.forward(record)?;
///         }
///         Ok(())
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not process records of key `{K}` and value `{V}`",
    note = "implement `headwater::processor::Processor<{K}, {V}>` for it"
)]
pub trait Processor<K, V>: 'static {
    /// Key of what is forwarded.
    type Key: 'static;
    /// Value of what is forwarded.
    type Value: 'static;

    /// Called once before the first record: the place to schedule punctuations.
    fn init(&mut self, context: &mut ProcessorContext<'_, Self::Key, Self::Value>) {
        let _ = context;
    }

    /// Called for each record, in the order the task takes them.
    ///
    /// # Errors
    /// An error is put to the [`FailurePolicy`](crate::failure::FailurePolicy).
    fn process(
        &mut self,
        record: Record<K, V>,
        context: &mut ProcessorContext<'_, Self::Key, Self::Value>,
    ) -> Result<(), Failure>;

    /// Called when a scheduled punctuation is due; `now` is by the clock it was scheduled for.
    ///
    /// # Errors
    /// An error is put to the [`FailurePolicy`](crate::failure::FailurePolicy).
    fn punctuate(
        &mut self,
        id: PunctuationId,
        now: Timestamp,
        context: &mut ProcessorContext<'_, Self::Key, Self::Value>,
    ) -> Result<(), Failure> {
        let _ = (id, now, context);
        Ok(())
    }

    /// Called once when the task is closed in good order.
    fn close(&mut self) {}
}
