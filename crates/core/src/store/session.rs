//! Session stores, typed: sessions by key, end and start, kept for their retention.
//!
//! A session's local key begins with the number of the time segment that its end lies in.
//! Sessions that ended before the retention are hidden from reads at once, and dropped segment
//! by segment. Facts from apache/kafka `AbstractRocksDBSegmentedBytesStore`,
//! `CachingSessionStore`, `InMemorySessionStore`.

use std::ops::Bound;

use headwater_state::engine::{Direction, KeyRange};
use headwater_state::key::{SEGMENT_BYTES, Segments, SessionKey};
use headwater_state::layer::{ReadOld, Scans};

use super::content::{StoreContent, StoredEntry};
use super::rows::{Logged, RowFormat, Rows, RowsSetup, StoreOpening};
use super::sessions_by_end::SessionsByEnd;
use super::task_store::{RestoreRecord, TaskStore};
use super::{Caching, Cause, Field, FlushTable, Flushed, StoreError};
use crate::codec::{IsNull, Part, SharedCodec};
use crate::dsl::{Changes, ExpiredResults, StoreType};
use crate::processor::TaskContext;
use crate::record::{Change, Headers, Record};
use crate::time::Timestamp;
use crate::window::{Emit, Window, Windowed};

/// How many segments are tried one by one before the next is looked for that has anything in it.
const SEGMENTS_TRIED_MAX: i64 = 8;

/// How a session store keeps its sessions.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SessionSetup {
    pub(crate) retention_ms: i64,
    /// Without effect if sessions are emitted when they close.
    pub(crate) caching: Caching,
    pub(crate) store_type: StoreType,
    /// Sessions that are emitted when they close are found by their ends, and kept until then.
    pub(crate) emit: Emit,
    /// What becomes of sessions that expire before they are emitted.
    pub(crate) expired: ExpiredResults,
    pub(crate) headers: Logged,
}

/// Whether a session was kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PutSession {
    Kept,
    /// It ended before the retention: it was logged, and nobody will see it.
    Expired,
}

/// A session store of one task.
///
/// Semantics: `org.apache.kafka.streams.state.SessionStore`.
pub(crate) struct SessionRows<K, V> {
    keys: Field<K>,
    values: Field<V>,
    rows: Rows,
    setup: SessionSetup,
    segments: Segments,
    by_end: Option<SessionsByEnd>,
    /// Latest end that was put.
    newest_ms: i64,
    /// Latest end that was written: with a cache, puts are written when it is flushed.
    written_ms: i64,
    /// Kept between calls, so that encoding allocates nothing.
    key_bytes: Vec<u8>,
    local_key: Vec<u8>,
    written_from: Vec<u8>,
    local_end: Vec<u8>,
    row_bytes: Vec<u8>,
}

impl<K: 'static, V: 'static> SessionRows<K, V> {
    pub(crate) fn open(
        opening: &StoreOpening,
        key: SharedCodec<K>,
        value: SharedCodec<V>,
        setup: SessionSetup,
    ) -> Self {
        let (name, topic) = (&opening.name, &opening.topic_name);
        let is_cached = setup.caching == Caching::On && setup.emit == Emit::OnUpdate;
        let rows = RowsSetup {
            format: RowFormat::Plain,
            headers: setup.headers,
            unlogged_prefix: SEGMENT_BYTES,
            cache: is_cached.then_some(Scans::Frequent),
            changes: Changes::All,
        };
        Self {
            keys: Field::new(name, topic, Part::Key, key),
            values: Field::new(name, topic, Part::Value, value),
            rows: Rows::open(opening, rows),
            setup,
            segments: Segments::for_retention_ms(setup.retention_ms),
            by_end: (setup.emit == Emit::OnClose).then(SessionsByEnd::new),
            newest_ms: Timestamp::UNKNOWN.as_millis(),
            written_ms: Timestamp::UNKNOWN.as_millis(),
            key_bytes: Vec::new(),
            local_key: Vec::new(),
            written_from: Vec::new(),
            local_end: Vec::new(),
            row_bytes: Vec::new(),
        }
    }

    /// The value of one session.
    pub(crate) fn get(&mut self, key: &K, window: Window) -> Result<Option<V>, StoreError> {
        if !self.rows.is_cached() && window.end.as_millis() < self.oldest_ms() {
            return Ok(None);
        }
        self.set_local_key(key, window)?;
        let row = self.rows.get(&self.local_key);
        let row = row.map_err(|source| self.keys.failed(source))?;
        row.map(|row| self.values.decode(&row)).transpose()
    }

    /// Gives the sessions of a key that end at `end_from_ms` or later and begin at `start_to_ms`
    /// or earlier to `visit`, by their ends.
    pub(crate) fn visit_key(
        &mut self,
        key: &K,
        end_from_ms: i64,
        start_to_ms: i64,
        mut visit: impl FnMut(Window, V),
    ) -> Result<(), StoreError> {
        self.key_bytes.clear();
        self.keys.encode(key, &mut self.key_bytes)?;
        let oldest_ms = self.oldest_ms();
        let end_from_ms = end_from_ms.max(0);
        let mut segment = self.segments.of(end_from_ms);
        if !self.rows.is_cached() {
            // Below a cache sessions are hidden once they have expired; the cache shows its own.
            segment = segment.max(self.segments.of(oldest_ms));
        }
        let last = self.segments.of(self.newest_ms);
        while segment <= last {
            self.set_bounds(segment, end_from_ms, oldest_ms);
            self.visit_bounds(end_from_ms, start_to_ms, &mut visit)?;
            segment += 1;
            if last - segment > SEGMENTS_TRIED_MAX {
                segment = self.next_segment(segment)?.unwrap_or(i64::MAX);
            }
        }
        Ok(())
    }

    /// The first segment from this one on that has anything in it.
    fn next_segment(&self, segment: i64) -> Result<Option<i64>, StoreError> {
        let failed = |source| self.keys.failed(source);
        let from = Segments::first_key_of(segment);
        let range = KeyRange {
            from: Bound::Included(&from),
            to: Bound::Unbounded,
        };
        let cursor = self.rows.scan(range, Direction::Forward).map_err(failed)?;
        let first = cursor.entry();
        Ok(first.and_then(|(local, _)| Segments::segment_of(local)))
    }

    /// Visits the sessions of one key between the bounds that were set.
    fn visit_bounds(
        &self,
        end_from_ms: i64,
        start_to_ms: i64,
        visit: &mut impl FnMut(Window, V),
    ) -> Result<(), StoreError> {
        let failed = |source| self.keys.failed(source);
        let cached = KeyRange::inclusive(&self.local_key, &self.local_end);
        let written = KeyRange::inclusive(&self.written_from, &self.local_end);
        let cursor = self.rows.scan_apart(cached, written, Direction::Forward);
        let mut cursor = cursor.map_err(failed)?;
        while let Some((local, row)) = cursor.entry() {
            // Keys of other lengths may lie between two sessions of this one.
            if let Some(found) = SessionKey::read_local(local)
                && found.key == self.key_bytes
                && found.end_ms >= end_from_ms
                && found.start_ms <= start_to_ms
            {
                visit(window_of(&found), self.values.decode(row)?);
            }
            cursor.advance().map_err(failed)?;
        }
        Ok(())
    }

    /// The sessions that end from `from_ms` to `to_ms`, both included: by end, start, key. They
    /// are known only to a store of sessions that are emitted when they close, which may drop
    /// them from now on.
    pub(crate) fn take_closed(
        &mut self,
        from_ms: i64,
        to_ms: i64,
    ) -> Result<Vec<(Windowed<K>, V)>, StoreError> {
        let from_ms = match self.setup.expired {
            ExpiredResults::Emitted => from_ms,
            ExpiredResults::Lost => from_ms.max(self.oldest_put_ms()),
        };
        let Some(by_end) = &mut self.by_end else {
            return Ok(Vec::new());
        };
        let mut closed = Vec::new();
        for (window, key_bytes) in by_end.between(from_ms, to_ms) {
            self.local_key.clear();
            let key = SessionKey {
                key: key_bytes,
                start_ms: window.start.as_millis(),
                end_ms: window.end.as_millis(),
            };
            key.write_local(self.segments, &mut self.local_key);
            let row = self.rows.get(&self.local_key);
            if let Some(row) = row.map_err(|source| self.keys.failed(source))? {
                let key = Windowed::new(self.keys.decode(key_bytes)?, window);
                closed.push((key, self.values.decode(&row)?));
            }
        }
        by_end.emitted_to(to_ms);
        self.expire()?;
        Ok(closed)
    }

    /// Notes, before anything is restored, that sessions which end up to here were emitted.
    pub(crate) fn set_emitted(&mut self, to_ms: i64) {
        if let Some(by_end) = &mut self.by_end {
            by_end.emitted_to(to_ms);
        }
    }

    /// The latest end of a session that is yet to be emitted.
    pub(crate) fn last_closing_ms(&self) -> Option<i64> {
        self.by_end.as_ref().and_then(SessionsByEnd::last_end_ms)
    }

    /// Sets the value of a session; `None` deletes it.
    pub(crate) fn put(
        &mut self,
        key: &K,
        window: Window,
        value: Option<&V>,
        cause: Cause,
        task: &mut TaskContext,
    ) -> Result<PutSession, StoreError> {
        self.set_local_key(key, window)?;
        self.row_bytes.clear();
        let is_null = match value {
            None => IsNull::Yes,
            Some(value) => self.values.encode(value, &mut self.row_bytes)?,
        };
        let end_ms = window.end.as_millis();
        self.newest_ms = self.newest_ms.max(end_ms);
        let row = (is_null == IsNull::No).then_some(&*self.row_bytes);
        let put = self.rows.put(&self.local_key, row, cause, task);
        put.map_err(|source| self.keys.failed(source))?;
        if let Some(by_end) = &mut self.by_end {
            by_end.note(window, &self.key_bytes, is_null);
        }
        if !self.rows.is_cached() {
            self.wrote(end_ms)?;
        }
        Ok(if end_ms < self.oldest_put_ms() {
            PutSession::Expired
        } else {
            PutSession::Kept
        })
    }

    /// The earliest end that reads of what was written still see.
    fn oldest_ms(&self) -> i64 {
        self.written_ms
            .saturating_sub(self.setup.retention_ms)
            .saturating_add(1)
    }

    /// The earliest end that writes still take.
    fn oldest_put_ms(&self) -> i64 {
        match self.setup.store_type {
            StoreType::InMemory => self.oldest_ms(),
            StoreType::Persistent => self.segments.start_ms_of(self.oldest_segment()),
        }
    }

    fn oldest_segment(&self) -> i64 {
        let expired_ms = self.written_ms.saturating_sub(self.setup.retention_ms);
        self.segments.of(expired_ms)
    }

    /// Advances the store's time, and drops what has expired by it.
    fn wrote(&mut self, end_ms: i64) -> Result<(), StoreError> {
        if end_ms <= self.written_ms {
            return Ok(());
        }
        let before = self.oldest_segment();
        self.written_ms = end_ms;
        if self.oldest_segment() > before {
            self.expire()?;
        }
        Ok(())
    }

    /// Drops the segments that have expired, but none with sessions that are yet to be emitted:
    /// Kafka Streams loses those when stream time makes a leap.
    fn expire(&mut self) -> Result<(), StoreError> {
        let mut oldest = self.oldest_segment();
        if let Some(by_end) = &mut self.by_end {
            oldest = oldest.min(self.segments.of(by_end.kept_from_ms()));
            by_end.expire(self.segments.start_ms_of(oldest));
        }
        let end = Segments::first_key_of(oldest);
        let expired = self.rows.expire(KeyRange::half_open(&[], &end));
        expired.map_err(|source| self.keys.failed(source))
    }

    fn set_local_key(&mut self, key: &K, window: Window) -> Result<(), StoreError> {
        self.key_bytes.clear();
        self.keys.encode(key, &mut self.key_bytes)?;
        self.local_key.clear();
        let key = SessionKey {
            key: &self.key_bytes,
            start_ms: window.start.as_millis(),
            end_ms: window.end.as_millis(),
        };
        key.write_local(self.segments, &mut self.local_key);
        Ok(())
    }

    /// The local keys between which a key's sessions of these ends lie in one segment; of those
    /// that were written, only live ones count.
    fn set_bounds(&mut self, segment: i64, end_from_ms: i64, oldest_ms: i64) {
        let bound = |start_ms, end_ms, out: &mut Vec<u8>| {
            out.clear();
            out.extend_from_slice(&Segments::first_key_of(segment));
            let key = SessionKey {
                key: &self.key_bytes,
                start_ms,
                end_ms,
            };
            key.write_logged(out);
        };
        bound(0, end_from_ms, &mut self.local_key);
        bound(0, end_from_ms.max(oldest_ms), &mut self.written_from);
        bound(i64::MAX, i64::MAX, &mut self.local_end);
    }

    /// Every session that is not hidden, in the order of this kind of store.
    fn shown(&self) -> Result<Vec<StoredEntry>, StoreError> {
        let failed = |source| self.keys.failed(source);
        let cursor = self.rows.scan(KeyRange::ALL, Direction::Forward);
        let mut cursor = cursor.map_err(failed)?;
        let mut entries = Vec::new();
        while let Some((local, row)) = cursor.entry() {
            if let Some(found) = SessionKey::read_local(local)
                && found.end_ms >= self.oldest_ms()
            {
                let entry = StoredEntry {
                    key: local.get(SEGMENT_BYTES..).unwrap_or_default().to_vec(),
                    value: row.to_vec(),
                };
                entries.push(((found.end_ms, found.start_ms, found.key.to_vec()), entry));
            }
            cursor.advance().map_err(failed)?;
        }
        match (self.setup.emit, self.setup.store_type) {
            (_, StoreType::InMemory) => entries.sort_by(|((end, start, key), _), (other, _)| {
                (end, key, other.1).cmp(&(&other.0, &other.2, *start))
            }),
            (Emit::OnClose, StoreType::Persistent) => entries.sort_by(|(a, _), (b, _)| a.cmp(b)),
            (Emit::OnUpdate, StoreType::Persistent) => {}
        }
        Ok(entries.into_iter().map(|(_, entry)| entry).collect())
    }
}

fn window_of(found: &SessionKey<'_>) -> Window {
    let time = Timestamp::from_millis;
    Window::new(time(found.start_ms), time(found.end_ms))
}

impl<K: 'static, V: 'static> FlushTable<Windowed<K>, V> for SessionRows<K, V> {
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
        let oldest_ms = self.oldest_ms();
        let is_shown = |local: &[u8]| {
            SessionKey::read_local(local).is_some_and(|found| found.end_ms >= oldest_ms)
        };
        let (keys, values) = (&self.keys, &self.values);
        let headers = self.setup.headers;
        let flushed = self
            .rows
            .flush_next_where(is_shown, old, task, |local, new, old, cause| {
                let read = |row: Option<&[u8]>| row.map(|row| values.decode(row)).transpose();
                let found = SessionKey::read_local(local);
                let found = found.expect("the store wrote this key itself");
                let window = window_of(&found);
                Ok(Flushed {
                    record: Record {
                        key: Windowed::new(keys.decode(found.key)?, window),
                        value: Change::new(read(new)?, read(old)?),
                        timestamp: window.end,
                        headers: match headers {
                            Logged::WithoutHeaders | Logged::WithHeaders => cause.headers,
                            // A session goes on with the headers it is kept with.
                            Logged::OfDeletions => Headers::new(),
                        },
                    },
                    in_hand: cause.in_hand,
                })
            });
        let flushed = flushed.map_err(|source| keys.failed(source))?;
        let flushed: Option<Flushed<Windowed<K>, V>> = flushed.transpose()?;
        if let Some(flushed) = &flushed {
            self.wrote(flushed.record.timestamp.as_millis())?;
        }
        Ok(flushed)
    }
}

impl<K: 'static, V: 'static> TaskStore for SessionRows<K, V> {
    fn flush(&mut self, task: &mut TaskContext) -> Result<(), StoreError> {
        let flushed = self.rows.flush_silently(task);
        flushed.map_err(|source| self.keys.failed(source))?;
        self.wrote(self.newest_ms)
    }

    fn restore(&mut self, record: &RestoreRecord<'_>) -> Result<(), StoreError> {
        let Some(found) = SessionKey::read_logged(record.key) else {
            return Err(self.keys.malformed("a session's key", record.key.len()));
        };
        self.newest_ms = self.newest_ms.max(found.end_ms);
        self.wrote(found.end_ms)?;
        if self.segments.of(found.end_ms) < self.oldest_segment() {
            return Ok(());
        }
        self.local_key.clear();
        found.write_local(self.segments, &mut self.local_key);
        if let Some(by_end) = &mut self.by_end {
            let is_null = match record.value {
                None => IsNull::Yes,
                Some(_) => IsNull::No,
            };
            by_end.note(window_of(&found), found.key, is_null);
        }
        let restored = self
            .rows
            .restore(&self.local_key, record.value, record.timestamp);
        restored.map_err(|source| self.keys.failed(source))
    }

    fn content(&self) -> Result<StoreContent, StoreError> {
        self.shown().map(StoreContent::Session)
    }
}
