//! Transformers of a table's values, which may keep state of their own for each task.

use std::fmt;

use super::{StoreWriter, TaskContext, WritingTask};
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
        context: &mut TransformContext<'_>,
    ) -> Result<Option<Self::Value>, Failure>;
}

/// What a [`ValueTransformer`] is told beside the row, and what it writes its stores with.
///
/// Stores are written for updates only: while a row is looked up, a write is an error.
pub struct TransformContext<'t> {
    timestamp: Timestamp,
    task: Option<&'t mut TaskContext>,
}

impl<'t> TransformContext<'t> {
    /// For an update.
    pub(crate) const fn of_update(timestamp: Timestamp, task: &'t mut TaskContext) -> Self {
        Self {
            timestamp,
            task: Some(task),
        }
    }

    /// For a row that is looked up.
    pub(crate) const fn of_lookup(timestamp: Timestamp) -> Self {
        Self {
            timestamp,
            task: None,
        }
    }

    /// The time of the update, or of the row that is looked up; [`Timestamp::UNKNOWN`] if there
    /// is none.
    pub const fn timestamp(&self) -> Timestamp {
        self.timestamp
    }

    /// Whether a row is looked up: there is no update, and stores are only read.
    pub const fn is_lookup(&self) -> bool {
        self.task.is_none()
    }
}

impl StoreWriter for TransformContext<'_> {
    fn writing_task(&mut self) -> Option<WritingTask<'_>> {
        self.task.as_deref_mut().map(WritingTask)
    }

    fn write_time(&self) -> Timestamp {
        self.timestamp
    }
}

impl fmt::Debug for TransformContext<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TransformContext")
            .field("timestamp", &self.timestamp)
            .field("is_lookup", &self.is_lookup())
            .finish_non_exhaustive()
    }
}
