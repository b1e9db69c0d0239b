//! Key-value stores, typed: plain ones and those that stamp each value with its time.

use std::rc::Rc;

use headwater_state::StateError;
use headwater_state::engine::{Direction, KeyRange};
use headwater_state::layer::{ReadOld, Scans};

use super::content::{StoreContent, StoredEntry};
use super::expiry::Expiry;
use super::rows::{Logged, RowFormat, Rows, RowsSetup, StoreOpening};
use super::task_store::{RestoreRecord, TaskStore};
use super::{Caching, Cause, Field, FlushTable, Flushed, StoreError};
use crate::codec::{IsNull, Part, SharedCodec};
use crate::dsl::{Changes, Ttl};
use crate::processor::{InHand, TaskContext};
use crate::record::{Change, Headers, Record, Stamped};
use crate::time::Timestamp;

/// How a key-value store keeps its rows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KeyValueSetup {
    pub(crate) format: RowFormat,
    pub(crate) caching: Caching,
    pub(crate) ttl: Option<Ttl>,
    pub(crate) changes: Changes,
}

impl KeyValueSetup {
    /// How rows lie in the store: without timestamps there would be no telling when they die.
    /// The changelog is that of plain rows, at their times.
    const fn row_format(self) -> RowFormat {
        match (self.format, self.ttl) {
            (RowFormat::Plain, Some(_)) => RowFormat::Stamped,
            (format, _) => format,
        }
    }
}

/// Whether a row was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PutRow {
    Written,
    /// It has the value that it had, and the store writes changes only.
    Unchanged,
}

/// A row that died.
pub(crate) struct DeadRow<K, V> {
    pub(crate) key: K,
    pub(crate) value: V,
    /// The last moment of its life.
    pub(crate) timestamp: Timestamp,
}

/// A key-value store of one task.
///
/// Semantics: `KeyValueStore` and `TimestampedKeyValueStore` of
/// `org.apache.kafka.streams.state`.
pub(crate) struct KeyValueRows<K, V> {
    keys: Field<K>,
    values: Field<V>,
    rows: Rows,
    setup: KeyValueSetup,
    expiry: Option<Expiry>,
    /// Kept between calls, so that encoding allocates nothing.
    key_bytes: Vec<u8>,
    row_bytes: Vec<u8>,
}

impl<K: 'static, V: 'static> KeyValueRows<K, V> {
    pub(crate) fn open(
        opening: &StoreOpening,
        key: SharedCodec<K>,
        value: SharedCodec<V>,
        setup: KeyValueSetup,
    ) -> Self {
        let (name, topic) = (&opening.name, &opening.topic_name);
        let format = setup.row_format();
        let rows = RowsSetup {
            format,
            headers: match format {
                RowFormat::StampedWithHeaders => Logged::OfDeletions,
                RowFormat::Plain | RowFormat::Stamped => Logged::WithoutHeaders,
            },
            unlogged_prefix: 0,
            cache: (setup.caching == Caching::On).then_some(Scans::Rare),
            changes: setup.changes,
        };
        Self {
            keys: Field::new(name, topic, Part::Key, key),
            values: Field::new(name, topic, Part::Value, value),
            rows: Rows::open(opening, rows),
            setup,
            expiry: setup
                .ttl
                .map(|ttl| Expiry::new(ttl, Rc::clone(&opening.times))),
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
        let row = row.map_err(|source| self.keys.failed(source))?;
        read_found(&self.values, self.expiry.as_ref(), format, row.as_deref())
    }

    /// As [`get`](Self::get), for a join: what it has seen cannot vanish without a word.
    pub(crate) fn get_shown(&mut self, key: &K) -> Result<Option<Stamped<V>>, StoreError> {
        self.key_bytes.clear();
        self.keys.encode(key, &mut self.key_bytes)?;
        let format = self.rows.format();
        let row = self.rows.get_shown(&self.key_bytes);
        let row = row.map_err(|source| self.keys.failed(source))?;
        read_found(&self.values, self.expiry.as_ref(), format, row.as_deref())
    }

    /// Sets the value of a key, or deletes it.
    pub(crate) fn put(
        &mut self,
        key: &K,
        value: Option<&V>,
        timestamp: Timestamp,
        cause: Cause,
        task: &mut TaskContext,
    ) -> Result<PutRow, StoreError> {
        // A plain row that may die has the time of its write.
        let timestamp = match &self.expiry {
            Some(expiry) if !timestamp.is_valid() => match cause.timestamp {
                written if written.is_valid() => written,
                _ => expiry.now(),
            },
            _ => timestamp,
        };
        self.key_bytes.clear();
        self.keys.encode(key, &mut self.key_bytes)?;
        self.row_bytes.clear();
        self.rows.format().begin(timestamp, &mut self.row_bytes);
        let is_null = match value {
            None => IsNull::Yes,
            Some(value) => self.values.encode(value, &mut self.row_bytes)?,
        };
        let row = (is_null == IsNull::No).then_some(&*self.row_bytes);
        if self.setup.changes == Changes::OfValue {
            let format = self.rows.format();
            let held = self.rows.get(&self.key_bytes);
            let held = held.map_err(|source| self.keys.failed(source))?;
            let is_same = match (held.as_deref(), row) {
                (None, None) => true,
                (Some(held), Some(row)) => format.same_values(held, row),
                _ => false,
            };
            if is_same {
                return Ok(PutRow::Unchanged);
            }
        }
        let put = self.rows.put(&self.key_bytes, row, cause, task);
        put.map_err(|source| self.keys.failed(source))?;
        if let (Some(expiry), IsNull::No) = (&mut self.expiry, is_null) {
            expiry.note(&self.key_bytes, timestamp);
        }
        Ok(PutRow::Written)
    }

    /// Deletes the row that died first of those that are due, and gives it.
    pub(crate) fn expire_next(
        &mut self,
        task: &mut TaskContext,
    ) -> Result<Option<DeadRow<K, V>>, StoreError> {
        let Some(expiry) = &mut self.expiry else {
            return Ok(None);
        };
        let format = self.rows.format();
        while let Some(key) = expiry.take_due() {
            let row = self.rows.get(&key);
            let Some(row) = row.map_err(|source| self.keys.failed(source))? else {
                continue;
            };
            let Stamped { value, timestamp } = read_row(&self.values, format, &row)?;
            if !expiry.is_dead(timestamp) {
                expiry.note(&key, timestamp);
                continue;
            }
            drop(row);
            let timestamp = Timestamp::from_millis(expiry.last_ms(timestamp));
            let cause = Cause {
                timestamp,
                headers: Headers::new(),
                in_hand: InHand::default(),
            };
            let put = self.rows.put(&key, None, cause, task);
            put.map_err(|source| self.keys.failed(source))?;
            let key = self.keys.decode(&key)?;
            return Ok(Some(DeadRow {
                key,
                value,
                timestamp,
            }));
        }
        Ok(None)
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
            let mut expiry = self.expiry.iter();
            let is_dead = expiry.any(|expiry| expiry.is_dead(value.timestamp));
            if !is_dead && visit(key_bytes, key, value) == Visit::Stop {
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

/// A row, unless it is dead.
fn read_live<'r>(
    expiry: Option<&Expiry>,
    format: RowFormat,
    row: &'r [u8],
) -> Result<Option<&'r [u8]>, StateError> {
    match expiry {
        Some(expiry) if expiry.is_dead(format.split(row)?.0) => Ok(None),
        _ => Ok(Some(row)),
    }
}

/// Reads a row that was found, unless it is dead.
fn read_found<V: 'static>(
    values: &Field<V>,
    expiry: Option<&Expiry>,
    format: RowFormat,
    row: Option<&[u8]>,
) -> Result<Option<Stamped<V>>, StoreError> {
    let Some(row) = row else {
        return Ok(None);
    };
    let row = read_live(expiry, format, row).map_err(|source| values.failed(source))?;
    row.map(|row| read_row(values, format, row)).transpose()
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
    fn expire(&mut self, task: &mut TaskContext) -> Result<(), StoreError> {
        while self.expire_next(task)?.is_some() {}
        Ok(())
    }

    fn flush(&mut self, task: &mut TaskContext) -> Result<(), StoreError> {
        let flushed = self.rows.flush_silently(task);
        flushed.map_err(|source| self.keys.failed(source))
    }

    fn restore(&mut self, record: &RestoreRecord<'_>) -> Result<(), StoreError> {
        let restored = self
            .rows
            .restore(record.key, record.value, record.timestamp);
        restored.map_err(|source| self.keys.failed(source))?;
        if let (Some(expiry), Some(_)) = (&mut self.expiry, record.value) {
            expiry.note(record.key, record.timestamp);
        }
        Ok(())
    }

    fn content(&self) -> Result<StoreContent, StoreError> {
        let entries = all_entries(&self.rows, 0);
        let mut entries = entries.map_err(|source| self.keys.failed(source))?;
        if let Some(expiry) = &self.expiry {
            let format = self.rows.format();
            let mut shown = Vec::with_capacity(entries.len());
            for mut entry in entries {
                let split = format.split(&entry.value);
                let (timestamp, value) = split.map_err(|source| self.values.failed(source))?;
                if expiry.is_dead(timestamp) {
                    continue;
                }
                if self.setup.format == RowFormat::Plain {
                    entry.value = value.to_vec();
                }
                shown.push(entry);
            }
            entries = shown;
        }
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
