//! What the polling thread hears from outside: requests to stop, and workers that failed.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::error::AppError;
use crate::port::Wake;

/// What to do when a worker cannot go on.
///
/// Semantics: `StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse` (KIP-671).
/// Shutting down every instance of the group is not offered: it needs Kafka Streams' own group
/// protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum UncaughtResponse {
    /// Shut this instance down; its partitions go to the others.
    ShutDown,
    /// Put a new worker in its place; its tasks begin again where they were last committed. A
    /// record that always fails will fail again.
    ReplaceWorker,
}

/// Decides about an error that nothing else handled.
pub(crate) type UncaughtHandler = Box<dyn Fn(&AppError) -> UncaughtResponse + Send + Sync>;

/// The way in to the polling thread.
pub(crate) struct Control {
    stop: AtomicBool,
    /// At most one per worker and life of it: a failed worker waits to be replaced.
    failures: Mutex<VecDeque<(usize, AppError)>>,
    uncaught: UncaughtHandler,
    poller: Arc<dyn Wake>,
}

impl Control {
    pub(crate) fn new(poller: Arc<dyn Wake>, uncaught: UncaughtHandler) -> Arc<Self> {
        Arc::new(Self {
            stop: AtomicBool::new(false),
            failures: Mutex::new(VecDeque::new()),
            uncaught,
            poller,
        })
    }

    pub(crate) fn request_stop(&self) {
        self.stop.store(true, Ordering::Release);
        self.poller.wake();
    }

    pub(crate) fn stop_requested(&self) -> bool {
        self.stop.load(Ordering::Acquire)
    }

    pub(crate) fn report_failure(&self, worker: usize, error: AppError) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        failures.push_back((worker, error));
        drop(failures);
        self.poller.wake();
    }

    pub(crate) fn take_failure(&self) -> Option<(usize, AppError)> {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        failures.pop_front()
    }

    pub(crate) fn uncaught(&self, error: &AppError) -> UncaughtResponse {
        (self.uncaught)(error)
    }
}
