//! The bytes of one store in one task: engine, cache above it, changelog beside it.
//!
//! The layout is drawn in `docs/formats.md`, "Stamped rows".

use std::borrow::Cow;
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;

use headwater_state::StateError;
use headwater_state::engine::{Cursor, Direction, KeyRange, Memory};
use headwater_state::layer::{CacheBudget, Changelog, Layered, ReadOld, Scans};

use super::Cause;
use crate::config::DslStoreFormat;
use crate::dsl::{Changes, StoreType};
use crate::processor::{TaskContext, TaskTimes};
use crate::record::{Headers, OutputBuffer, Partition, TopicIndex};
use crate::time::Timestamp;

/// Bytes of the timestamp before a stamped value.
pub(crate) const STAMP_BYTES: usize = 8;

/// How a value lies in the store.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RowFormat {
    /// As it is.
    Plain,
    /// `timestamp(8) ‖ value`; the changelog has the value alone, at that timestamp.
    Stamped,
    /// `0 ‖ timestamp(8) ‖ value`: stamped, with the empty block of headers that Kafka Streams
    /// writes under `dsl.store.format=HEADERS`. The changelog is that of `Stamped`.
    StampedWithHeaders,
}

/// An empty block of headers: the length of nothing, as a varint.
const NO_HEADERS: u8 = 0;

impl RowFormat {
    /// The timestamp and the value of a row.
    pub(crate) fn split(self, row: &[u8]) -> Result<(Timestamp, &[u8]), StateError> {
        match self {
            Self::Plain => Ok((Timestamp::UNKNOWN, row)),
            Self::Stamped | Self::StampedWithHeaders => {
                let stamped = match self {
                    Self::StampedWithHeaders => row.strip_prefix(&[NO_HEADERS]),
                    _ => Some(row),
                };
                let split = stamped.and_then(<[u8]>::split_first_chunk::<STAMP_BYTES>);
                let (stamp, value) = split.ok_or(StateError::Malformed {
                    what: "a value with its timestamp",
                    bytes: row.len(),
                })?;
                let millis = i64::from_be_bytes(*stamp);
                Ok((Timestamp::from_millis(millis), value))
            }
        }
    }

    /// Whether two rows have the same value, whatever their times.
    pub(crate) fn same_values(self, a: &[u8], b: &[u8]) -> bool {
        matches!((self.split(a), self.split(b)), (Ok((_, a)), Ok((_, b))) if a == b)
    }

    /// Appends a row, up to its value.
    pub(crate) fn begin(self, timestamp: Timestamp, out: &mut Vec<u8>) {
        if self == Self::StampedWithHeaders {
            out.push(NO_HEADERS);
        }
        if self != Self::Plain {
            out.extend_from_slice(&timestamp.as_millis().to_be_bytes());
        }
    }
}

/// Whether a changelog carries the headers of the records that caused its writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Logged {
    WithoutHeaders,
    WithHeaders,
    /// Only of deletions, as Kafka Streams does under `dsl.store.format=HEADERS`: values have the
    /// headers they are kept with, which are none.
    OfDeletions,
}

/// Where a store of a task is logged.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ChangelogTopic {
    pub(crate) topic: TopicIndex,
    pub(crate) partition: Partition,
}

/// What a store is opened with.
#[derive(Clone, Debug)]
pub(crate) struct StoreOpening {
    pub(crate) name: Arc<str>,
    /// The changelog's name on the cluster, whether it is written or not: codecs see it.
    pub(crate) topic_name: Arc<str>,
    pub(crate) changelog: Option<ChangelogTopic>,
    pub(crate) cache: CacheBudget,
    /// `dsl.store.format`.
    pub(crate) format: DslStoreFormat,
    /// The times of the task.
    pub(crate) times: Rc<TaskTimes>,
}

impl StoreOpening {
    /// How stamped rows of an operator's own store lie in it. A store that the program declares
    /// by itself, or one in memory, does not depend on `dsl.store.format`.
    pub(crate) const fn stamped_rows(&self, store_type: StoreType) -> RowFormat {
        match (self.format, store_type) {
            (DslStoreFormat::Headers, StoreType::Persistent) => RowFormat::StampedWithHeaders,
            _ => RowFormat::Stamped,
        }
    }

    /// Which headers the changelog of an operator's own store carries.
    pub(crate) const fn logged_headers(&self, store_type: StoreType) -> Logged {
        match (self.format, store_type) {
            (DslStoreFormat::Headers, StoreType::Persistent) => Logged::OfDeletions,
            _ => Logged::WithoutHeaders,
        }
    }
}

/// The bytes of one store in one task.
///
/// A local key may begin with bytes that the changelog does not have (`unlogged_prefix`).
pub(crate) struct Rows {
    layers: Layered<Cause>,
    changelog: Option<ChangelogTopic>,
    format: RowFormat,
    headers: Logged,
    unlogged_prefix: usize,
}

/// How a store keeps its rows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RowsSetup {
    pub(crate) format: RowFormat,
    pub(crate) headers: Logged,
    pub(crate) unlogged_prefix: usize,
    /// `None` for no cache.
    pub(crate) cache: Option<Scans>,
    pub(crate) changes: Changes,
}

/// The end of a write: appends it to the changelog.
struct AppendTo<'a> {
    outputs: &'a mut OutputBuffer,
    changelog: Option<ChangelogTopic>,
    format: RowFormat,
    headers: Logged,
    unlogged_prefix: usize,
}

impl Changelog<Cause> for AppendTo<'_> {
    fn log(&mut self, key: &[u8], row: Option<&[u8]>, cause: &Cause) {
        let Some(changelog) = self.changelog else {
            return;
        };
        let key = key.get(self.unlogged_prefix..).unwrap_or_default();
        let (timestamp, value) = match (self.format, row) {
            (RowFormat::Stamped | RowFormat::StampedWithHeaders, Some(row)) => {
                match self.format.split(row) {
                    Ok((timestamp, value)) => (timestamp, Some(value)),
                    Err(_) => unreachable!("rows are written with their timestamps"),
                }
            }
            (_, row) => (cause.timestamp, row),
        };
        let headers = match (self.headers, value) {
            (Logged::WithHeaders, _) | (Logged::OfDeletions, None) => cause.headers.clone(),
            (Logged::WithoutHeaders | Logged::OfDeletions, _) => Headers::new(),
        };
        let (topic, partition) = (changelog.topic, changelog.partition);
        self.outputs
            .append_bytes(topic, partition, timestamp, headers, key, value);
    }
}

impl Rows {
    pub(crate) fn open(opening: &StoreOpening, setup: RowsSetup) -> Self {
        let engine = Box::new(Memory::new());
        let cache = setup.cache.filter(|_| !opening.cache.is_empty());
        let layers = match cache {
            Some(scans) => Layered::cached(engine, opening.cache.clone(), scans),
            None => Layered::direct(engine),
        };
        let layers = match (setup.changes, setup.format) {
            (Changes::All, _) => layers,
            (Changes::OfValue, RowFormat::Plain) => layers.keeping_same(|a, b| a == b),
            (Changes::OfValue, RowFormat::Stamped) => {
                layers.keeping_same(|a, b| RowFormat::Stamped.same_values(a, b))
            }
            (Changes::OfValue, RowFormat::StampedWithHeaders) => {
                layers.keeping_same(|a, b| RowFormat::StampedWithHeaders.same_values(a, b))
            }
        };
        Self {
            layers,
            changelog: opening.changelog,
            format: setup.format,
            headers: setup.headers,
            unlogged_prefix: setup.unlogged_prefix,
        }
    }

    pub(crate) const fn format(&self) -> RowFormat {
        self.format
    }

    pub(crate) const fn is_cached(&self) -> bool {
        self.layers.is_cached()
    }

    pub(crate) fn is_over_budget(&self) -> bool {
        self.layers.is_over_budget()
    }

    pub(crate) fn get(&mut self, key: &[u8]) -> Result<Option<Cow<'_, [u8]>>, StateError> {
        self.layers.get(key)
    }

    /// As [`get`](Self::get), for somebody downstream of the store's table.
    pub(crate) fn get_shown(&mut self, key: &[u8]) -> Result<Option<Cow<'_, [u8]>>, StateError> {
        self.layers.get_shown(key)
    }

    /// What the cache holds of a key; nothing without a cache.
    pub(crate) fn get_cached(&mut self, key: &[u8]) -> Option<Cow<'_, [u8]>> {
        self.layers.get_cached(key).map(Cow::Borrowed)
    }

    pub(crate) fn put(
        &mut self,
        key: &[u8],
        row: Option<&[u8]>,
        cause: Cause,
        task: &mut TaskContext,
    ) -> Result<(), StateError> {
        let mut log = self.log(task);
        self.layers.put(key, row, cause, &mut log)
    }

    /// Puts a row of a store without a cache, to be logged under another key.
    pub(crate) fn put_unlogged(&mut self, key: &[u8], row: &[u8]) -> Result<(), StateError> {
        debug_assert!(
            !self.is_cached(),
            "a cached row is logged when it is flushed"
        );
        self.layers.engine_mut().put(key, row)
    }

    /// Logs a row that the store itself does not keep.
    pub(crate) fn log_only(
        &self,
        key: &[u8],
        row: Option<&[u8]>,
        cause: &Cause,
        task: &mut TaskContext,
    ) {
        self.log(task).log(key, row, cause);
    }

    pub(crate) fn scan(
        &self,
        range: KeyRange<'_>,
        direction: Direction,
    ) -> Result<Box<dyn Cursor + '_>, StateError> {
        self.layers.scan(range, direction)
    }

    /// As [`scan`](Self::scan), over one range of what is cached and another of what was written.
    pub(crate) fn scan_apart(
        &self,
        cached: KeyRange<'_>,
        written: KeyRange<'_>,
        direction: Direction,
    ) -> Result<Box<dyn Cursor + '_>, StateError> {
        self.layers.scan_apart(cached, written, direction)
    }

    /// Writes the waiting row that was updated first and gives it to `read`: key, new row, old
    /// row where asked for, cause. `None` when nothing waits.
    pub(crate) fn flush_next<R>(
        &mut self,
        old: ReadOld,
        task: &mut TaskContext,
        read: impl FnOnce(&[u8], Option<&[u8]>, Option<&[u8]>, Cause) -> R,
    ) -> Result<Option<R>, StateError> {
        let mut log = self.log(task);
        self.layers.flush_next(old, &mut log, read)
    }

    /// As [`flush_next`](Self::flush_next), where only some of the keys that were written are
    /// shown: an old row that is not counts as none.
    pub(crate) fn flush_next_where<R>(
        &mut self,
        is_shown: impl Fn(&[u8]) -> bool,
        old: ReadOld,
        task: &mut TaskContext,
        read: impl FnOnce(&[u8], Option<&[u8]>, Option<&[u8]>, Cause) -> R,
    ) -> Result<Option<R>, StateError> {
        let mut log = self.log(task);
        self.layers.flush_next_where(is_shown, old, &mut log, read)
    }

    /// Writes everything that waits, telling nobody.
    pub(crate) fn flush_silently(&mut self, task: &mut TaskContext) -> Result<(), StateError> {
        while self
            .flush_next(ReadOld::Never, task, |_, _, _, _| ())?
            .is_some()
        {}
        Ok(())
    }

    /// Puts a row of the changelog back, past the cache and the changelog. `key` is local.
    pub(crate) fn restore(
        &mut self,
        key: &[u8],
        value: Option<&[u8]>,
        timestamp: Timestamp,
    ) -> Result<(), StateError> {
        let engine = self.layers.engine_mut();
        match value {
            None => engine.delete(key),
            Some(value) => {
                let mut row = Vec::with_capacity(1 + STAMP_BYTES + value.len());
                self.format.begin(timestamp, &mut row);
                row.extend_from_slice(value);
                engine.put(key, &row)
            }
        }
    }

    /// Drops rows for good, without logging: they have expired.
    pub(crate) fn expire(&mut self, range: KeyRange<'_>) -> Result<(), StateError> {
        self.layers.engine_mut().delete_range(range)
    }

    /// About how many rows there are below the cache.
    pub(crate) fn approximate_len(&self) -> u64 {
        self.layers.engine().approximate_len()
    }

    fn log<'t>(&self, task: &'t mut TaskContext) -> AppendTo<'t> {
        AppendTo {
            outputs: &mut task.outputs,
            changelog: self.changelog,
            format: self.format,
            headers: self.headers,
            unlogged_prefix: self.unlogged_prefix,
        }
    }
}

impl fmt::Debug for Rows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rows")
            .field("layers", &self.layers)
            .field("format", &self.format)
            .finish_non_exhaustive()
    }
}
