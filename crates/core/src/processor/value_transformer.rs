//! Transformers of a table's values, which may keep state of their own for each task.

use crate::failure::Failure;
use crate::time::Timestamp;

/// Makes rows of a table's rows, one at a time.
///
/// A new one is made for each task by the closure given to
/// [`KTable::transform_values`](crate::dsl::KTable::transform_values), and another for each
/// operator that looks rows of the result up; it is dropped with its task.
///
/// Semantics: `org.apache.kafka.streams.kstream.ValueTransformerWithKey` (KIP-292).
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not transform values `{V}` under keys `{K}`",
    note = "implement `headwater::processor::ValueTransformer<{K}, {V}>` for it"
)]
pub trait ValueTransformer<K, V>: 'static {
    /// Rows of the result.
    type Value: 'static;

    /// Makes a row; `None` is no row, on both sides. It is called for deletions, for old values
    /// where somebody downstream needs them, and for lookups, so several times for one update.
    ///
    /// # Errors
    /// An error is put to the [`FailurePolicy`](crate::failure::FailurePolicy).
    fn transform(
        &mut self,
        key: &K,
        value: Option<V>,
        context: &TransformContext,
    ) -> Result<Option<Self::Value>, Failure>;
}

/// What a [`ValueTransformer`] is told beside the row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TransformContext {
    timestamp: Timestamp,
}

impl TransformContext {
    pub(crate) const fn new(timestamp: Timestamp) -> Self {
        Self { timestamp }
    }

    /// The time of the update, or of the row that is looked up; [`Timestamp::UNKNOWN`] if there
    /// is none.
    pub const fn timestamp(&self) -> Timestamp {
        self.timestamp
    }
}
