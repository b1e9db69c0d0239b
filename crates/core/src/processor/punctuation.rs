//! Punctuation: calling a processor again at intervals of stream time or wall-clock time.

use std::time::Duration;

use crate::time::{Timestamp, duration_millis};

/// By which clock a punctuation is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PunctuationKind {
    /// By the highest timestamp the task has processed: an idle input never fires. First due on
    /// the first record.
    StreamTime,
    /// By the wall clock: fires on an idle input too. First due one interval after scheduling.
    WallClock,
}

/// A scheduled punctuation, to tell several apart and to cancel it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PunctuationId(u64);

#[derive(Clone, Copy, Debug)]
struct Entry {
    id: PunctuationId,
    owner: usize,
    kind: PunctuationKind,
    due_ms: i64,
    interval_ms: i64,
}

/// The punctuations of one task.
///
/// After a gap one fires once, not once per missed interval, and then keeps to its grid
/// (`org.apache.kafka.streams.processor.internals.PunctuationSchedule`).
#[derive(Debug, Default)]
pub(crate) struct PunctuationSchedule {
    entries: Vec<Entry>,
    next_id: u64,
}

impl PunctuationSchedule {
    pub(crate) fn schedule(
        &mut self,
        owner: usize,
        kind: PunctuationKind,
        interval: Duration,
        now: Timestamp,
    ) -> PunctuationId {
        // An interval below a millisecond would be due for ever.
        let interval_ms = duration_millis(interval).max(1);
        let id = PunctuationId(self.next_id);
        self.next_id += 1;
        let due_ms = match kind {
            PunctuationKind::StreamTime => 0,
            PunctuationKind::WallClock => now.as_millis().saturating_add(interval_ms),
        };
        self.entries.push(Entry {
            id,
            owner,
            kind,
            due_ms,
            interval_ms,
        });
        id
    }

    pub(crate) fn cancel(&mut self, id: PunctuationId) {
        self.entries.retain(|entry| entry.id != id);
    }

    /// The earliest time a punctuation of this kind is due.
    pub(crate) fn next_due(&self, kind: PunctuationKind) -> Option<Timestamp> {
        let due = self.entries.iter().filter(|entry| entry.kind == kind);
        due.map(|entry| entry.due_ms)
            .min()
            .map(Timestamp::from_millis)
    }

    /// Takes the earliest punctuation due at `now` and puts it on its next grid point.
    pub(crate) fn take_due(
        &mut self,
        kind: PunctuationKind,
        now: Timestamp,
    ) -> Option<(usize, PunctuationId)> {
        let now = now.as_millis();
        let entry = self
            .entries
            .iter_mut()
            .filter(|entry| entry.kind == kind && entry.due_ms <= now)
            .min_by_key(|entry| entry.due_ms)?;
        let missed = (now - entry.due_ms) / entry.interval_ms;
        entry.due_ms = entry
            .due_ms
            .saturating_add((missed + 1).saturating_mul(entry.interval_ms));
        Some((entry.owner, entry.id))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEN_MS: Duration = Duration::from_millis(10);

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    #[test]
    fn stream_time_fires_on_the_first_record_and_keeps_to_the_grid_of_zero() {
        let mut schedule = PunctuationSchedule::default();
        schedule.schedule(0, PunctuationKind::StreamTime, TEN_MS, at(500));
        assert!(
            schedule
                .take_due(PunctuationKind::StreamTime, at(3))
                .is_some()
        );
        assert!(
            schedule
                .take_due(PunctuationKind::StreamTime, at(9))
                .is_none()
        );
        assert!(
            schedule
                .take_due(PunctuationKind::StreamTime, at(10))
                .is_some()
        );
    }

    #[test]
    fn a_gap_fires_once() {
        let mut schedule = PunctuationSchedule::default();
        schedule.schedule(0, PunctuationKind::WallClock, TEN_MS, at(100));
        assert!(
            schedule
                .take_due(PunctuationKind::WallClock, at(109))
                .is_none()
        );
        assert!(
            schedule
                .take_due(PunctuationKind::WallClock, at(145))
                .is_some()
        );
        assert!(
            schedule
                .take_due(PunctuationKind::WallClock, at(149))
                .is_none()
        );
        assert_eq!(schedule.next_due(PunctuationKind::WallClock), Some(at(150)));
    }

    #[test]
    fn a_cancelled_punctuation_never_fires() {
        let mut schedule = PunctuationSchedule::default();
        let id = schedule.schedule(0, PunctuationKind::WallClock, TEN_MS, at(0));
        schedule.cancel(id);
        assert!(
            schedule
                .take_due(PunctuationKind::WallClock, at(1_000))
                .is_none()
        );
    }
}
