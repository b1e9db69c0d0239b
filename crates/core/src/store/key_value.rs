//! Key-value stores, typed: plain ones and those that stamp each value with its time.

use headwater_state::StateError;
use headwater_state::engine::{Direction, KeyRange};
use headwater_state::layer::{ReadOld, Scans};

use super::content::{StoreContent, StoredEntry};
use super::rows::{Logged, RowFormat, Rows, RowsSetup, StoreOpening};
use super::task_store::{RestoreRecord, TaskStore};
use super::{Caching, Cause, Field, FlushTable, Flushed, StoreError};
use crate::codec::{IsNull, Part, SharedCodec};
use crate::processor::TaskContext;
use crate::record::{Change, Record, Stamped};
use crate::time::Timestamp;

/// A key-value store of one task.
///
/// Semantics: `KeyValueStore` and `TimestampedKeyValueStore` of
/// `org.apache.kafka.streams.state`.
pub(crate) struct KeyValueRows<K, V> {
    keys: Field<K>,
    values: Field<V>,
    rows: Rows,
    /// Kept between calls, so that encoding allocates nothing.
    key_bytes: Vec<u8>,
    row_bytes: Vec<u8>,
}

impl<K: 'static, V: 'static> KeyValueRows<K, V> {
    pub(crate) fn open(
        opening: &StoreOpening,
        key: SharedCodec<K>,
        value: SharedCodec<V>,
        format: RowFormat,
        caching: Caching,
    ) -> Self {
        let (name, topic) = (&opening.name, &opening.topic_name);
        let setup = RowsSetup {
            format,
            headers: match format {
                RowFormat::StampedWithHeaders => Logged::OfDeletions,
                RowFormat::Plain | RowFormat::Stamped => Logged::WithoutHeaders,
            },
            unlogged_prefix: 0,
            cache: (caching == Caching::On).then_some(Scans::Rare),
        };
        Self {
            keys: Field::new(name, topic, Part::Key, key),
            values: Field::new(name, topic, Part::Value, value),
            rows: Rows::open(opening, setup),
            key_bytes: Vec::new(),
            row_bytes: Vec::new(),
        }
    }

    /// The value of a key; [`Timestamp::UNKNOWN`] with it where none is kept.
    pub(crate) fn get(&mut self, key: &K) -> Result<Option<Stamped<V>>, StoreError> {
        self.key_bytes.clear();
        self.keys.encode(key, &mut self.key_bytes)?;
        let format = self.rows.format();
        let row = self.rows.get(&self.key_bytes);
        match row.map_err(|source| self.keys.failed(source))? {
            None => Ok(None),
            Some(row) => read_row(&self.values, format, &row).map(Some),
        }
    }

    /// Sets the value of a key, or deletes it.
    pub(crate) fn put(
        &mut self,
        key: &K,
        value: Option<&V>,
        timestamp: Timestamp,
        cause: Cause,
        task: &mut TaskContext,
    ) -> Result<(), StoreError> {
        self.key_bytes.clear();
        self.keys.encode(key, &mut self.key_bytes)?;
        self.row_bytes.clear();
        self.rows.format().begin(timestamp, &mut self.row_bytes);
        let is_null = match value {
            None => IsNull::Yes,
            Some(value) => self.values.encode(value, &mut self.row_bytes)?,
        };
        let row = (is_null == IsNull::No).then_some(&*self.row_bytes);
        let put = self.rows.put(&self.key_bytes, row, cause, task);
        put.map_err(|source| self.keys.failed(source))
    }

    /// Gives each entry of a range of keys to `visit`, until it says to stop.
    pub(crate) fn visit(
        &self,
        range: KeyRange<'_>,
        direction: Direction,
        mut visit: impl FnMut(&[u8], K, Stamped<V>) -> Visit,
    ) -> Result<(), StoreError> {
        let failed = |source| self.keys.failed(source);
        let mut cursor = self.rows.scan(range, direction).map_err(failed)?;
        while let Some((key_bytes, row)) = cursor.entry() {
            let key = self.keys.decode(key_bytes)?;
            let value = read_row(&self.values, self.rows.format(), row)?;
            if visit(key_bytes, key, value) == Visit::Stop {
                break;
            }
            cursor.advance().map_err(failed)?;
        }
        Ok(())
    }

    /// The bytes of a key, for ranges.
    pub(crate) fn key_bytes(&self, key: &K) -> Result<Vec<u8>, StoreError> {
        let mut bytes = Vec::new();
        self.keys.encode(key, &mut bytes)?;
        Ok(bytes)
    }

    pub(crate) fn approximate_len(&self) -> u64 {
        self.rows.approximate_len()
    }
}

/// Whether a visit goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Visit {
    GoOn,
    Stop,
}

/// Reads a row of either format.
pub(crate) fn read_row<V: 'static>(
    values: &Field<V>,
    format: RowFormat,
    row: &[u8],
) -> Result<Stamped<V>, StoreError> {
    let (timestamp, bytes) = format.split(row).map_err(|source| values.failed(source))?;
    Ok(Stamped::new(values.decode(bytes)?, timestamp))
}

impl<K: 'static, V: 'static> FlushTable<K, V> for KeyValueRows<K, V> {
    fn is_cached(&self) -> bool {
        self.rows.is_cached()
    }

    fn is_over_budget(&self) -> bool {
        self.rows.is_over_budget()
    }

    fn flush_next(
        &mut self,
        old: ReadOld,
        task: &mut TaskContext,
    ) -> Result<Option<Flushed<K, V>>, StoreError> {
        let format = self.rows.format();
        let (keys, values) = (&self.keys, &self.values);
        let flushed = self.rows.flush_next(old, task, |key, new, old, cause| {
            let read =
                |row: Option<&[u8]>| row.map(|row| read_row(values, format, row)).transpose();
            let new = read(new)?;
            // Without being asked for, the old value was only read to see whether there was one.
            let old = read(old)?;
            let timestamp = new.as_ref().map_or(cause.timestamp, |new| new.timestamp);
            let change = Change::new(new.map(|new| new.value), old.map(|old| old.value));
            Ok(Flushed {
                record: Record {
                    key: keys.decode(key)?,
                    value: change,
                    timestamp,
                    headers: cause.headers,
                },
                in_hand: cause.in_hand,
            })
        });
        flushed.map_err(|source| keys.failed(source))?.transpose()
    }
}

impl<K: 'static, V: 'static> TaskStore for KeyValueRows<K, V> {
    fn flush(&mut self, task: &mut TaskContext) -> Result<(), StoreError> {
        let flushed = self.rows.flush_silently(task);
        flushed.map_err(|source| self.keys.failed(source))
    }

    fn restore(&mut self, record: &RestoreRecord<'_>) -> Result<(), StoreError> {
        let restored = self
            .rows
            .restore(record.key, record.value, record.timestamp);
        restored.map_err(|source| self.keys.failed(source))
    }

    fn content(&self) -> Result<StoreContent, StoreError> {
        let entries = all_entries(&self.rows, 0);
        let entries = entries.map_err(|source| self.keys.failed(source))?;
        Ok(StoreContent::KeyValue(entries))
    }
}

/// Every row, without the first bytes of its local key.
pub(crate) fn all_entries(rows: &Rows, prefix: usize) -> Result<Vec<StoredEntry>, StateError> {
    let mut entries = Vec::new();
    let mut cursor = rows.scan(KeyRange::ALL, Direction::Forward)?;
    while let Some((key, value)) = cursor.entry() {
        entries.push(StoredEntry {
            key: key.get(prefix..).unwrap_or_default().to_vec(),
            value: value.to_vec(),
        });
        cursor.advance()?;
    }
    Ok(entries)
}
