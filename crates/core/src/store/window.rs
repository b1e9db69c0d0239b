//! Window stores, typed: rows by key and window start, kept for their retention.
//!
//! A row's local key begins with the number of its time segment. Rows that are older than the
//! retention are hidden from reads at once, and dropped segment by segment as stream time goes
//! on.

mod duplicates;

use headwater_state::engine::{Direction, KeyRange};
use headwater_state::key::{SEGMENT_BYTES, Segments, WindowKey};
use headwater_state::layer::{ReadOld, Scans};

use super::content::{StoreContent, StoredEntry};
use super::key_value::read_row;
use super::rows::{Logged, RowFormat, Rows, RowsSetup, StoreOpening};
use super::task_store::{RestoreRecord, TaskStore};
use super::{Caching, Cause, Field, FlushTable, Flushed, StoreError, Visit};
use crate::codec::{IsNull, Part, SharedCodec};
use crate::dsl::StoreType;
use crate::processor::TaskContext;
use crate::record::{Change, Record, Stamped};
use crate::time::Timestamp;
use crate::window::{Window, Windowed};
pub(crate) use duplicates::EncodedRow;
use duplicates::Sequence;

/// What becomes of a second row of the same key and window start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Duplicates {
    /// It replaces the first.
    Replaced,
    /// Both are kept, as stream-stream joins need it.
    Kept,
}

/// How a window store keeps its rows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct WindowSetup {
    pub(crate) size_ms: i64,
    pub(crate) retention_ms: i64,
    pub(crate) duplicates: Duplicates,
    pub(crate) format: RowFormat,
    pub(crate) headers: Logged,
    pub(crate) caching: Caching,
    pub(crate) scans: Scans,
    pub(crate) store_type: StoreType,
}

/// Whether a row was kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PutWindow {
    Kept,
    /// It is older than the retention: it was logged, and not kept.
    Expired,
}

/// A window store of one task.
///
/// Semantics: `WindowStore` and `TimestampedWindowStore` of `org.apache.kafka.streams.state`,
/// with the segments of `AbstractRocksDBSegmentedBytesStore`.
pub(crate) struct WindowRows<K, V> {
    keys: Field<K>,
    values: Field<V>,
    rows: Rows,
    setup: WindowSetup,
    segments: Segments,
    /// Largest window start that was put.
    observed_ms: i64,
    /// Number duplicates, over all keys.
    kept: Sequence,
    logged: Sequence,
    /// Kept between calls, so that encoding allocates nothing.
    key_bytes: Vec<u8>,
    local_key: Vec<u8>,
    local_end: Vec<u8>,
    row_bytes: Vec<u8>,
}

impl<K: 'static, V: 'static> WindowRows<K, V> {
    pub(crate) fn open(
        opening: &StoreOpening,
        key: SharedCodec<K>,
        value: SharedCodec<V>,
        setup: WindowSetup,
    ) -> Self {
        let (name, topic) = (&opening.name, &opening.topic_name);
        let rows = RowsSetup {
            format: setup.format,
            headers: setup.headers,
            unlogged_prefix: SEGMENT_BYTES,
            cache: (setup.caching == Caching::On).then_some(setup.scans),
        };
        Self {
            keys: Field::new(name, topic, Part::Key, key),
            values: Field::new(name, topic, Part::Value, value),
            rows: Rows::open(opening, rows),
            setup,
            segments: Segments::for_retention_ms(setup.retention_ms),
            observed_ms: Timestamp::UNKNOWN.as_millis(),
            kept: Sequence::default(),
            logged: Sequence::default(),
            key_bytes: Vec::new(),
            local_key: Vec::new(),
            local_end: Vec::new(),
            row_bytes: Vec::new(),
        }
    }

    /// The row of a key in the window that begins then.
    pub(crate) fn get(&mut self, key: &K, start_ms: i64) -> Result<Option<Stamped<V>>, StoreError> {
        if start_ms < self.oldest_ms() {
            return Ok(None);
        }
        self.encode_key(key)?;
        self.set_local_key(start_ms, 0);
        let format = self.rows.format();
        let row = self.rows.get(&self.local_key);
        match row.map_err(|source| self.keys.failed(source))? {
            None => Ok(None),
            Some(row) => read_row(&self.values, format, &row).map(Some),
        }
    }

    /// Sets the row of a key in the window that begins then; `None` deletes it.
    pub(crate) fn put(
        &mut self,
        key: &K,
        start_ms: i64,
        value: Option<&V>,
        timestamp: Timestamp,
        cause: Cause,
        task: &mut TaskContext,
    ) -> Result<PutWindow, StoreError> {
        debug_assert_eq!(
            self.setup.duplicates,
            Duplicates::Replaced,
            "where duplicates are kept, rows are added"
        );
        self.encode_key(key)?;
        self.set_local_key(start_ms, 0);
        self.row_bytes.clear();
        self.rows.format().begin(timestamp, &mut self.row_bytes);
        let is_null = match value {
            None => IsNull::Yes,
            Some(value) => self.values.encode(value, &mut self.row_bytes)?,
        };
        self.observe(start_ms)?;
        let row = (is_null == IsNull::No).then_some(&*self.row_bytes);
        if self.is_expired(start_ms) {
            self.rows.log_only(&self.local_key, row, &cause, task);
            return Ok(PutWindow::Expired);
        }
        let put = self.rows.put(&self.local_key, row, cause, task);
        put.map_err(|source| self.keys.failed(source))?;
        Ok(PutWindow::Kept)
    }

    /// Gives the rows of a key whose windows begin from `from_ms` to `to_ms`, both included, to
    /// `visit` by their starts, until it says to stop.
    pub(crate) fn visit_key(
        &mut self,
        key: &K,
        from_ms: i64,
        to_ms: i64,
        direction: Direction,
        mut visit: impl FnMut(i64, Stamped<V>) -> Visit,
    ) -> Result<(), StoreError> {
        self.encode_key(key)?;
        let from_ms = from_ms.max(self.oldest_ms()).max(0);
        if from_ms > to_ms {
            return Ok(());
        }
        let newest_ms = to_ms.min(self.observed_ms.max(from_ms));
        let (first, last) = (self.segments.of(from_ms), self.segments.of(newest_ms));
        for nth in 0..=(last - first) {
            let segment = match direction {
                Direction::Forward => first + nth,
                Direction::Reverse => last - nth,
            };
            self.set_bounds(segment, from_ms, to_ms);
            if self.visit_bounds(direction, &mut visit)? == Visit::Stop {
                break;
            }
        }
        Ok(())
    }

    /// Gives every row whose window begins from `from_ms` to `to_ms`, both included, to `visit`:
    /// by segment, then in the order of keys, until it says to stop.
    pub(crate) fn visit_all(
        &self,
        from_ms: i64,
        to_ms: i64,
        mut visit: impl FnMut(&[u8], i64, Stamped<V>) -> Visit,
    ) -> Result<(), StoreError> {
        let failed = |source| self.keys.failed(source);
        let from_ms = from_ms.max(self.oldest_ms());
        let cursor = self.rows.scan(KeyRange::ALL, Direction::Forward);
        let mut cursor = cursor.map_err(failed)?;
        while let Some((local, row)) = cursor.entry() {
            if let Some(found) = WindowKey::read_local(local)
                && (from_ms..=to_ms).contains(&found.start_ms)
            {
                let row = read_row(&self.values, self.rows.format(), row)?;
                if visit(found.key, found.start_ms, row) == Visit::Stop {
                    break;
                }
            }
            cursor.advance().map_err(failed)?;
        }
        Ok(())
    }

    /// A key from its bytes in this store.
    pub(crate) fn decode_key(&self, bytes: &[u8]) -> Result<K, StoreError> {
        self.keys.decode(bytes)
    }

    /// Visits the rows of one key between the bounds that were set.
    fn visit_bounds(
        &self,
        direction: Direction,
        visit: &mut impl FnMut(i64, Stamped<V>) -> Visit,
    ) -> Result<Visit, StoreError> {
        let failed = |source| self.keys.failed(source);
        let range = KeyRange::inclusive(&self.local_key, &self.local_end);
        let mut cursor = self.rows.scan(range, direction).map_err(failed)?;
        while let Some((local, row)) = cursor.entry() {
            // Keys of other lengths may lie between two windows of this one.
            if let Some(found) = WindowKey::read_local(local)
                && found.key == self.key_bytes
            {
                let row = read_row(&self.values, self.rows.format(), row)?;
                if visit(found.start_ms, row) == Visit::Stop {
                    return Ok(Visit::Stop);
                }
            }
            cursor.advance().map_err(failed)?;
        }
        Ok(Visit::GoOn)
    }

    /// The earliest window start that reads still see.
    fn oldest_ms(&self) -> i64 {
        self.observed_ms
            .saturating_sub(self.setup.retention_ms)
            .saturating_add(1)
    }

    fn is_expired(&self, start_ms: i64) -> bool {
        let expired_ms = self.observed_ms.saturating_sub(self.setup.retention_ms);
        match self.setup.store_type {
            StoreType::InMemory => start_ms <= expired_ms,
            StoreType::Persistent => self.segments.of(start_ms) < self.segments.of(expired_ms),
        }
    }

    /// Advances the store's time and drops the segments that have expired by it.
    fn observe(&mut self, start_ms: i64) -> Result<(), StoreError> {
        if start_ms <= self.observed_ms {
            return Ok(());
        }
        let live = |observed_ms: i64| {
            let expired_ms = observed_ms.saturating_sub(self.setup.retention_ms);
            self.segments.of(expired_ms)
        };
        let (before, after) = (live(self.observed_ms), live(start_ms));
        self.observed_ms = start_ms;
        if after > before {
            let end = Segments::first_key_of(after);
            let range = KeyRange::half_open(&[], &end);
            let expired = self.rows.expire(range);
            expired.map_err(|source| self.keys.failed(source))?;
        }
        Ok(())
    }

    fn encode_key(&mut self, key: &K) -> Result<(), StoreError> {
        self.key_bytes.clear();
        self.keys.encode(key, &mut self.key_bytes)?;
        Ok(())
    }

    fn set_local_key(&mut self, start_ms: i64, sequence: u32) {
        self.local_key.clear();
        let key = WindowKey {
            key: &self.key_bytes,
            start_ms,
            sequence,
        };
        key.write_local(self.segments, &mut self.local_key);
    }

    /// The local keys between which a key's windows of these starts lie in one segment.
    fn set_bounds(&mut self, segment: i64, from_ms: i64, to_ms: i64) {
        let bound = |start_ms, sequence, out: &mut Vec<u8>| {
            out.clear();
            out.extend_from_slice(&Segments::first_key_of(segment));
            let key = WindowKey {
                key: &self.key_bytes,
                start_ms,
                sequence,
            };
            key.write_logged(out);
        };
        bound(from_ms, 0, &mut self.local_key);
        bound(to_ms, u32::MAX, &mut self.local_end);
    }
}

impl<K: 'static, V: 'static> FlushTable<Windowed<K>, V> for WindowRows<K, V> {
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
    ) -> Result<Option<Flushed<Windowed<K>, V>>, StoreError> {
        let format = self.rows.format();
        let (keys, values, size_ms) = (&self.keys, &self.values, self.setup.size_ms);
        let flushed = self.rows.flush_next(old, task, |local, new, old, cause| {
            let read =
                |row: Option<&[u8]>| row.map(|row| read_row(values, format, row)).transpose();
            let (new, old) = (read(new)?, read(old)?);
            let timestamp = new.as_ref().map_or(cause.timestamp, |new| new.timestamp);
            let change = Change::new(new.map(|new| new.value), old.map(|old| old.value));
            let found = WindowKey::read_local(local);
            let found = found.expect("the store wrote this key itself");
            let window = Window::of_ms(found.start_ms, size_ms);
            Ok(Flushed {
                record: Record {
                    key: Windowed::new(keys.decode(found.key)?, window),
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

impl<K: 'static, V: 'static> TaskStore for WindowRows<K, V> {
    fn flush(&mut self, task: &mut TaskContext) -> Result<(), StoreError> {
        let flushed = self.rows.flush_silently(task);
        flushed.map_err(|source| self.keys.failed(source))
    }

    fn restore(&mut self, record: &RestoreRecord<'_>) -> Result<(), StoreError> {
        let Some(found) = WindowKey::read_logged(record.key) else {
            return Err(self.keys.malformed("a window's key", record.key.len()));
        };
        self.observe(found.start_ms)?;
        if self.is_expired(found.start_ms) {
            return Ok(());
        }
        self.local_key.clear();
        found.write_local(self.segments, &mut self.local_key);
        let restored = self
            .rows
            .restore(&self.local_key, record.value, record.timestamp);
        restored.map_err(|source| self.keys.failed(source))
    }

    fn content(&self) -> Result<StoreContent, StoreError> {
        let failed = |source| self.keys.failed(source);
        let mut entries = Vec::new();
        let cursor = self.rows.scan(KeyRange::ALL, Direction::Forward);
        let mut cursor = cursor.map_err(failed)?;
        while let Some((local, row)) = cursor.entry() {
            if let Some(found) = WindowKey::read_local(local)
                && found.start_ms >= self.oldest_ms()
            {
                entries.push(StoredEntry {
                    key: local.get(SEGMENT_BYTES..).unwrap_or_default().to_vec(),
                    value: row.to_vec(),
                });
            }
            cursor.advance().map_err(failed)?;
        }
        Ok(StoreContent::Window(entries))
    }
}
