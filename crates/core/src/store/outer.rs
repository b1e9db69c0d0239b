//! The store of a left or outer stream-stream join: records that have found no partner yet.
//!
//! Keys are `timestamp(8) ‖ side(1: left 1, right 0) ‖ key`, so that what falls due first comes
//! first. A value is the list of all records of one key: `1 ‖ count(4)`, then for each
//! `length(4) ‖ side(1) ‖ value` (`ListValueStore`, `TimestampedKeyAndJoinSideSerializer` and
//! `LeftOrRightValueSerializer` of Kafka Streams).
//!
//! The layout is drawn in `docs/formats.md`, "Records without partner".

use std::ops::Bound;

use headwater_state::StateError;
use headwater_state::engine::{Direction, KeyRange};

use super::content::StoreContent;
use super::key_value::all_entries;
use super::rows::{Logged, RowFormat, Rows, RowsSetup, StoreOpening};
use super::task_store::{RestoreRecord, TaskStore};
use super::{Cause, Field, StoreError};
use crate::codec::{IsNull, Part, SharedCodec};
use crate::dsl::Changes;
use crate::processor::TaskContext;
use crate::time::Timestamp;

/// `Serdes.ListSerde`'s mark of lists whose entries have lengths of their own.
const VARIABLE_SIZE: u8 = 1;
const LIST_HEAD_BYTES: usize = 5;
const KEY_HEAD_BYTES: usize = 9;

/// A side of a join.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum JoinSide {
    Left,
    Right,
}

impl JoinSide {
    const fn to_byte(self) -> u8 {
        match self {
            Self::Left => 1,
            Self::Right => 0,
        }
    }

    const fn from_byte(byte: u8) -> Self {
        if byte == 1 { Self::Left } else { Self::Right }
    }
}

/// A value of either side of a join.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LeftOrRight<L, R> {
    Left(L),
    Right(R),
}

impl<L, R> LeftOrRight<L, R> {
    const fn side(&self) -> JoinSide {
        match self {
            Self::Left(_) => JoinSide::Left,
            Self::Right(_) => JoinSide::Right,
        }
    }
}

/// One entry: the records of one key, time and side, as bytes. Empty before the first.
#[derive(Debug, Default)]
pub(crate) struct OuterEntry {
    key: Vec<u8>,
    list: Vec<u8>,
}

impl OuterEntry {
    /// When its records happened, and on which side; `None` if it is none.
    pub(crate) fn at(&self) -> Option<(i64, JoinSide)> {
        let (time, rest) = self.key.split_first_chunk::<8>()?;
        Some((
            i64::from_be_bytes(*time),
            JoinSide::from_byte(*rest.first()?),
        ))
    }

    /// The key as the store has it.
    pub(crate) fn key_bytes(&self) -> &[u8] {
        &self.key
    }

    /// Its records, as bytes; `None` stands for what is no list, and is the last.
    pub(crate) fn values(&self) -> impl Iterator<Item = Option<&[u8]>> {
        let mut rest = self.list.get(LIST_HEAD_BYTES..).unwrap_or_default();
        std::iter::from_fn(move || {
            if rest.is_empty() {
                return None;
            }
            let split = rest.split_first_chunk::<4>().and_then(|(length, after)| {
                let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
                after.split_at_checked(length)
            });
            rest = split.map_or(&[], |(_, after)| after);
            Some(split.map(|(value, _)| value))
        })
    }
}

/// The records of one join in one task that wait for a partner.
pub(crate) struct OuterRows<K, L, R> {
    keys: Field<K>,
    left: Field<L>,
    right: Field<R>,
    rows: Rows,
    /// Kept between calls, so that encoding allocates nothing.
    key_bytes: Vec<u8>,
    list_bytes: Vec<u8>,
}

impl<K: 'static, L: 'static, R: 'static> OuterRows<K, L, R> {
    pub(crate) fn open(
        opening: &StoreOpening,
        key: SharedCodec<K>,
        left: SharedCodec<L>,
        right: SharedCodec<R>,
    ) -> Self {
        let (name, topic) = (&opening.name, &opening.topic_name);
        let setup = RowsSetup {
            format: RowFormat::Plain,
            headers: Logged::WithoutHeaders,
            unlogged_prefix: 0,
            cache: None,
            changes: Changes::All,
        };
        Self {
            keys: Field::new(name, topic, Part::Key, key),
            left: Field::new(name, topic, Part::Value, left),
            right: Field::new(name, topic, Part::Value, right),
            rows: Rows::open(opening, setup),
            key_bytes: Vec::new(),
            list_bytes: Vec::new(),
        }
    }

    /// Adds a record to those of its key, time and side.
    pub(crate) fn add(
        &mut self,
        key: &K,
        at: Timestamp,
        value: LeftOrRight<&L, &R>,
        cause: Cause,
        task: &mut TaskContext,
    ) -> Result<(), StoreError> {
        self.encode_key(key, at, value.side())?;
        self.begin_list()?;
        let place = self.list_bytes.len();
        self.list_bytes.extend_from_slice(&[0; 4]);
        self.list_bytes.push(value.side().to_byte());
        let is_null = match value {
            LeftOrRight::Left(value) => self.left.encode(value, &mut self.list_bytes)?,
            LeftOrRight::Right(value) => self.right.encode(value, &mut self.list_bytes)?,
        };
        let length = self.list_bytes.len().saturating_sub(place + 4);
        let length = u32::try_from(length);
        let length = length.map_err(|_| self.keys.malformed("a value", self.list_bytes.len()))?;
        if let Some(bytes) = self.list_bytes.get_mut(place..place + 4) {
            bytes.copy_from_slice(&length.to_be_bytes());
        }
        let list = (is_null == IsNull::No).then_some(&*self.list_bytes);
        let put = self.rows.put(&self.key_bytes, list, cause, task);
        self.failed(put)
    }

    /// Removes all records of a key, time and side, if there are any: they found a partner.
    pub(crate) fn found_partner(
        &mut self,
        key: &K,
        at: Timestamp,
        side: JoinSide,
        cause: impl FnOnce(&TaskContext) -> Cause,
        task: &mut TaskContext,
    ) -> Result<(), StoreError> {
        self.encode_key(key, at, side)?;
        let waiting = self.rows.get(&self.key_bytes);
        let is_waiting = waiting
            .map_err(|source| self.keys.failed(source))?
            .is_some();
        if !is_waiting {
            return Ok(());
        }
        let cause = cause(task);
        let put = self.rows.put(&self.key_bytes, None, cause, task);
        self.failed(put)
    }

    /// Removes an entry whose records were passed on.
    pub(crate) fn remove(
        &mut self,
        key_bytes: &[u8],
        cause: Cause,
        task: &mut TaskContext,
    ) -> Result<(), StoreError> {
        let put = self.rows.put(key_bytes, None, cause, task);
        self.failed(put)
    }

    /// Goes on to the entry after this one; says whether there is one.
    pub(crate) fn advance(&self, entry: &mut OuterEntry) -> Result<bool, StoreError> {
        let failed = |source| self.keys.failed(source);
        let range = KeyRange {
            from: Bound::Excluded(&*entry.key),
            to: Bound::Unbounded,
        };
        let cursor = self.rows.scan(range, Direction::Forward).map_err(failed)?;
        let Some((key, list)) = cursor.entry() else {
            return Ok(false);
        };
        if key.len() < KEY_HEAD_BYTES {
            let what = "a key with its time and side";
            return Err(self.keys.malformed(what, key.len()));
        }
        entry.key.clear();
        entry.key.extend_from_slice(key);
        entry.list.clear();
        entry.list.extend_from_slice(list);
        Ok(true)
    }

    /// The key of an entry.
    pub(crate) fn decode_key(&self, entry: &OuterEntry) -> Result<K, StoreError> {
        let bytes = entry.key.get(KEY_HEAD_BYTES..).unwrap_or_default();
        self.keys.decode(bytes)
    }

    /// One of the values of an entry.
    pub(crate) fn decode_value(
        &self,
        value: Option<&[u8]>,
    ) -> Result<LeftOrRight<L, R>, StoreError> {
        let split = value.and_then(<[u8]>::split_first);
        let Some((&side, bytes)) = split else {
            return Err(self.malformed_list());
        };
        match JoinSide::from_byte(side) {
            JoinSide::Left => self.left.decode(bytes).map(LeftOrRight::Left),
            JoinSide::Right => self.right.decode(bytes).map(LeftOrRight::Right),
        }
    }

    fn encode_key(&mut self, key: &K, at: Timestamp, side: JoinSide) -> Result<(), StoreError> {
        self.key_bytes.clear();
        let time = at.as_millis().to_be_bytes();
        self.key_bytes.extend_from_slice(&time);
        self.key_bytes.push(side.to_byte());
        self.keys.encode(key, &mut self.key_bytes)?;
        Ok(())
    }

    /// Begins the list of the encoded key: with what is there, and one more counted.
    fn begin_list(&mut self) -> Result<(), StoreError> {
        self.list_bytes.clear();
        let known = self.rows.get(&self.key_bytes);
        let known = known.map_err(|source| self.keys.failed(source))?;
        match known {
            Some(known) => self.list_bytes.extend_from_slice(&known),
            None => self
                .list_bytes
                .extend_from_slice(&[VARIABLE_SIZE, 0, 0, 0, 0]),
        }
        let count = self.list_bytes.get_mut(1..LIST_HEAD_BYTES);
        let Some(Ok(count)) = count.map(<&mut [u8; 4]>::try_from) else {
            return Err(self.malformed_list());
        };
        *count = u32::from_be_bytes(*count).saturating_add(1).to_be_bytes();
        Ok(())
    }

    #[cold]
    fn malformed_list(&self) -> StoreError {
        self.left
            .malformed("a list of values", self.list_bytes.len())
    }

    fn failed<T>(&self, result: Result<T, StateError>) -> Result<T, StoreError> {
        result.map_err(|source| self.keys.failed(source))
    }
}

impl<K: 'static, L: 'static, R: 'static> TaskStore for OuterRows<K, L, R> {
    fn flush(&mut self, _: &mut TaskContext) -> Result<(), StoreError> {
        Ok(())
    }

    fn restore(&mut self, record: &RestoreRecord<'_>) -> Result<(), StoreError> {
        let restored = self
            .rows
            .restore(record.key, record.value, record.timestamp);
        self.failed(restored)
    }

    fn content(&self) -> Result<StoreContent, StoreError> {
        let entries = all_entries(&self.rows, 0);
        self.failed(entries).map(StoreContent::KeyValue)
    }
}
