//! Reading several rows of a window store: those of a key, or all, between two window starts.

use std::ops::Bound;

use headwater_state::engine::{Direction, KeyRange};
use headwater_state::key::{Segments, WindowKey, WindowPlace};

use super::WindowRows;
use crate::record::Stamped;
use crate::store::key_value::read_row;
use crate::store::{StoreError, Visit};

/// How many segments that have expired are searched for rows that the cache still holds.
const EXPIRED_SEGMENTS_MAX: i64 = 8;

impl<K: 'static, V: 'static> WindowRows<K, V> {
    /// Gives the rows of a key whose windows begin from `from_ms` to `to_ms`, both included, to
    /// `visit` by their starts, until it says to stop.
    pub(crate) fn visit_key(
        &mut self,
        key: &K,
        from_ms: i64,
        to_ms: i64,
        direction: Direction,
        visit: impl FnMut(i64, Stamped<V>) -> Visit,
    ) -> Result<(), StoreError> {
        let mut place = std::mem::take(&mut self.place);
        let located = self.locate(key, &mut place);
        let visited =
            located.and_then(|()| self.visit_at(&mut place, from_ms, to_ms, direction, visit));
        self.place = place;
        visited
    }

    /// As [`visit_key`](Self::visit_key), of the key that was written into a place.
    pub(crate) fn visit_at(
        &mut self,
        place: &mut WindowPlace,
        from_ms: i64,
        to_ms: i64,
        direction: Direction,
        mut visit: impl FnMut(i64, Stamped<V>) -> Visit,
    ) -> Result<(), StoreError> {
        let written_ms = from_ms.max(self.oldest_ms()).max(0);
        let from_ms = self.cached_from_ms(from_ms.max(0), written_ms);
        if from_ms > to_ms {
            return Ok(());
        }
        let newest_ms = to_ms.min(self.newest_ms.max(from_ms));
        let (first, last) = (self.segments.of(from_ms), self.segments.of(newest_ms));
        let mut bound = std::mem::take(&mut self.bound);
        let mut written_from = std::mem::take(&mut self.written_from);
        bound.copy_key(place);
        written_from.copy_key(place);
        let mut visited = Ok(Visit::GoOn);
        for nth in 0..=(last - first) {
            let segment = match direction {
                Direction::Forward => first + nth,
                Direction::Reverse => last - nth,
            };
            let lower = place.at_in(segment, from_ms, 0);
            let written = written_from.at_in(segment, written_ms, 0);
            let upper = bound.at_in(segment, to_ms, u32::MAX);
            visited = self.visit_range((lower, written), upper, direction, &mut visit);
            if !matches!(visited, Ok(Visit::GoOn)) {
                break;
            }
        }
        self.bound = bound;
        self.written_from = written_from;
        visited.map(drop)
    }

    /// Gives every row after a local key whose window begins from `from_ms` to `to_ms`, both
    /// included, to `visit` with its local key: by segment, then in the order of keys, until it
    /// says to stop.
    pub(crate) fn visit_all(
        &self,
        after: Option<&[u8]>,
        (from_ms, to_ms): (i64, i64),
        mut visit: impl FnMut(&[u8], WindowKey<'_>, Stamped<V>) -> Visit,
    ) -> Result<(), StoreError> {
        let failed = |source| self.keys.failed(source);
        let from_ms = from_ms.max(self.oldest_ms());
        if from_ms > to_ms {
            return Ok(());
        }
        let from = Segments::first_key_of(self.segments.of(from_ms));
        let to = Segments::first_key_of(self.segments.of(to_ms).saturating_add(1));
        let range = KeyRange {
            from: after.map_or(Bound::Included(&from), Bound::Excluded),
            to: Bound::Excluded(&to),
        };
        let cursor = self.rows.scan(range, Direction::Forward);
        let mut cursor = cursor.map_err(failed)?;
        while let Some((local, row)) = cursor.entry() {
            if let Some(found) = WindowKey::read_local(local)
                && (from_ms..=to_ms).contains(&found.start_ms)
            {
                let row = read_row(&self.values, self.rows.format(), row)?;
                if visit(local, found, row) == Visit::Stop {
                    break;
                }
            }
            cursor.advance().map_err(failed)?;
        }
        Ok(())
    }

    /// From where a scan of one key looks at what is cached. It is not searched over many
    /// segments for what has long expired.
    fn cached_from_ms(&self, from_ms: i64, written_ms: i64) -> i64 {
        let expired = self.segments.of(written_ms) - self.segments.of(from_ms);
        if self.rows.is_cached() && expired <= EXPIRED_SEGMENTS_MAX {
            from_ms
        } else {
            written_ms
        }
    }

    /// Visits the rows of one key between two places of it; those that were written, from a
    /// place of their own.
    fn visit_range(
        &self,
        (lower, written): (&[u8], &[u8]),
        upper: &[u8],
        direction: Direction,
        visit: &mut impl FnMut(i64, Stamped<V>) -> Visit,
    ) -> Result<Visit, StoreError> {
        let failed = |source| self.keys.failed(source);
        let key = WindowKey::read_local(lower).map(|place| place.key);
        let cached = KeyRange::inclusive(lower, upper);
        let written = if written <= upper {
            KeyRange::inclusive(written, upper)
        } else {
            KeyRange::half_open(upper, upper)
        };
        let cursor = self.rows.scan_apart(cached, written, direction);
        let mut cursor = cursor.map_err(failed)?;
        while let Some((local, row)) = cursor.entry() {
            // Keys of other lengths may lie between two windows of this one.
            if let Some(found) = WindowKey::read_local(local)
                && Some(found.key) == key
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
}
