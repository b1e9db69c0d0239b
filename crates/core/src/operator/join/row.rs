//! One record of a stream finds one row of a table.

use std::sync::Arc;

use crate::codec::SharedCodec;
use crate::dsl::RowKey;
use crate::failure::{FailedStep, Failure, Step};
use crate::processor::{Lookup, Sink, TaskContext};
use crate::record::Record;

/// What becomes of records that find no row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unmatched {
    /// They are joined with nothing: a left join.
    Joined,
    /// They vanish: an inner join.
    Dropped,
}

/// The key of a row: the record's own, or one made of the record.
pub(super) enum Key<'r, K> {
    OfRecord(&'r K),
    Made(K),
}

impl<K> Key<'_, K> {
    pub(super) const fn get(&self) -> &K {
        match self {
            Self::OfRecord(key) => key,
            Self::Made(key) => key,
        }
    }
}

/// Says which row belongs to a record.
pub(super) trait FindKey<K, V, KT> {
    /// The row's key; `None` if the record belongs to none.
    fn find<'r>(&self, key: &'r K, value: &V) -> Option<Key<'r, KT>>;
}

/// The row with the record's own key.
pub(super) struct OwnKey<K>(pub(super) SharedCodec<K>);

impl<K: RowKey<KT> + 'static, V, KT> FindKey<K, V, KT> for OwnKey<K> {
    fn find<'r>(&self, key: &'r K, _: &V) -> Option<Key<'r, KT>> {
        let own = key.row_key().filter(|_| !self.0.is_null(key));
        own.map(Key::OfRecord)
    }
}

/// The function that joins a record with the row it found; `None` where nothing comes of it.
pub(super) type Joiner<K, V, VT, R> =
    dyn Fn(&K, V, Option<VT>) -> Result<Option<R>, Failure> + Send + Sync;

/// A join of a record with a row.
///
/// Semantics: `KStreamKTableJoinProcessor`.
pub(super) struct RowJoin<F, K, V, KT, VT, R> {
    pub(super) name: String,
    pub(super) find: F,
    /// Says which values are null.
    pub(super) value: SharedCodec<V>,
    pub(super) unmatched: Unmatched,
    pub(super) joiner: Arc<Joiner<K, V, VT, R>>,
    pub(super) table: Box<dyn Lookup<KT, VT>>,
    pub(super) next: Box<dyn Sink<K, R>>,
}

impl<F, K, V, KT, VT, R> RowJoin<F, K, V, KT, VT, R>
where
    F: FindKey<K, V, KT>,
    K: 'static,
    V: 'static,
{
    /// Drops a record that cannot be joined; says whether it did.
    pub(super) fn drops(&self, record: &Record<K, V>, task: &mut TaskContext) -> bool {
        let has_no_row = || self.find.find(&record.key, &record.value).is_none();
        let drops = self.value.is_null(&record.value)
            || (self.unmatched == Unmatched::Dropped && has_no_row());
        if drops {
            task.drop_record("it has no value, or no key to join by");
        }
        drops
    }

    /// Joins a record with its row as of the record's time.
    pub(super) fn join(&mut self, record: Record<K, V>, task: &mut TaskContext) -> Step {
        let row = match self.find.find(&record.key, &record.value) {
            None => Ok(None),
            Some(key) => self.table.get_as_of(key.get(), record.timestamp),
        };
        let row = match row {
            Ok(row) => row.map(|row| row.value),
            Err(error) => return task.settle_store(&self.name, error),
        };
        if row.is_none() && self.unmatched == Unmatched::Dropped {
            return Ok(());
        }
        match (self.joiner)(&record.key, record.value, row) {
            Ok(Some(joined)) => {
                let record = Record {
                    key: record.key,
                    value: joined,
                    timestamp: record.timestamp,
                    headers: record.headers,
                };
                self.next.push(record, task)
            }
            Ok(None) => Ok(()),
            Err(failure) => task.settle(FailedStep::Process, &self.name, failure.into_inner()),
        }
    }
}

impl<F, K, V, KT, VT, R> Sink<K, V> for RowJoin<F, K, V, KT, VT, R>
where
    F: FindKey<K, V, KT>,
    K: 'static,
    V: 'static,
{
    fn push(&mut self, record: Record<K, V>, task: &mut TaskContext) -> Step {
        if self.drops(&record, task) {
            return Ok(());
        }
        self.join(record, task)
    }
}
