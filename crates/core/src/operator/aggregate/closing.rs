//! When closed windows are looked for.

use std::rc::Rc;
use std::time::Duration;

use crate::processor::TaskContext;
use crate::time::{Timestamp, duration_millis};
use crate::topology::Wiring;

/// How far the closed windows of one operator were passed on, and when it may look again.
///
/// Semantics: `KStreamImplJoin.TimeTracker` and the last emitted close time of
/// `AbstractKStreamTimeWindowAggregateProcessor` (KIP-825).
#[derive(Clone, Debug)]
pub(super) struct Closing {
    store: Rc<str>,
    every_ms: i64,
    /// By the wall clock.
    next_ms: i64,
    /// The close time up to which windows were passed on.
    emitted_ms: Option<i64>,
}

impl Closing {
    /// Goes on where the last commit of the task says that the windows of this store were passed
    /// on to.
    pub(super) fn wire(wiring: &Wiring<'_>, store: &str) -> Self {
        Self {
            emitted_ms: wiring.metadata().get(store),
            ..Self::every(store, wiring.graph().settings.emit_closed_windows_every)
        }
    }

    /// Looks at most so often.
    fn every(store: &str, interval: Duration) -> Self {
        Self {
            store: store.into(),
            every_ms: duration_millis(interval),
            next_ms: 0,
            emitted_ms: None,
        }
    }

    /// Whether windows that close at this time are to be passed on now. Asking uses the time up,
    /// whether or not there are any.
    pub(super) fn is_due(&mut self, close_ms: i64, now: Timestamp) -> bool {
        if now.as_millis() < self.next_ms {
            return false;
        }
        self.next_ms = now.as_millis().saturating_add(self.every_ms);
        self.emitted_ms
            .is_none_or(|emitted_ms| emitted_ms < close_ms)
    }

    /// The close time up to which windows were passed on.
    pub(super) const fn emitted_ms(&self) -> Option<i64> {
        self.emitted_ms
    }

    /// Windows that close up to this time were passed on: the next commit says so, so that no
    /// restart repeats them.
    pub(super) fn emitted(&mut self, close_ms: i64, task: &mut TaskContext) {
        self.emitted_ms = Some(close_ms);
        task.keep_metadata(&self.store, close_ms);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn asking_uses_the_interval_up_even_if_nothing_has_closed() {
        let mut closing = Closing::every("counts", Duration::from_secs(1));
        let at = Timestamp::from_millis;
        assert!(closing.is_due(10, at(0)));
        closing.emitted_ms = Some(10);
        assert!(!closing.is_due(20, at(999)));
        assert!(!closing.is_due(10, at(1_000)), "no later close time");
        assert!(!closing.is_due(20, at(1_999)));
        assert!(closing.is_due(20, at(2_000)));
    }
}
