//! Window stores, typed: rows by key and window start, kept for their retention.
//!
//! A row's local key begins with the number of its time segment. Rows that are older than the
//! retention are hidden from reads at once, and dropped segment by segment as stream time goes
//! on. A store whose windows are emitted when they close drops none before that.

mod closing;
mod duplicates;
#[cfg(test)]
mod tests;
mod upkeep;
mod visit;

use headwater_state::StateError;
use headwater_state::engine::KeyRange;
use headwater_state::key::{SEGMENT_BYTES, Segments, WindowPlace};
use headwater_state::layer::Scans;

use self::closing::ClosingWindows;
pub(crate) use self::duplicates::EncodedRow;
use self::duplicates::Sequence;
use super::key_value::read_row;
use super::rows::{Logged, RowFormat, Rows, RowsSetup, StoreOpening};
use super::{Caching, Cause, Field, StoreError};
use crate::codec::{IsNull, Part, SharedCodec};
use crate::dsl::{Changes, StoreType};
use crate::processor::TaskContext;
use crate::record::Stamped;
use crate::time::Timestamp;
use crate::window::{Window, Windowed};

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
    pub(crate) changes: Changes,
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
    /// It has the value that it had, and the store writes changes only.
    Unchanged,
}

/// Whether a window is in the store already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Presence {
    /// A read found it.
    Held,
    /// It is not, or nobody looked.
    Unknown,
}

/// A row to be put.
#[derive(Debug)]
pub(crate) struct WindowRow<'v, V> {
    pub(crate) start_ms: i64,
    /// `None` deletes the row.
    pub(crate) value: Option<&'v V>,
    pub(crate) timestamp: Timestamp,
    pub(crate) presence: Presence,
}

/// A window that closed, with its row.
pub(crate) type ClosedRow<K, V> = (Windowed<K>, Stamped<V>);

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
    /// Windows yet to be emitted, where they are emitted when they close.
    closing: Option<ClosingWindows>,
    /// Largest window start that was put.
    newest_ms: i64,
    /// Largest window start that was written: with a cache, puts are written when it is flushed.
    observed_ms: i64,
    /// First segment that was not dropped.
    first_segment: i64,
    /// Number duplicates, over all keys.
    kept: Sequence,
    logged: Sequence,
    /// Kept between calls, so that encoding allocates nothing.
    place: WindowPlace,
    bound: WindowPlace,
    written_from: WindowPlace,
    local_key: Vec<u8>,
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
            changes: setup.changes,
        };
        Self {
            keys: Field::new(name, topic, Part::Key, key),
            values: Field::new(name, topic, Part::Value, value),
            rows: Rows::open(opening, rows),
            setup,
            segments: Segments::for_retention_ms(setup.retention_ms),
            closing: None,
            newest_ms: Timestamp::UNKNOWN.as_millis(),
            observed_ms: Timestamp::UNKNOWN.as_millis(),
            first_segment: i64::MIN,
            kept: Sequence::default(),
            logged: Sequence::default(),
            place: WindowPlace::default(),
            bound: WindowPlace::default(),
            written_from: WindowPlace::default(),
            local_key: Vec::new(),
            row_bytes: Vec::new(),
        }
    }

    /// A store whose windows are taken out by [`take_closed`](Self::take_closed) when they close.
    pub(crate) fn open_closing(
        opening: &StoreOpening,
        key: SharedCodec<K>,
        value: SharedCodec<V>,
        setup: WindowSetup,
    ) -> Self {
        Self {
            closing: Some(ClosingWindows::new()),
            ..Self::open(opening, key, value, setup)
        }
    }

    /// Writes a key into a place, to be moved from window to window.
    pub(crate) fn locate(&self, key: &K, place: &mut WindowPlace) -> Result<(), StoreError> {
        place.write_key(|out| self.keys.encode(key, out).map(drop))
    }

    /// The row of a key in the window that begins then.
    pub(crate) fn get(&mut self, key: &K, start_ms: i64) -> Result<Option<Stamped<V>>, StoreError> {
        let mut place = std::mem::take(&mut self.place);
        let located = self.locate(key, &mut place);
        let row = located.and_then(|()| self.get_at(&mut place, start_ms));
        self.place = place;
        row
    }

    /// As [`get`](Self::get), of the key that was written into a place.
    pub(crate) fn get_at(
        &mut self,
        place: &mut WindowPlace,
        start_ms: i64,
    ) -> Result<Option<Stamped<V>>, StoreError> {
        let is_shown = start_ms >= self.oldest_ms();
        let format = self.rows.format();
        let local_key = place.at(self.segments, start_ms, 0);
        let row = if is_shown {
            self.rows.get(local_key)
        } else {
            // Rows that wait in a cache, or were there, are seen past the retention: Kafka
            // Streams' `CachingWindowStore` leaves it to the store below. It shows where streams
            // of different progress share a store.
            Ok(self.rows.get_cached(local_key))
        };
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
        let row = WindowRow {
            start_ms,
            value,
            timestamp,
            presence: Presence::Unknown,
        };
        let mut place = std::mem::take(&mut self.place);
        let located = self.locate(key, &mut place);
        let put = located.and_then(|()| self.put_at(&mut place, &row, cause, task));
        self.place = place;
        put
    }

    /// As [`put`](Self::put), of the key that was written into a place.
    pub(crate) fn put_at(
        &mut self,
        place: &mut WindowPlace,
        row: &WindowRow<'_, V>,
        cause: Cause,
        task: &mut TaskContext,
    ) -> Result<PutWindow, StoreError> {
        debug_assert_eq!(
            self.setup.duplicates,
            Duplicates::Replaced,
            "where duplicates are kept, rows are added"
        );
        self.row_bytes.clear();
        self.rows.format().begin(row.timestamp, &mut self.row_bytes);
        let is_null = match row.value {
            None => IsNull::Yes,
            Some(value) => self.values.encode(value, &mut self.row_bytes)?,
        };
        self.newest_ms = self.newest_ms.max(row.start_ms);
        let is_cached = self.rows.is_cached();
        if !is_cached {
            self.observe(row.start_ms)?;
        }
        let bytes = (is_null == IsNull::No).then_some(&*self.row_bytes);
        let is_expired = self.is_expired(row.start_ms);
        let local_key = place.at(self.segments, row.start_ms, 0);
        if is_expired && !is_cached {
            self.rows.log_only(local_key, bytes, &cause, task);
            return Ok(PutWindow::Expired);
        }
        if self.setup.changes == Changes::OfValue {
            let held = self.rows.get(local_key);
            let held = held.map_err(|source| self.keys.failed(source))?;
            let is_same = match (held.as_deref(), bytes) {
                (None, None) => true,
                (Some(held), Some(row)) => self.setup.format.same_values(held, row),
                _ => false,
            };
            if is_same {
                return Ok(PutWindow::Unchanged);
            }
        }
        let put = self.rows.put(local_key, bytes, cause, task);
        put.map_err(|source| self.keys.failed(source))?;
        let listed = match (&mut self.closing, is_null, row.presence) {
            (None, _, _) | (_, IsNull::No, Presence::Held) => Ok(()),
            (Some(closing), IsNull::Yes, _) => closing.remove(row.start_ms, place.key()),
            (Some(closing), IsNull::No, _) => closing.add(row.start_ms, place.key()),
        };
        listed.map_err(|source| self.keys.failed(source))?;
        Ok(if is_expired {
            PutWindow::Expired
        } else {
            PutWindow::Kept
        })
    }

    /// Takes out the next window to be emitted of those that begin by then, the earliest first
    /// and equal ones by the bytes of their keys; its row stays until it is old enough.
    ///
    /// Also gives rows that reads see no more: between two emissions stream time may have passed
    /// the retention by any amount.
    pub(crate) fn take_closed(
        &mut self,
        until_ms: i64,
    ) -> Result<Option<ClosedRow<K, V>>, StoreError> {
        while let Some(closing) = &mut self.closing {
            let first = closing.take_first(until_ms);
            let first = first.map_err(|source| self.keys.failed(source))?;
            let Some((start_ms, key)) = first else {
                break;
            };
            let written: Result<(), StoreError> = self.place.write_key(|out| {
                out.extend_from_slice(key);
                Ok(())
            });
            written?;
            let window = Window::of_ms(start_ms, self.setup.size_ms);
            let windowed = Windowed::new(self.keys.decode(key)?, window);
            let format = self.rows.format();
            let row = self.rows.get(self.place.at(self.segments, start_ms, 0));
            if let Some(row) = row.map_err(|source| self.keys.failed(source))? {
                let row = read_row(&self.values, format, &row)?;
                return Ok(Some((windowed, row)));
            }
        }
        self.drop_expired()?;
        Ok(None)
    }

    /// Notes, before anything is restored, that windows which begin up to here were emitted.
    pub(crate) fn set_emitted(&mut self, start_ms: i64) {
        if let Some(closing) = &mut self.closing {
            closing.set_emitted(start_ms);
        }
    }

    /// Start of the latest window that is yet to be emitted.
    pub(crate) fn last_closing_ms(&self) -> Result<Option<i64>, StoreError> {
        let closing = self.closing.as_ref();
        let last = closing.map_or(Ok(None), ClosingWindows::last_start_ms);
        last.map_err(|source| self.keys.failed(source))
    }

    /// A key from its bytes in this store.
    pub(crate) fn decode_key(&self, bytes: &[u8]) -> Result<K, StoreError> {
        self.keys.decode(bytes)
    }

    /// The earliest window start that reads still see.
    pub(crate) fn oldest_ms(&self) -> i64 {
        let expired_ms = self.expired_ms();
        match (&self.closing, self.setup.store_type) {
            // Kafka Streams' time-ordered store, which sees a millisecond more.
            (Some(_), StoreType::Persistent) => expired_ms,
            _ => expired_ms.saturating_add(1),
        }
    }

    /// The latest window start that is past the retention.
    const fn expired_ms(&self) -> i64 {
        self.observed_ms.saturating_sub(self.setup.retention_ms)
    }

    fn is_expired(&self, start_ms: i64) -> bool {
        match self.setup.store_type {
            StoreType::InMemory => start_ms <= self.expired_ms(),
            StoreType::Persistent => {
                self.segments.of(start_ms) < self.segments.of(self.expired_ms())
            }
        }
    }

    /// Advances the store's time and drops the segments that have expired by it.
    fn observe(&mut self, start_ms: i64) -> Result<(), StoreError> {
        self.newest_ms = self.newest_ms.max(start_ms);
        if start_ms <= self.observed_ms {
            return Ok(());
        }
        self.observed_ms = start_ms;
        self.drop_expired()
    }

    /// Drops the segments that are past the retention, and hold nothing yet to be emitted.
    fn drop_expired(&mut self) -> Result<(), StoreError> {
        let mut live = self.segments.of(self.expired_ms());
        if live <= self.first_segment {
            return Ok(());
        }
        let dropped = (|| {
            if let Some(closing) = &self.closing
                && let Some(start_ms) = closing.first_start_ms()?
            {
                live = live.min(self.segments.of(start_ms));
            }
            if live > self.first_segment {
                let end = Segments::first_key_of(live);
                self.rows.expire(KeyRange::half_open(&[], &end))?;
                self.first_segment = live;
            }
            Ok(())
        })();
        dropped.map_err(|source: StateError| self.keys.failed(source))
    }
}
