//! What comes out of a table's cache when it is flushed.

use headwater_state::layer::ReadOld;

use super::StoreError;
use crate::processor::{InHand, TaskContext};
use crate::record::{Change, Record};

/// A row that was written by a flush, as the table passes it on.
pub(crate) struct Flushed<K, V> {
    pub(crate) record: Record<K, Change<V>>,
    /// The record that caused the last write of the row.
    pub(crate) in_hand: InHand,
}

/// A store below a table: what waits in its cache leaves row by row.
pub(crate) trait FlushTable<K, V> {
    fn is_cached(&self) -> bool;

    fn is_over_budget(&self) -> bool;

    /// Writes the waiting row that was updated first.
    fn flush_next(
        &mut self,
        old: ReadOld,
        task: &mut TaskContext,
    ) -> Result<Option<Flushed<K, V>>, StoreError>;
}
