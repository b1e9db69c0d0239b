//! Sliding windows: which of them a record lies in, and which begin with it.
//!
//! Each record makes two windows: one that ends with it, and one that begins right after it. The
//! second is kept only once another record lies in it. So any set of records at most the
//! difference apart has its window, and windows of equal content are kept once.

use headwater_state::engine::Direction;

use super::rows::{FoldedRows, SoFar};
use crate::codec::SharedCodec;
use crate::failure::Step;
use crate::operator::idle::CloseOpen;
use crate::operator::stopped::Stopped;
use crate::processor::{Sink, TaskContext};
use crate::record::{Change, Record, Stamped};
use crate::store::{Presence, Visit};

/// Folds each record into the windows around it, and makes those that begin with it.
///
/// Windows are updated from the latest to the earliest, then new ones are made: the order that
/// results have in Kafka Streams. Semantics: `KStreamSlidingWindowAggregate`.
pub(super) struct SlidingAggregate<K, V, A> {
    key: SharedCodec<K>,
    value: SharedCodec<V>,
    rows: FoldedRows<K, V, A>,
    /// The windows near a record; the memory is kept for the next.
    near: Vec<(i64, Stamped<A>)>,
    /// Their starts.
    starts: Vec<i64>,
}

/// What the windows near a record tell about those that are still to be made.
struct Found<A> {
    /// The row of the window before that of the record.
    left: Option<A>,
    /// The row that the window right after the record begins with.
    right: Option<Stamped<A>>,
    /// Time of the record before this one, if its own window after it may be missing.
    previous_ms: Option<i64>,
    has_left: bool,
    has_right: bool,
}

/// The record in hand, with the times it is compared with.
struct InHand<'r, K, V> {
    record: &'r Record<K, V>,
    time_ms: i64,
    close_ms: i64,
    difference_ms: i64,
}

impl<K, V> InHand<'_, K, V> {
    /// Last moment of the window that begins then.
    const fn end_ms(&self, start_ms: i64) -> i64 {
        start_ms.saturating_add(self.difference_ms)
    }
}

impl<K: Clone + 'static, V: 'static, A: Clone + 'static> SlidingAggregate<K, V, A> {
    pub(super) const fn new(
        key: SharedCodec<K>,
        value: SharedCodec<V>,
        rows: FoldedRows<K, V, A>,
    ) -> Self {
        Self {
            key,
            value,
            rows,
            near: Vec::new(),
            starts: Vec::new(),
        }
    }

    fn process(&mut self, record: &Record<K, V>, task: &mut TaskContext) -> Result<(), Stopped> {
        let close_ms = self.rows.begin(record)?;
        let in_hand = InHand {
            record,
            time_ms: record.timestamp.as_millis(),
            close_ms,
            difference_ms: self.rows.windows().size_ms(),
        };
        if in_hand.end_ms(in_hand.time_ms) < close_ms {
            task.drop_record("it is late: the last window it could lie in is closed");
            return Ok(());
        }
        if in_hand.time_ms < in_hand.difference_ms {
            // No emission follows, as in Kafka Streams.
            return self.process_early(&in_hand, task);
        }
        let mut near = std::mem::take(&mut self.near);
        let updated = self.update_near(&in_hand, &mut near, task);
        near.clear();
        self.near = near;
        if let Some(found) = updated? {
            self.make_missing(&in_hand, found, task)?;
        }
        self.rows.emit_closed(close_ms, record, task)
    }

    /// Updates the windows the record lies in; `None` if all it needs are there.
    fn update_near(
        &mut self,
        in_hand: &InHand<'_, K, V>,
        near: &mut Vec<(i64, Stamped<A>)>,
        task: &mut TaskContext,
    ) -> Result<Option<Found<A>>, Stopped> {
        let (time_ms, difference_ms) = (in_hand.time_ms, in_hand.difference_ms);
        let from_ms = time_ms.saturating_sub(difference_ms.saturating_mul(2));
        let to_ms = time_ms.saturating_add(1);
        let direction = Direction::Reverse;
        self.rows.read(|store, place| {
            store.visit_at(place, from_ms, to_ms, direction, |start_ms, row| {
                let end_ms = in_hand.end_ms(start_ms);
                near.push((start_ms, row));
                // The first window that ends before the record is the last of interest.
                if end_ms < time_ms {
                    Visit::Stop
                } else {
                    Visit::GoOn
                }
            })
        })?;
        self.starts.clear();
        self.starts
            .extend(near.iter().map(|(start_ms, _)| *start_ms));
        let mut found = Found::nothing();
        let mut is_first = true;
        for (start_ms, row) in near.drain(..) {
            let end_ms = in_hand.end_ms(start_ms);
            let newest_ms = row.timestamp.as_millis();
            if start_ms > time_ms {
                found.has_right = true;
            } else if end_ms > time_ms {
                // Only the latest window can hold what comes right after the record.
                if std::mem::take(&mut is_first) && !found.has_right && newest_ms > time_ms {
                    found.right = Some(row.clone());
                }
                self.update(start_ms, row.into(), in_hand, task)?;
            } else if end_ms == time_ms {
                found.has_left = true;
                self.update(start_ms, row.into(), in_hand, task)?;
                if newest_ms >= time_ms {
                    // Another record of this time has made all that this one needs.
                    return Ok(None);
                }
                found.previous_ms = Some(newest_ms);
            } else {
                found.left = Some(row.value);
                found.previous_ms = Some(newest_ms);
            }
        }
        Ok(Some(found))
    }

    /// Makes the windows that are missing: right after the record before, up to this record,
    /// and right after it.
    fn make_missing(
        &mut self,
        in_hand: &InHand<'_, K, V>,
        found: Found<A>,
        task: &mut TaskContext,
    ) -> Result<(), Stopped> {
        let (record, time_ms) = (in_hand.record, in_hand.time_ms);
        if let Some(start_ms) = found.previous_ms.map(|previous_ms| previous_ms + 1)
            && !self.starts.contains(&start_ms)
            && in_hand.end_ms(start_ms) >= time_ms
        {
            let begun = self.rows.begun(record);
            self.update(start_ms, begun, in_hand, task)?;
        }
        if !found.has_left {
            let start_ms = time_ms - in_hand.difference_ms;
            let is_shared = found
                .previous_ms
                .is_some_and(|previous| start_ms <= previous);
            let begun = self.rows.begun(record);
            let so_far = match found.left {
                Some(left) if is_shared => SoFar {
                    row: Some(left),
                    ..begun
                },
                _ => begun,
            };
            self.update(start_ms, so_far, in_hand, task)?;
        }
        self.make_right(found.right, found.has_right, in_hand, task)
    }

    /// Makes the window right after the record, if later records lie in it.
    fn make_right(
        &mut self,
        right: Option<Stamped<A>>,
        has_right: bool,
        in_hand: &InHand<'_, K, V>,
        task: &mut TaskContext,
    ) -> Result<(), Stopped> {
        let later = right.filter(|row| row.timestamp.as_millis() > in_hand.time_ms);
        let Some(row) = later.filter(|_| !has_right) else {
            return Ok(());
        };
        let (start_ms, change) = (in_hand.time_ms + 1, Change::new(Some(row.value), None));
        let (timestamp, presence) = (row.timestamp, Presence::Unknown);
        self.rows
            .put(start_ms, change, timestamp, presence, in_hand.record, task)
    }

    /// A record whose window would begin before the epoch lies in the first window there is,
    /// with all others of that kind.
    fn process_early(
        &mut self,
        in_hand: &InHand<'_, K, V>,
        task: &mut TaskContext,
    ) -> Result<(), Stopped> {
        let (record, time_ms) = (in_hand.record, in_hand.time_ms);
        let mut near = std::mem::take(&mut self.near);
        near.clear();
        let (to_ms, direction) = (time_ms + 1, Direction::Forward);
        self.rows.read(|store, place| {
            store.visit_at(place, 0, to_ms, direction, |start_ms, row| {
                near.push((start_ms, row));
                Visit::GoOn
            })
        })?;
        self.starts.clear();
        self.starts
            .extend(near.iter().map(|(start_ms, _)| *start_ms));
        let mut found = Found::nothing();
        let mut first_window = None;
        for (start_ms, row) in near.drain(..) {
            if start_ms == 0 {
                let newest_ms = row.timestamp.as_millis();
                found.previous_ms = Some(newest_ms).filter(|&newest_ms| newest_ms < time_ms);
                first_window = Some(row);
            } else if start_ms <= time_ms {
                found.right = Some(row.clone());
                self.update(start_ms, row.into(), in_hand, task)?;
            } else {
                found.has_right = true;
            }
        }
        self.near = near;
        // Without another window the first one holds all later records, if there are any.
        let right = found.right.or_else(|| first_window.clone());
        self.make_right(right, found.has_right, in_hand, task)?;
        if let Some(start_ms) = found.previous_ms.map(|previous_ms| previous_ms + 1)
            && !self.starts.contains(&start_ms)
        {
            let begun = self.rows.begun(record);
            self.update(start_ms, begun, in_hand, task)?;
        }
        let so_far = match first_window {
            Some(row) => row.into(),
            None => self.rows.begun(record),
        };
        self.update(0, so_far, in_hand, task)
    }

    /// Folds the record into a window, unless that is closed.
    fn update(
        &mut self,
        start_ms: i64,
        so_far: SoFar<A>,
        in_hand: &InHand<'_, K, V>,
        task: &mut TaskContext,
    ) -> Result<(), Stopped> {
        if in_hand.end_ms(start_ms) < in_hand.close_ms {
            task.drop_record("it is late: its window is closed");
            return Ok(());
        }
        self.rows.fold(start_ms, so_far, in_hand.record, task)
    }
}

impl<A> Found<A> {
    const fn nothing() -> Self {
        Self {
            left: None,
            right: None,
            previous_ms: None,
            has_left: false,
            has_right: false,
        }
    }
}

impl<K: Clone + 'static, V: 'static, A: Clone + 'static> CloseOpen for SlidingAggregate<K, V, A> {
    fn close_open(&mut self, task: &mut TaskContext) -> Step {
        let done = self.rows.close_open(task);
        self.rows.settle(done, task)
    }
}

impl<K: Clone + 'static, V: 'static, A: Clone + 'static> Sink<K, V> for SlidingAggregate<K, V, A> {
    fn push(&mut self, record: Record<K, V>, task: &mut TaskContext) -> Step {
        if self.key.is_null(&record.key) || self.value.is_null(&record.value) {
            task.drop_record("it has no key or no value, and sliding windows need both");
            return Ok(());
        }
        let done = self.process(&record, task);
        self.rows.settle(done, task)
    }
}
