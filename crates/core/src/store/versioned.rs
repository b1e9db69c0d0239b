//! Versioned key-value stores, typed: each value with the time it holds from.

use std::time::Duration;

use headwater_state::StateError;
use headwater_state::engine::Memory;
use headwater_state::layer::ReadOld;
use headwater_state::versioned::{Version, Versioned, VersionedPut};

use super::content::StoreContent;
use super::rows::{ChangelogTopic, StoreOpening};
use super::task_store::{RestoreRecord, TaskStore};
use super::{Field, FlushTable, Flushed, StoreError};
use crate::codec::{IsNull, Part, SharedCodec};
use crate::processor::TaskContext;
use crate::record::{Headers, Stamped};
use crate::time::{Timestamp, duration_millis};

/// A versioned key-value store of one task. There is never a cache above it.
///
/// Semantics: `org.apache.kafka.streams.state.VersionedKeyValueStore` (KIP-889) below
/// `ChangeLoggingVersionedKeyValueBytesStore`.
pub(crate) struct VersionedRows<K, V> {
    keys: Field<K>,
    values: Field<V>,
    versions: Versioned,
    changelog: Option<ChangelogTopic>,
    /// Kept between calls, so that encoding allocates nothing.
    key_bytes: Vec<u8>,
    value_bytes: Vec<u8>,
}

impl<K: 'static, V: 'static> VersionedRows<K, V> {
    pub(crate) fn open(
        opening: &StoreOpening,
        key: SharedCodec<K>,
        value: SharedCodec<V>,
        history: Duration,
    ) -> Self {
        let (name, topic) = (&opening.name, &opening.topic_name);
        let engine = Box::new(Memory::new());
        Self {
            keys: Field::new(name, topic, Part::Key, key),
            values: Field::new(name, topic, Part::Value, value),
            versions: Versioned::new(engine, duration_millis(history)),
            changelog: opening.changelog,
            key_bytes: Vec::new(),
            value_bytes: Vec::new(),
        }
    }

    /// The newest value of a key.
    pub(crate) fn get(&mut self, key: &K) -> Result<Option<Stamped<V>>, StoreError> {
        self.read(key, Versioned::get)
    }

    /// The value of a key that held at a time, if that is within the history.
    pub(crate) fn get_as_of(
        &mut self,
        key: &K,
        at: Timestamp,
    ) -> Result<Option<Stamped<V>>, StoreError> {
        self.read(key, |versions, key| versions.get_as_of(key, at.as_millis()))
    }

    fn read(
        &mut self,
        key: &K,
        read: impl for<'v> FnOnce(&'v mut Versioned, &[u8]) -> Result<Option<Version<'v>>, StateError>,
    ) -> Result<Option<Stamped<V>>, StoreError> {
        self.key_bytes.clear();
        self.keys.encode(key, &mut self.key_bytes)?;
        let found = read(&mut self.versions, &self.key_bytes);
        match found.map_err(|source| self.keys.failed(source))? {
            None => Ok(None),
            Some(version) => {
                let value = self.values.decode(&version.value)?;
                let from = Timestamp::from_millis(version.from_ms);
                Ok(Some(Stamped::new(value, from)))
            }
        }
    }

    /// Puts the value that holds from a time on; `None` deletes it. One before the history is
    /// refused and counted as dropped, and logged all the same, as in Kafka Streams.
    pub(crate) fn put(
        &mut self,
        key: &K,
        value: Option<&V>,
        from: Timestamp,
        task: &mut TaskContext,
    ) -> Result<VersionedPut, StoreError> {
        self.key_bytes.clear();
        self.keys.encode(key, &mut self.key_bytes)?;
        self.value_bytes.clear();
        let is_null = match value {
            None => IsNull::Yes,
            Some(value) => self.values.encode(value, &mut self.value_bytes)?,
        };
        let value = (is_null == IsNull::No).then_some(&*self.value_bytes);
        let put = self.versions.put(&self.key_bytes, value, from.as_millis());
        let put = put.map_err(|source| self.keys.failed(source))?;
        if put == VersionedPut::TooOld {
            task.drop_record("it is older than the history of its versioned table");
        }
        if let Some(ChangelogTopic { topic, partition }) = self.changelog {
            let (key, headers) = (&*self.key_bytes, Headers::new());
            let outputs = &mut task.outputs;
            outputs.append_bytes(topic, partition, from, headers, key, value);
        }
        Ok(put)
    }
}

impl<K: 'static, V: 'static> FlushTable<K, V> for VersionedRows<K, V> {
    fn is_cached(&self) -> bool {
        false
    }

    fn is_over_budget(&self) -> bool {
        false
    }

    fn flush_next(
        &mut self,
        _: ReadOld,
        _: &mut TaskContext,
    ) -> Result<Option<Flushed<K, V>>, StoreError> {
        Ok(None)
    }
}

impl<K: 'static, V: 'static> TaskStore for VersionedRows<K, V> {
    fn flush(&mut self, _: &mut TaskContext) -> Result<(), StoreError> {
        Ok(())
    }

    fn restore(&mut self, record: &RestoreRecord<'_>) -> Result<(), StoreError> {
        // What was refused when it was logged is refused again.
        let from_ms = record.timestamp.as_millis();
        let put = self.versions.put(record.key, record.value, from_ms);
        put.map(drop).map_err(|source| self.keys.failed(source))
    }

    fn content(&self) -> Result<StoreContent, StoreError> {
        let all = self.versions.all();
        let all = all.map_err(|source| self.keys.failed(source))?;
        let keys = all.into_iter().map(|(key, versions)| {
            let versions = versions.into_iter();
            let versions = versions.map(|version| {
                let value = version.value.into_owned();
                (version.from_ms, version.until_ms, value)
            });
            (key, versions.collect())
        });
        Ok(StoreContent::Versioned(keys.collect()))
    }
}
