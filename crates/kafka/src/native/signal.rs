//! What the polling thread waits for: an arrival in a queue, or being woken.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Raised by queues that receive something and by whoever wakes the poll; neither is lost when
/// it comes before the wait.
#[derive(Debug, Default)]
pub(crate) struct Signal {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    arrived: bool,
    woken: bool,
}

impl Signal {
    /// Something has arrived in a queue.
    pub(crate) fn arrived(&self) {
        self.lock().arrived = true;
        self.changed.notify_one();
    }

    /// The current wait, or the next, is to end.
    pub(crate) fn wake(&self) {
        self.lock().woken = true;
        self.changed.notify_one();
    }

    /// Forgets arrivals: the queues are read next, and later arrivals raise it again.
    pub(crate) fn expect_arrivals(&self) {
        self.lock().arrived = false;
    }

    /// Waits for an arrival or a wake, at most `timeout`.
    pub(crate) fn wait(&self, timeout: Duration) {
        let (mut state, _) = self
            .changed
            .wait_timeout_while(self.lock(), timeout, |state| !state.arrived && !state.woken)
            .unwrap_or_else(PoisonError::into_inner);
        state.woken = false;
        state.arrived = false;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
