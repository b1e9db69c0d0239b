//! Versioned maps: each value holds from one time until the next, and so much history is kept.

mod row;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use crate::StateError;
use crate::engine::{Direction, Engine, KeyRange};
use crate::key::Segments;
use row::Ended;

/// Before the first put there is no time.
const NO_TIME: i64 = -1;

/// A value and how long it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version<'a> {
    /// Since when, in milliseconds.
    pub from_ms: i64,
    /// Until when, excluded; `None`: still.
    pub until_ms: Option<i64>,
    /// Its bytes.
    pub value: Cow<'a, [u8]>,
}

/// What became of a version that was put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VersionedPut {
    /// It is older than the history that is kept: nothing was changed.
    TooOld,
    /// It is the newest of its key.
    Newest,
    /// It holds only until this time, from which on something else was known already.
    OutOfOrder {
        /// That time in milliseconds.
        until_ms: i64,
    },
}

/// Keys whose values have versions, by time and not by order of arrival.
///
/// Times are milliseconds and not negative. The newest value of a key is kept for ever; versions
/// that ended are kept until the segment of time that they ended in lies wholly before the
/// history. Equal in content, not in layout, to
/// `org.apache.kafka.streams.state.internals.RocksDBVersionedStore` (KIP-889).
pub struct Versioned {
    engine: Box<dyn Engine>,
    history_ms: i64,
    segments: Segments,
    /// The largest time put so far.
    stream_time_ms: i64,
    /// No version ended in a later segment.
    last_segment: i64,
    /// Segments before this one are gone.
    first_segment: i64,
    local: Vec<u8>,
    row: Vec<u8>,
}

impl Versioned {
    /// An empty map over an empty engine that nothing else writes to.
    pub fn new(engine: Box<dyn Engine>, history_ms: i64) -> Self {
        Self {
            engine,
            history_ms,
            segments: Segments::for_history_ms(history_ms),
            stream_time_ms: NO_TIME,
            last_segment: i64::MIN,
            first_segment: i64::MIN,
            local: Vec::new(),
            row: Vec::new(),
        }
    }

    /// Puts the value that holds from a time on, until the next known one; `None` is a deletion.
    /// A value put earlier for the same time is replaced.
    ///
    /// # Errors
    /// If the engine fails.
    pub fn put(
        &mut self,
        key: &[u8],
        value: Option<&[u8]>,
        from_ms: i64,
    ) -> Result<VersionedPut, StateError> {
        if from_ms < self.history_start_ms() {
            return Ok(VersionedPut::TooOld);
        }
        self.stream_time_ms = self.stream_time_ms.max(from_ms);
        self.expire()?;
        let newest_from = self.newest(key)?.map(|newest| newest.from_ms);
        if let Some(newest) = newest_from.filter(|newest| *newest <= from_ms) {
            if newest < from_ms {
                self.end_newest(key, from_ms)?;
            }
            self.set_newest(key, value, from_ms)?;
            return Ok(VersionedPut::Newest);
        }
        let until_ms = match self.ending_after(key, from_ms)? {
            Some(around) if around.from_ms <= from_ms => {
                let until_ms = around.until_ms;
                if around.from_ms < from_ms {
                    // The version that held at this time is cut in two.
                    self.set_ended(key, around.value.as_deref(), around.from_ms, from_ms)?;
                }
                Some(until_ms)
            }
            Some(after) => Some(after.from_ms),
            None => newest_from,
        };
        match (until_ms, value) {
            (Some(until_ms), value) => {
                self.set_ended(key, value, from_ms, until_ms)?;
                return Ok(VersionedPut::OutOfOrder { until_ms });
            }
            (None, Some(_)) => self.set_newest(key, value, from_ms)?,
            (None, None) => self.remember_deletion(key, from_ms)?,
        }
        Ok(VersionedPut::Newest)
    }

    /// The newest value of a key.
    ///
    /// # Errors
    /// If the engine fails.
    pub fn get(&mut self, key: &[u8]) -> Result<Option<Version<'_>>, StateError> {
        self.newest(key)
    }

    /// The value that held at a time. Of times before the history only what is still the newest
    /// is known.
    ///
    /// # Errors
    /// If the engine fails.
    pub fn get_as_of(&mut self, key: &[u8], at_ms: i64) -> Result<Option<Version<'_>>, StateError> {
        let newest_from = self.newest(key)?.map(|newest| newest.from_ms);
        if newest_from.is_some_and(|from_ms| from_ms <= at_ms) {
            return self.newest(key);
        }
        if at_ms < self.history_start_ms() {
            return Ok(None);
        }
        let found = self.ending_after(key, at_ms)?;
        let found = found.filter(|version| version.from_ms <= at_ms);
        Ok(found.and_then(|version| {
            Some(Version {
                from_ms: version.from_ms,
                until_ms: Some(version.until_ms),
                value: Cow::Owned(version.value?),
            })
        }))
    }

    /// Every version of every key, keys in order, oldest version first.
    ///
    /// # Errors
    /// If the engine fails.
    pub fn all(&self) -> Result<BTreeMap<Vec<u8>, Vec<Version<'static>>>, StateError> {
        let mut all: BTreeMap<Vec<u8>, Vec<Version<'static>>> = BTreeMap::new();
        let mut cursor = self.engine.scan(KeyRange::ALL, Direction::Forward)?;
        while let Some((local, row)) = cursor.entry() {
            let (key, from_ms, until_ms, value) = if let Some(key) = row::read_newest_key(local) {
                let (from_ms, value) = row::read_newest(row)?;
                (key, from_ms, None, Some(value))
            } else {
                let (key, until_ms) = row::read_ended_key(local)?;
                let (from_ms, value) = row::read_ended(row)?;
                (key, from_ms, Some(until_ms), value)
            };
            if let Some(value) = value {
                all.entry(key.to_vec()).or_default().push(Version {
                    from_ms,
                    until_ms,
                    value: Cow::Owned(value.to_vec()),
                });
            }
            cursor.advance()?;
        }
        for versions in all.values_mut() {
            versions.sort_by_key(|version| version.from_ms);
        }
        Ok(all)
    }

    /// From when on the history is kept; earlier puts are refused.
    const fn history_start_ms(&self) -> i64 {
        self.stream_time_ms.saturating_sub(self.history_ms)
    }

    fn newest(&mut self, key: &[u8]) -> Result<Option<Version<'_>>, StateError> {
        row::newest_key(key, &mut self.local);
        let Some(row) = self.engine.get(&self.local)? else {
            return Ok(None);
        };
        let (from_ms, value) = match row {
            Cow::Borrowed(row) => {
                let (from_ms, value) = row::read_newest(row)?;
                (from_ms, Cow::Borrowed(value))
            }
            Cow::Owned(row) => {
                let (from_ms, value) = row::read_newest(&row)?;
                (from_ms, Cow::Owned(value.to_vec()))
            }
        };
        Ok(Some(Version {
            from_ms,
            until_ms: None,
            value,
        }))
    }

    fn set_newest(
        &mut self,
        key: &[u8],
        value: Option<&[u8]>,
        from_ms: i64,
    ) -> Result<(), StateError> {
        row::newest_key(key, &mut self.local);
        match value {
            None => self.engine.delete(&self.local),
            Some(value) => {
                row::write_newest(from_ms, value, &mut self.row);
                self.engine.put(&self.local, &self.row)
            }
        }
    }

    /// Puts the newest value of a key among the versions that ended.
    fn end_newest(&mut self, key: &[u8], until_ms: i64) -> Result<(), StateError> {
        let newest = self.newest(key)?;
        let newest = newest.map(|newest| (newest.from_ms, newest.value.into_owned()));
        match newest {
            None => Ok(()),
            Some((from_ms, value)) => self.set_ended(key, Some(&value), from_ms, until_ms),
        }
    }

    fn set_ended(
        &mut self,
        key: &[u8],
        value: Option<&[u8]>,
        from_ms: i64,
        until_ms: i64,
    ) -> Result<(), StateError> {
        let segment = self.segments.of(until_ms);
        self.last_segment = self.last_segment.max(segment);
        row::ended_key(segment, key, until_ms, &mut self.local);
        row::write_ended(from_ms, value, &mut self.row);
        self.engine.put(&self.local, &self.row)
    }

    /// Notes that a key was deleted, where nothing else says so: as a version without length.
    fn remember_deletion(&mut self, key: &[u8], at_ms: i64) -> Result<(), StateError> {
        let segment = self.segments.of(at_ms);
        row::ended_key(segment, key, at_ms, &mut self.local);
        if self.engine.get(&self.local)?.is_some() {
            return Ok(());
        }
        self.set_ended(key, None, at_ms, at_ms)
    }

    /// The first version of a key that ended after a time.
    fn ending_after(&mut self, key: &[u8], at_ms: i64) -> Result<Option<Ended>, StateError> {
        let first = self.segments.of(at_ms).max(self.first_segment);
        for segment in first..=self.last_segment {
            row::ended_key(segment, key, at_ms, &mut self.local);
            row::ended_key(segment, key, i64::MAX, &mut self.row);
            let range = KeyRange {
                from: std::ops::Bound::Excluded(&*self.local),
                to: std::ops::Bound::Included(&*self.row),
            };
            let cursor = self.engine.scan(range, Direction::Forward)?;
            if let Some((local, row)) = cursor.entry() {
                let (_, until_ms) = row::read_ended_key(local)?;
                let (from_ms, value) = row::read_ended(row)?;
                return Ok(Some(Ended {
                    from_ms,
                    until_ms,
                    // The cursor ends here; only what concerns older versions comes this way.
                    value: value.map(<[u8]>::to_vec),
                }));
            }
        }
        Ok(None)
    }

    /// Drops the segments that lie wholly before the history.
    fn expire(&mut self) -> Result<(), StateError> {
        let first = self.segments.of(self.history_start_ms());
        if first <= self.first_segment {
            return Ok(());
        }
        self.first_segment = first;
        row::segment_start(first, &mut self.local);
        self.engine
            .delete_range(KeyRange::half_open(row::ALL_ENDED, &self.local))
    }
}

impl fmt::Debug for Versioned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Versioned")
            .field("history_ms", &self.history_ms)
            .field("stream_time_ms", &self.stream_time_ms)
            .field("engine", &self.engine)
            .finish_non_exhaustive()
    }
}
