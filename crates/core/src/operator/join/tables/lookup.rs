//! The rows of a join that is not kept in a store: joined when they are looked up.

use std::sync::Arc;

use super::Joiner;
use crate::processor::Lookup;
use crate::record::Stamped;
use crate::store::StoreError;
use crate::time::Timestamp;

/// Joins what both tables know. It has no versions, even if both have.
///
/// Semantics: the value getters of `KTableKTableInnerJoin` and kin.
pub(super) struct JoinedLookup<K, V, V2, R> {
    pub(super) joiner: Joiner<V, V2, R>,
    pub(super) name: Arc<str>,
    pub(super) left: Box<dyn Lookup<K, V>>,
    pub(super) right: Box<dyn Lookup<K, V2>>,
}

impl<K, V, V2, R> Lookup<K, R> for JoinedLookup<K, V, V2, R> {
    fn get(&mut self, key: &K) -> Result<Option<Stamped<R>>, StoreError> {
        let (left, right) = (self.left.get(key)?, self.right.get(key)?);
        let time = |at: Option<Timestamp>| at.unwrap_or(Timestamp::UNKNOWN);
        let left_time = time(left.as_ref().map(|row| row.timestamp));
        let right_time = time(right.as_ref().map(|row| row.timestamp));
        let (left, right) = (left.map(|row| row.value), right.map(|row| row.value));
        match self.joiner.join(left.as_ref(), right.as_ref()) {
            Ok(row) => Ok(row.map(|row| Stamped::new(row, left_time.max(right_time)))),
            Err(failure) => Err(StoreError::computed(&self.name, failure)),
        }
    }
}
