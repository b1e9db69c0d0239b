//! Versioned key-value stores as processors work with them.

use std::fmt;

use super::access::Access;
use super::{StoreError, VersionedRows};
use crate::processor::StoreWriter;
use crate::record::Stamped;
use crate::time::Timestamp;

/// A versioned key-value store of the processor's task: each value with the time it holds from,
/// for as long as the store's history. Handles share the store.
///
/// Semantics: `org.apache.kafka.streams.state.VersionedKeyValueStore` (KIP-889).
pub struct VersionedKeyValueStore<K, V> {
    rows: Access<VersionedRows<K, V>>,
}

impl<K: 'static, V: 'static> VersionedKeyValueStore<K, V> {
    pub(crate) const fn new(rows: Access<VersionedRows<K, V>>) -> Self {
        Self { rows }
    }

    /// The newest value of a key, with the time it holds from.
    ///
    /// # Errors
    /// If the store cannot be read, or its bytes are not what the codec reads.
    pub fn get(&self, key: &K) -> Result<Option<Stamped<V>>, StoreError> {
        self.rows.rows().get(key)
    }

    /// The value of a key that held at this time, with the time it holds from. Of times before
    /// the history only what is still the newest is known.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub fn get_as_of(&self, key: &K, at: Timestamp) -> Result<Option<Stamped<V>>, StoreError> {
        self.rows.rows().get_as_of(key, at)
    }

    /// Puts the value that holds from this time on, until the next one that is known. One before
    /// the history is not kept: it is dropped and counted.
    ///
    /// # Errors
    /// If the store cannot be written, or a codec refuses the key or value.
    pub fn put_at(
        &self,
        key: &K,
        value: &V,
        from: Timestamp,
        context: &mut impl StoreWriter,
    ) -> Result<(), StoreError> {
        self.set(key, Some(value), from, context)
    }

    /// Ends the value of a key at this time, and gives the one that held then.
    ///
    /// # Errors
    /// As [`put_at`](Self::put_at).
    pub fn delete_at(
        &self,
        key: &K,
        at: Timestamp,
        context: &mut impl StoreWriter,
    ) -> Result<Option<Stamped<V>>, StoreError> {
        let held = self.get_as_of(key, at)?;
        self.set(key, None, at, context)?;
        Ok(held)
    }

    pub(super) fn set(
        &self,
        key: &K,
        value: Option<&V>,
        from: Timestamp,
        context: &mut impl StoreWriter,
    ) -> Result<(), StoreError> {
        self.rows.write(context, |rows, _, task| {
            rows.put(key, value, from, task).map(drop)
        })
    }
}

impl<K, V> fmt::Debug for VersionedKeyValueStore<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VersionedKeyValueStore")
            .finish_non_exhaustive()
    }
}
