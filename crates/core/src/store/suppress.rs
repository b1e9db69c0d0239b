//! The buffer of a suppressed table: the newest update of each key, until its time has come.
//!
//! The layout is drawn in `docs/formats.md`, "Suppressed updates".

use headwater_state::buffer::{Buffered, TimeOrdered};

use super::buffer_value;
use super::content::{StoreContent, StoredEntry};
use super::rows::{ChangelogTopic, StoreOpening};
use super::task_store::{RestoreRecord, TaskStore};
use super::{Field, StoreError};
use crate::codec::{IsNull, Part, SharedCodec};
use crate::processor::{Bytes, RecordContext, TaskContext};
use crate::record::{Change, Headers, Record, Stamped};
use crate::time::Timestamp;

/// The header that says how the values of the changelog are laid out.
const VERSION_HEADER: &str = "v";
const VERSION: &[u8] = &[3];

/// The buffer of a suppressed table, in memory, logged at commit.
///
/// Changelog values are `buffered value ‖ time(8)`; see `buffer_value`.
///
/// Semantics: `InMemoryTimeOrderedKeyValueChangeBuffer` of
/// `org.apache.kafka.streams.state.internals`.
pub(crate) struct SuppressBuffer<K, V> {
    keys: Field<K>,
    values: Field<V>,
    waiting: TimeOrdered<RecordContext>,
    changelog: Option<ChangelogTopic>,
    /// Kept between calls, so that encoding allocates nothing.
    key_bytes: Vec<u8>,
    old_bytes: Vec<u8>,
    new_bytes: Vec<u8>,
}

/// What the table downstream of a buffer holds.
pub(crate) enum Prior<V> {
    /// The key does not wait: what upstream holds was passed on.
    NotWaiting,
    /// The value that was passed on before the key began to wait.
    PassedOn(Option<Stamped<V>>),
}

/// An update whose time has come.
pub(crate) struct Released<K, V> {
    pub(crate) record: Record<K, Change<V>>,
    pub(crate) context: RecordContext,
}

impl<K: 'static, V: 'static> SuppressBuffer<K, V> {
    pub(crate) fn open(opening: &StoreOpening, key: SharedCodec<K>, value: SharedCodec<V>) -> Self {
        let (name, topic) = (&opening.name, &opening.topic_name);
        Self {
            keys: Field::new(name, topic, Part::Key, key),
            values: Field::new(name, topic, Part::Value, value),
            waiting: TimeOrdered::new(),
            changelog: opening.changelog,
            key_bytes: Vec::new(),
            old_bytes: Vec::new(),
            new_bytes: Vec::new(),
        }
    }

    /// Lets an update wait until `time`; one whose key waits already takes its place.
    pub(crate) fn put(
        &mut self,
        time: Timestamp,
        record: &Record<K, Change<V>>,
        task: &TaskContext,
    ) -> Result<(), StoreError> {
        self.key_bytes.clear();
        self.keys.encode(&record.key, &mut self.key_bytes)?;
        let old = encode(&self.values, record.value.old.as_ref(), &mut self.old_bytes)?;
        let new = encode(&self.values, record.value.new.as_ref(), &mut self.new_bytes)?;
        let context = task.record_context(record);
        self.waiting
            .put(time.as_millis(), &self.key_bytes, old, new, context);
        Ok(())
    }

    /// The update that leaves first; it stays until [`remove_first`](Self::remove_first).
    pub(crate) fn first(&self) -> Result<Option<Released<K, V>>, StoreError> {
        let Some(first) = self.waiting.first() else {
            return Ok(None);
        };
        let read = |bytes: Option<&[u8]>| bytes.map(|bytes| self.values.decode(bytes)).transpose();
        // An update leaves the buffer once: what goes on is a copy of its own.
        let context = first.update.cause.clone();
        let change = Change::new(read(first.update.new_value())?, read(first.update.old())?);
        Ok(Some(Released {
            record: Record {
                key: self.keys.decode(first.key)?,
                value: change,
                timestamp: context.timestamp,
                headers: context.headers.clone(),
            },
            context,
        }))
    }

    pub(crate) fn remove_first(&mut self) {
        self.waiting.remove_first();
    }

    /// The time of the update that leaves first.
    pub(crate) fn min_time(&self) -> Option<Timestamp> {
        self.waiting.min_time_ms().map(Timestamp::from_millis)
    }

    pub(crate) fn records(&self) -> u64 {
        self.waiting.len() as u64
    }

    pub(crate) fn bytes(&self) -> u64 {
        self.waiting.bytes()
    }

    /// What the table downstream holds for a key.
    pub(crate) fn prior(&mut self, key: &K) -> Result<Prior<V>, StoreError> {
        self.key_bytes.clear();
        self.keys.encode(key, &mut self.key_bytes)?;
        let Some(waiting) = self.waiting.get(&self.key_bytes) else {
            return Ok(Prior::NotWaiting);
        };
        let prior = waiting.prior().map(|bytes| self.values.decode(bytes));
        let prior = prior.transpose()?;
        // Nobody knows since when it holds.
        let prior = prior.map(|value| Stamped::new(value, Timestamp::UNKNOWN));
        Ok(Prior::PassedOn(prior))
    }
}

fn encode<'b, V: 'static>(
    values: &Field<V>,
    value: Option<&V>,
    bytes: &'b mut Vec<u8>,
) -> Result<Option<&'b [u8]>, StoreError> {
    bytes.clear();
    let is_null = match value {
        None => IsNull::Yes,
        Some(value) => values.encode(value, bytes)?,
    };
    Ok((is_null == IsNull::No).then_some(&**bytes))
}

/// Appends a value as it lies in the changelog.
fn encode_logged(time_ms: i64, update: &Buffered<RecordContext>, out: &mut Vec<u8>) {
    buffer_value::encode(update, out);
    out.extend_from_slice(&time_ms.to_be_bytes());
}

impl<K: 'static, V: 'static> TaskStore for SuppressBuffer<K, V> {
    /// Logs what changed since the last commit, at the time at which the producer sends it.
    fn flush(&mut self, task: &mut TaskContext) -> Result<(), StoreError> {
        let Some(changelog) = self.changelog else {
            self.waiting.forget_changes();
            return Ok(());
        };
        let (topic, partition) = (changelog.topic, changelog.partition);
        let mut bytes = std::mem::take(&mut self.new_bytes);
        self.waiting.log_changes(|key, waiting| {
            let mut headers = Headers::new();
            let value = waiting.map(|waiting| {
                headers.add(VERSION_HEADER, VERSION);
                bytes.clear();
                encode_logged(waiting.time_ms, waiting.update, &mut bytes);
                &*bytes
            });
            let unset = Timestamp::UNKNOWN;
            task.outputs
                .append_bytes(topic, partition, unset, headers, key, value);
        });
        self.new_bytes = bytes;
        Ok(())
    }

    fn restore(&mut self, record: &RestoreRecord<'_>) -> Result<(), StoreError> {
        let Some(value) = record.value else {
            self.waiting.restore_removal(record.key);
            return Ok(());
        };
        let mut bytes = Bytes(value);
        let update = buffer_value::decode(&mut bytes);
        let update = update.map_err(|source| self.keys.failed(source))?;
        let time = bytes.long("the time of a buffered value");
        let time = time.map_err(|source| self.keys.failed(source))?;
        self.waiting.restore(time, record.key, update);
        Ok(())
    }

    fn content(&self) -> Result<StoreContent, StoreError> {
        let entries = self.waiting.iter().map(|waiting| {
            let mut value = Vec::new();
            encode_logged(waiting.time_ms, waiting.update, &mut value);
            StoredEntry {
                key: waiting.key.to_vec(),
                value,
            }
        });
        Ok(StoreContent::Buffer {
            entries: entries.collect(),
            bytes: self.waiting.bytes(),
            min_timestamp_ms: self.waiting.min_time_ms(),
        })
    }
}
