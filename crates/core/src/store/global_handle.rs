//! Global stores as processors work with them.

use std::fmt;
use std::ops::{Bound, RangeBounds};
use std::sync::Arc;

use super::{GlobalRows, StoreError};
use crate::record::Stamped;

/// A global store, as every processor of the instance may read it. Handles share the store.
///
/// Another thread may write between two reads. Semantics: a global `TimestampedKeyValueStore`, of
/// which Kafka Streams hands out a read-only form as well.
pub struct GlobalStore<K, V> {
    rows: Arc<GlobalRows<K, V>>,
}

/// A global store, as the processor that fills it writes it.
pub struct GlobalStoreWriter<K, V> {
    store: GlobalStore<K, V>,
}

impl<K: 'static, V: 'static> GlobalStore<K, V> {
    pub(crate) const fn new(rows: Arc<GlobalRows<K, V>>) -> Self {
        Self { rows }
    }

    /// The value of a key, with its timestamp.
    ///
    /// # Errors
    /// If the store cannot be read, or its bytes are not what the codec reads.
    pub fn get(&self, key: &K) -> Result<Option<Stamped<V>>, StoreError> {
        self.rows.get(key, &mut Vec::new())
    }

    /// All entries as they are now, in the order of their keys' bytes.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub fn all(&self) -> Result<Vec<(K, Stamped<V>)>, StoreError> {
        self.rows.between(Bound::Unbounded, Bound::Unbounded)
    }

    /// The entries of a range of keys as they are now, by their bytes.
    ///
    /// # Errors
    /// As [`get`](Self::get); also if the codec refuses a bound.
    pub fn range(&self, range: impl RangeBounds<K>) -> Result<Vec<(K, Stamped<V>)>, StoreError> {
        self.rows.between(range.start_bound(), range.end_bound())
    }
}

impl<K: 'static, V: 'static> GlobalStoreWriter<K, V> {
    pub(crate) const fn new(rows: Arc<GlobalRows<K, V>>) -> Self {
        Self {
            store: GlobalStore::new(rows),
        }
    }

    /// The store, to read it.
    pub const fn store(&self) -> &GlobalStore<K, V> {
        &self.store
    }

    /// Sets the value of a key; `None` removes it.
    ///
    /// # Errors
    /// If the store cannot be written, or a codec refuses the key or value.
    pub fn put(&self, key: &K, value: Option<&Stamped<V>>) -> Result<(), StoreError> {
        let timestamp = value.map_or(crate::time::Timestamp::UNKNOWN, |value| value.timestamp);
        let value = value.map(|value| &value.value);
        self.store.rows.put(key, value, timestamp)
    }
}

impl<K, V> fmt::Debug for GlobalStore<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GlobalStore").finish_non_exhaustive()
    }
}

impl<K, V> fmt::Debug for GlobalStoreWriter<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GlobalStoreWriter").finish_non_exhaustive()
    }
}
