//! The last node of a join of tables: results of either side become updates of one table.

use crate::failure::Step;
use crate::operator::table::keep::{self, KeptTable};
use crate::processor::{Sink, TaskContext};
use crate::record::{Change, Record};

/// Passes results on.
///
/// Semantics: `KTableKTableJoinMerger`.
pub(super) struct PassedMerge<K, R> {
    pub(super) sends_old: bool,
    pub(super) next: Box<dyn Sink<K, Change<R>>>,
}

impl<K, R> Sink<K, Change<R>> for PassedMerge<K, R> {
    fn push(&mut self, record: Record<K, Change<R>>, task: &mut TaskContext) -> Step {
        let record = record.map_value(|change| change.with_old_if(self.sends_old));
        self.next.push(record, task)
    }
}

/// Keeps results and passes them on. Old values are those that the sides joined, not the store's.
pub(super) struct KeptMerge<K, R> {
    pub(super) table: KeptTable<K, R>,
}

impl<K: 'static, R: 'static> Sink<K, Change<R>> for KeptMerge<K, R> {
    fn push(&mut self, mut record: Record<K, Change<R>>, task: &mut TaskContext) -> Step {
        match keep::put_update(&self.table, &mut record, task) {
            Ok(true) => self.table.updated(record, task),
            Ok(false) => Ok(()),
            Err(error) => task.settle_store(self.table.name(), error),
        }
    }
}
