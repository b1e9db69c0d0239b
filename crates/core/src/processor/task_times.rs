//! The times of a task, which stores that let rows die look at.

use std::cell::Cell;

use super::PunctuationKind;
use crate::time::Timestamp;

/// Stream time and wall clock of a task, shared with its stores.
#[derive(Debug)]
pub(crate) struct TaskTimes {
    stream: Cell<Timestamp>,
    wall_clock: Cell<Timestamp>,
}

impl Default for TaskTimes {
    /// Before the first record, and before the runtime has looked at its clock.
    fn default() -> Self {
        Self {
            stream: Cell::new(Timestamp::UNKNOWN),
            wall_clock: Cell::new(Timestamp::UNKNOWN),
        }
    }
}

impl TaskTimes {
    /// The time by one of the clocks.
    pub(crate) const fn now(&self, clock: PunctuationKind) -> Timestamp {
        match clock {
            PunctuationKind::StreamTime => self.stream.get(),
            PunctuationKind::WallClock => self.wall_clock.get(),
        }
    }

    /// Advances stream time.
    pub(crate) fn observe(&self, time: Timestamp) {
        self.stream.set(self.stream.get().max(time));
    }

    pub(crate) fn set_wall_clock(&self, now: Timestamp) {
        self.wall_clock.set(now);
    }
}
