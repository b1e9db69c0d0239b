//! Global stores: whole topics, read by all tasks of an instance.

use std::any::Any;
use std::collections::HashMap;
use std::fmt;
use std::ops::Bound;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};

use headwater_state::StateError;
use headwater_state::engine::{Direction, Engine, KeyRange, Memory};

use super::content::{StoreContent, StoredEntry};
use super::{Field, RowFormat, StoreError, read_row};
use crate::codec::{IsNull, Part, SharedCodec};
use crate::record::Stamped;
use crate::time::Timestamp;

const FORMAT: RowFormat = RowFormat::Stamped;

/// The rows of one global store.
///
/// Tasks on several threads look rows up while the instance's global task writes them, so this
/// is the one store behind a lock. Readers do not wait for each other, and a row is written
/// under the lock, not decoded or encoded.
///
/// Semantics: the `TimestampedKeyValueStore` of a `GlobalKTable`.
pub(crate) struct GlobalRows<K, V> {
    keys: Field<K>,
    values: Field<V>,
    engine: RwLock<Memory>,
}

impl<K: 'static, V: 'static> GlobalRows<K, V> {
    pub(crate) fn open(
        store: &str,
        topic: &str,
        key: SharedCodec<K>,
        value: SharedCodec<V>,
    ) -> Self {
        let (store, topic) = (store.into(), topic.into());
        Self {
            keys: Field::new(&store, &topic, Part::Key, key),
            values: Field::new(&store, &topic, Part::Value, value),
            engine: RwLock::new(Memory::new()),
        }
    }

    /// The newest value of a key. `key_bytes` is the caller's, so that encoding allocates
    /// nothing.
    pub(crate) fn get(
        &self,
        key: &K,
        key_bytes: &mut Vec<u8>,
    ) -> Result<Option<Stamped<V>>, StoreError> {
        key_bytes.clear();
        self.keys.encode(key, key_bytes)?;
        let engine = self.read();
        let row = engine.get(key_bytes);
        match row.map_err(|source| self.keys.failed(source))? {
            None => Ok(None),
            Some(row) => read_row(&self.values, FORMAT, &row).map(Some),
        }
    }

    /// Sets the value of a key, or deletes it.
    pub(crate) fn put(
        &self,
        key: &K,
        value: Option<&V>,
        timestamp: Timestamp,
    ) -> Result<(), StoreError> {
        let (mut key_bytes, mut row) = (Vec::new(), Vec::new());
        self.keys.encode(key, &mut key_bytes)?;
        FORMAT.begin(timestamp, &mut row);
        let is_null = match value {
            None => IsNull::Yes,
            Some(value) => self.values.encode(value, &mut row)?,
        };
        let mut engine = self.engine.write().unwrap_or_else(PoisonError::into_inner);
        let put = match is_null {
            IsNull::Yes => engine.delete(&key_bytes),
            IsNull::No => engine.put(&key_bytes, &row),
        };
        put.map_err(|source| self.keys.failed(source))
    }

    /// The entries of a range of keys, in the order of their bytes.
    pub(crate) fn between(
        &self,
        from: Bound<&K>,
        to: Bound<&K>,
    ) -> Result<Vec<(K, Stamped<V>)>, StoreError> {
        let bytes = |bound: Bound<&K>| {
            let encoded = |key| {
                let mut bytes = Vec::new();
                self.keys.encode(key, &mut bytes).map(|_| bytes)
            };
            Ok(match bound {
                Bound::Included(key) => Bound::Included(encoded(key)?),
                Bound::Excluded(key) => Bound::Excluded(encoded(key)?),
                Bound::Unbounded => Bound::Unbounded,
            })
        };
        let (from, to) = (bytes(from)?, bytes(to)?);
        let range = KeyRange {
            from: from.as_ref().map(Vec::as_slice),
            to: to.as_ref().map(Vec::as_slice),
        };
        let failed = |source| self.keys.failed(source);
        let engine = self.read();
        let mut entries = Vec::new();
        let mut cursor = engine.scan(range, Direction::Forward).map_err(failed)?;
        while let Some((key, row)) = cursor.entry() {
            let row = read_row(&self.values, FORMAT, row)?;
            entries.push((self.keys.decode(key)?, row));
            cursor.advance().map_err(failed)?;
        }
        Ok(entries)
    }

    /// A thread that died while it held the lock left whole rows: the engine writes one at once.
    fn read(&self) -> RwLockReadGuard<'_, Memory> {
        self.engine.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn entries(&self) -> Result<Vec<StoredEntry>, StateError> {
        let engine = self.read();
        let mut entries = Vec::new();
        let mut cursor = engine.scan(KeyRange::ALL, Direction::Forward)?;
        while let Some((key, value)) = cursor.entry() {
            entries.push(StoredEntry {
                key: key.to_vec(),
                value: value.to_vec(),
            });
            cursor.advance()?;
        }
        Ok(entries)
    }
}

/// What every global store can do, whatever it holds.
trait AnyGlobal: Send + Sync {
    fn content(&self) -> Result<StoreContent, StoreError>;
}

impl<K: 'static, V: 'static> AnyGlobal for GlobalRows<K, V> {
    fn content(&self) -> Result<StoreContent, StoreError> {
        let entries = self.entries();
        let entries = entries.map_err(|source| self.keys.failed(source))?;
        Ok(StoreContent::KeyValue(entries))
    }
}

/// A global store that was opened for an instance: the same one, typed and untyped.
#[derive(Clone)]
pub(crate) struct OpenGlobal {
    store: Arc<dyn AnyGlobal>,
    typed: Arc<dyn Any + Send + Sync>,
}

impl OpenGlobal {
    pub(crate) fn new<K: 'static, V: 'static>(rows: GlobalRows<K, V>) -> Self {
        let rows = Arc::new(rows);
        Self {
            store: Arc::clone(&rows) as _,
            typed: rows,
        }
    }
}

/// The global stores of an instance. Clones are handles to the same stores.
#[derive(Clone, Default)]
pub struct GlobalStores(Arc<HashMap<String, OpenGlobal>>);

impl GlobalStores {
    pub(crate) fn new(stores: impl IntoIterator<Item = (String, OpenGlobal)>) -> Self {
        Self(Arc::new(stores.into_iter().collect()))
    }

    /// What a store holds, for tests; `None` if there is no such store.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn content(&self, store: &str) -> Option<Result<StoreContent, StoreError>> {
        self.0.get(store).map(|open| open.store.content())
    }

    /// A store as what it is.
    pub(crate) fn typed<K: 'static, V: 'static>(
        &self,
        store: &str,
    ) -> Option<Arc<GlobalRows<K, V>>> {
        let typed = Arc::clone(&self.0.get(store)?.typed);
        typed.downcast().ok()
    }
}

impl fmt::Debug for GlobalStores {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut names: Vec<&String> = self.0.keys().collect();
        names.sort();
        f.debug_tuple("GlobalStores").field(&names).finish()
    }
}
