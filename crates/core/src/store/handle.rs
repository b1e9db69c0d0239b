//! Key-value stores as processors work with them.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::fmt;
use std::ops::{Bound, RangeBounds};
use std::rc::Rc;

use headwater_state::engine::{Direction, KeyRange};

use super::access::Access;
use super::{KeyValueRows, StoreError, Visit};
use crate::processor::StoreWriter;
use crate::record::Stamped;
use crate::time::Timestamp;

/// How many entries an iteration reads at once.
const PAGE_ENTRIES: usize = 256;

type Rows<K, V> = Access<KeyValueRows<K, V>>;

/// A key-value store of the processor's task. Handles share the store.
///
/// Keys are ordered by their bytes. Writes take the processor's context: they are logged at the
/// time of the record in hand.
///
/// Semantics: `org.apache.kafka.streams.state.KeyValueStore`.
pub struct KeyValueStore<K, V> {
    rows: Rows<K, V>,
}

/// A key-value store that keeps a timestamp with each value, as tables do.
///
/// Semantics: `org.apache.kafka.streams.state.TimestampedKeyValueStore`.
pub struct TimestampedKeyValueStore<K, V> {
    rows: Rows<K, V>,
}

impl<K: 'static, V: 'static> KeyValueStore<K, V> {
    pub(crate) const fn new(rows: Rows<K, V>) -> Self {
        Self { rows }
    }

    /// The value of a key.
    ///
    /// # Errors
    /// If the store cannot be read, or its bytes are not what the codec reads.
    pub fn get(&self, key: &K) -> Result<Option<V>, StoreError> {
        let found = self.rows.rows().get(key)?;
        Ok(found.map(|found| found.value))
    }

    /// Sets the value of a key.
    ///
    /// # Errors
    /// If the store cannot be written, or a codec refuses the key or value.
    pub fn put(
        &self,
        key: &K,
        value: &V,
        context: &mut impl StoreWriter,
    ) -> Result<(), StoreError> {
        put(&self.rows, key, Some(value), Timestamp::UNKNOWN, context)
    }

    pub(super) fn set(
        &self,
        key: &K,
        value: Option<&V>,
        context: &mut impl StoreWriter,
    ) -> Result<(), StoreError> {
        put(&self.rows, key, value, Timestamp::UNKNOWN, context)
    }

    /// Sets the value of a key that has none; gives the value it has otherwise.
    ///
    /// # Errors
    /// As [`put`](Self::put).
    pub fn put_if_absent(
        &self,
        key: &K,
        value: &V,
        context: &mut impl StoreWriter,
    ) -> Result<Option<V>, StoreError> {
        let held = self.get(key)?;
        if held.is_none() {
            self.put(key, value, context)?;
        }
        Ok(held)
    }

    /// Removes a key, and gives the value it had.
    ///
    /// # Errors
    /// As [`put`](Self::put).
    pub fn delete(&self, key: &K, context: &mut impl StoreWriter) -> Result<Option<V>, StoreError> {
        let held = self.get(key)?;
        put(&self.rows, key, None, Timestamp::UNKNOWN, context)?;
        Ok(held)
    }

    /// All entries in the order of their keys' bytes.
    pub fn all(&self) -> impl Iterator<Item = Result<(K, V), StoreError>> {
        plain(Entries::all(&self.rows, Direction::Forward))
    }

    /// All entries, the last first.
    pub fn reverse_all(&self) -> impl Iterator<Item = Result<(K, V), StoreError>> {
        plain(Entries::all(&self.rows, Direction::Reverse))
    }

    /// The entries of a range of keys, by their bytes.
    ///
    /// # Errors
    /// If the codec refuses a bound.
    pub fn range(
        &self,
        range: impl RangeBounds<K>,
    ) -> Result<impl Iterator<Item = Result<(K, V), StoreError>>, StoreError> {
        let entries = Entries::range(&self.rows, &range, Direction::Forward)?;
        Ok(plain(entries))
    }

    /// As [`range`](Self::range), the last first.
    ///
    /// # Errors
    /// If the codec refuses a bound.
    pub fn reverse_range(
        &self,
        range: impl RangeBounds<K>,
    ) -> Result<impl Iterator<Item = Result<(K, V), StoreError>>, StoreError> {
        let entries = Entries::range(&self.rows, &range, Direction::Reverse)?;
        Ok(plain(entries))
    }

    /// The entries whose keys' bytes begin with these.
    pub fn prefix_scan(&self, prefix: &[u8]) -> impl Iterator<Item = Result<(K, V), StoreError>> {
        plain(Entries::prefix(&self.rows, prefix))
    }

    /// About how many entries there are; what waits in the cache is not counted.
    pub fn approximate_len(&self) -> u64 {
        self.rows.rows().approximate_len()
    }
}

impl<K: 'static, V: 'static> TimestampedKeyValueStore<K, V> {
    pub(crate) const fn new(rows: Rows<K, V>) -> Self {
        Self { rows }
    }

    /// The value of a key, with its timestamp.
    ///
    /// # Errors
    /// If the store cannot be read, or its bytes are not what the codec reads.
    pub fn get(&self, key: &K) -> Result<Option<Stamped<V>>, StoreError> {
        self.rows.rows().get(key)
    }

    /// Sets the value of a key.
    ///
    /// # Errors
    /// If the store cannot be written, or a codec refuses the key or value.
    pub fn put(
        &self,
        key: &K,
        value: &Stamped<V>,
        context: &mut impl StoreWriter,
    ) -> Result<(), StoreError> {
        put(
            &self.rows,
            key,
            Some(&value.value),
            value.timestamp,
            context,
        )
    }

    pub(super) fn set(
        &self,
        key: &K,
        value: Option<Stamped<&V>>,
        context: &mut impl StoreWriter,
    ) -> Result<(), StoreError> {
        let timestamp = value
            .as_ref()
            .map_or(Timestamp::UNKNOWN, |value| value.timestamp);
        put(
            &self.rows,
            key,
            value.map(|value| value.value),
            timestamp,
            context,
        )
    }

    /// Removes a key, and gives the value it had.
    ///
    /// # Errors
    /// As [`put`](Self::put).
    pub fn delete(
        &self,
        key: &K,
        context: &mut impl StoreWriter,
    ) -> Result<Option<Stamped<V>>, StoreError> {
        let held = self.get(key)?;
        put(&self.rows, key, None, Timestamp::UNKNOWN, context)?;
        Ok(held)
    }

    /// All entries in the order of their keys' bytes.
    pub fn all(&self) -> impl Iterator<Item = Result<(K, Stamped<V>), StoreError>> {
        Entries::all(&self.rows, Direction::Forward)
    }

    /// The entries of a range of keys, by their bytes.
    ///
    /// # Errors
    /// If the codec refuses a bound.
    pub fn range(
        &self,
        range: impl RangeBounds<K>,
    ) -> Result<impl Iterator<Item = Result<(K, Stamped<V>), StoreError>>, StoreError> {
        Entries::range(&self.rows, &range, Direction::Forward)
    }
}

impl<K, V> fmt::Debug for KeyValueStore<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyValueStore").finish_non_exhaustive()
    }
}

impl<K, V> fmt::Debug for TimestampedKeyValueStore<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TimestampedKeyValueStore")
            .finish_non_exhaustive()
    }
}

fn put<K: 'static, V: 'static>(
    rows: &Rows<K, V>,
    key: &K,
    value: Option<&V>,
    timestamp: Timestamp,
    context: &mut impl StoreWriter,
) -> Result<(), StoreError> {
    rows.write(context, |rows, cause, task| {
        rows.put(key, value, timestamp, cause, task).map(drop)
    })
}

fn plain<K, V>(
    entries: impl Iterator<Item = Result<(K, Stamped<V>), StoreError>>,
) -> impl Iterator<Item = Result<(K, V), StoreError>> {
    entries.map(|entry| entry.map(|(key, stamped)| (key, stamped.value)))
}

/// An iteration that reads page by page, so that the store may be written meanwhile: what is
/// written behind the page that was read is seen.
struct Entries<K, V> {
    rows: Rc<RefCell<KeyValueRows<K, V>>>,
    from: Bound<Vec<u8>>,
    to: Bound<Vec<u8>>,
    direction: Direction,
    page: VecDeque<(K, Stamped<V>)>,
    is_read: bool,
}

impl<K: 'static, V: 'static> Entries<K, V> {
    fn between(
        rows: &Rows<K, V>,
        from: Bound<Vec<u8>>,
        to: Bound<Vec<u8>>,
        direction: Direction,
    ) -> Self {
        Self {
            rows: rows.shared(),
            from,
            to,
            direction,
            page: VecDeque::new(),
            is_read: false,
        }
    }

    fn all(rows: &Rows<K, V>, direction: Direction) -> Self {
        Self::between(rows, Bound::Unbounded, Bound::Unbounded, direction)
    }

    fn range(
        rows: &Rows<K, V>,
        range: &impl RangeBounds<K>,
        direction: Direction,
    ) -> Result<Self, StoreError> {
        let bytes = |bound: Bound<&K>| {
            Ok(match bound {
                Bound::Included(key) => Bound::Included(rows.rows().key_bytes(key)?),
                Bound::Excluded(key) => Bound::Excluded(rows.rows().key_bytes(key)?),
                Bound::Unbounded => Bound::Unbounded,
            })
        };
        let (from, to) = (bytes(range.start_bound())?, bytes(range.end_bound())?);
        Ok(Self::between(rows, from, to, direction))
    }

    fn prefix(rows: &Rows<K, V>, prefix: &[u8]) -> Self {
        let to = headwater_state::key::after_prefix(prefix);
        let to = to.map_or(Bound::Unbounded, Bound::Excluded);
        let from = Bound::Included(prefix.to_vec());
        Self::between(rows, from, to, Direction::Forward)
    }

    fn read_page(&mut self) -> Result<(), StoreError> {
        fn borrowed(bound: &Bound<Vec<u8>>) -> Bound<&[u8]> {
            bound.as_ref().map(Vec::as_slice)
        }
        let range = KeyRange {
            from: borrowed(&self.from),
            to: borrowed(&self.to),
        };
        let mut last = None;
        let page = &mut self.page;
        self.rows
            .borrow()
            .visit(range, self.direction, |key_bytes, key, value| {
                page.push_back((key, value));
                if page.len() < PAGE_ENTRIES {
                    return Visit::GoOn;
                }
                last = Some(key_bytes.to_vec());
                Visit::Stop
            })?;
        match (last, self.direction) {
            (None, _) => self.is_read = true,
            (Some(last), Direction::Forward) => self.from = Bound::Excluded(last),
            (Some(last), Direction::Reverse) => self.to = Bound::Excluded(last),
        }
        Ok(())
    }
}

impl<K: 'static, V: 'static> Iterator for Entries<K, V> {
    type Item = Result<(K, Stamped<V>), StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.page.is_empty()
            && !self.is_read
            && let Err(error) = self.read_page()
        {
            self.is_read = true;
            return Some(Err(error));
        }
        self.page.pop_front().map(Ok)
    }
}
