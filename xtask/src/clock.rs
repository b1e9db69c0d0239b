//! The wall clock of the tooling: the only place that reads it, and the only one that waits for it.

use std::time::{Duration, Instant};

use anyhow::Result;

use crate::interrupt;

/// How often a condition outside this process is looked at.
const PROBE_EVERY: Duration = Duration::from_millis(20);

/// Measures how long a step took.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    #[expect(
        clippy::disallowed_methods,
        reason = "tooling runs in real time; everything else here goes through this type"
    )]
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    pub(crate) fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}

/// Calls `probe` until it answers `Some`; `None` when `limit` passed first.
///
/// # Errors
/// Those of `probe`, and `Interrupted` once the user asked to stop.
pub(crate) fn poll<T>(
    limit: Duration,
    mut probe: impl FnMut() -> Result<Option<T>>,
) -> Result<Option<T>> {
    let watch = Stopwatch::start();
    loop {
        if let Some(found) = probe()? {
            return Ok(Some(found));
        }
        interrupt::check()?;
        if watch.elapsed() >= limit {
            return Ok(None);
        }
        pause();
    }
}

/// Waits for `done`, also while an interrupt is pending: for ending what was started. False when `limit` passed first.
pub(crate) fn wait_uninterrupted(limit: Duration, mut done: impl FnMut() -> bool) -> bool {
    let watch = Stopwatch::start();
    while !done() {
        if watch.elapsed() >= limit {
            return false;
        }
        pause();
    }
    true
}

#[expect(
    clippy::disallowed_methods,
    reason = "another process's port, lock or exit cannot wake a condvar of this one"
)]
fn pause() {
    std::thread::sleep(PROBE_EVERY);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn poll_returns_the_first_answer() {
        let mut calls = 0;
        let answer = poll(Duration::from_secs(5), || {
            calls += 1;
            Ok((calls == 2).then_some(calls))
        });
        assert_eq!(answer.unwrap(), Some(2));
    }

    #[test]
    fn poll_gives_up_at_its_limit() {
        assert_eq!(poll::<()>(Duration::ZERO, || Ok(None)).unwrap(), None);
    }
}
