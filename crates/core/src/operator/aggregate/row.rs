//! What becomes of the row of a key: it is folded, kept, and passed on.

use crate::failure::Failure;
use crate::operator::stopped::Stopped;
use crate::operator::table::keep::{self, KeptTable};
use crate::processor::TaskContext;
use crate::record::{Change, Record};

/// Folds a record into the row of its key; `begin` gives what a key without a row begins with.
/// A row has the largest timestamp of the records in it.
pub(super) fn fold<K: 'static, V, A: Clone + 'static>(
    table: &mut KeptTable<K, A>,
    record: Record<K, V>,
    begin: impl FnOnce() -> Option<A>,
    next: impl FnOnce(&K, V, Option<A>) -> Result<Option<A>, Failure>,
    task: &mut TaskContext,
) -> Result<(), Stopped> {
    let cause = task.cause(&record);
    let (so_far, timestamp) = match table.get(&record.key)? {
        // What a key begins with is its old value, as in Kafka Streams.
        None => (begin(), record.timestamp),
        Some(row) => (Some(row.value), row.timestamp.max(record.timestamp)),
    };
    let old = so_far.as_ref().filter(|_| table.sends_old()).cloned();
    let new = next(&record.key, record.value, so_far)?;
    let mut update = Record {
        key: record.key,
        value: Change::new(new, old),
        timestamp,
        headers: record.headers,
    };
    if keep::put_caused(table, &mut update, cause, task)? {
        table.updated(update, task)?;
    }
    Ok(())
}
