//! The pull side of a table: what a join asks it.

use crate::record::Stamped;
use crate::store::StoreError;
use crate::time::Timestamp;

/// Answers for a table's rows, whether the table is kept in a store or computed from one.
///
/// Semantics: `org.apache.kafka.streams.kstream.internals.KTableValueGetter`.
pub(crate) trait Lookup<K, V> {
    /// The newest value of a key.
    fn get(&mut self, key: &K) -> Result<Option<Stamped<V>>, StoreError>;

    /// The value of a key as of a time; a table without versions knows only the newest.
    fn get_as_of(&mut self, key: &K, at: Timestamp) -> Result<Option<Stamped<V>>, StoreError> {
        let _ = at;
        self.get(key)
    }
}

impl<K, V> std::fmt::Debug for dyn Lookup<K, V> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Lookup")
    }
}
