//! The states of an application, and who hears of them.

use std::fmt;
use std::sync::{Arc, Condvar, Mutex, PoisonError};

/// The state of an application.
///
/// Semantics: `org.apache.kafka.streams.KafkaStreams.State` (KIP-696).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AppState {
    /// Made, not started.
    Created,
    /// Joining the group, or waiting for an assignment.
    Rebalancing,
    /// Processing what it is assigned, which may be nothing.
    Running,
    /// Shutting down: draining, committing, leaving.
    PendingShutdown,
    /// Ended in good order.
    NotRunning,
    /// Shutting down because of an error.
    PendingError,
    /// Ended because of an error.
    Error,
}

impl AppState {
    /// Whether the application has ended.
    pub const fn has_ended(self) -> bool {
        matches!(self, Self::NotRunning | Self::Error)
    }

    const fn may_become(self, next: Self) -> bool {
        use AppState::{
            Created, Error, NotRunning, PendingError, PendingShutdown, Rebalancing, Running,
        };
        matches!(
            (self, next),
            (Created | Running, Rebalancing)
                | (Rebalancing, Running)
                | (
                    Created | Rebalancing | Running,
                    PendingShutdown | PendingError
                )
                | (PendingShutdown, NotRunning | PendingError)
                | (PendingError, Error)
        )
    }
}

impl fmt::Display for AppState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Created => "CREATED",
            Self::Rebalancing => "REBALANCING",
            Self::Running => "RUNNING",
            Self::PendingShutdown => "PENDING_SHUTDOWN",
            Self::NotRunning => "NOT_RUNNING",
            Self::PendingError => "PENDING_ERROR",
            Self::Error => "ERROR",
        })
    }
}

/// Called with the new state and the old one, in order, on a thread of the library.
pub(crate) type StateListener = Box<dyn Fn(AppState, AppState) + Send + Sync>;

/// The state, its history kept legal.
pub(crate) struct StateCell {
    state: Mutex<AppState>,
    changed: Condvar,
    listener: Option<StateListener>,
}

impl StateCell {
    pub(crate) fn new(listener: Option<StateListener>) -> Arc<Self> {
        Arc::new(Self {
            state: Mutex::new(AppState::Created),
            changed: Condvar::new(),
            listener,
        })
    }

    pub(crate) fn get(&self) -> AppState {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Moves to `next` if that is allowed from where it is; says whether it did.
    pub(crate) fn advance(&self, next: AppState) -> bool {
        let old = {
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            if !state.may_become(next) {
                return false;
            }
            std::mem::replace(&mut *state, next)
        };
        tracing::info!("state {old} -> {next}");
        self.changed.notify_all();
        if let Some(listener) = &self.listener {
            listener(next, old);
        }
        true
    }

    /// Waits until `reached` holds.
    pub(crate) fn wait(&self, reached: impl Fn(AppState) -> bool) -> AppState {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        *self
            .changed
            .wait_while(state, |state| !reached(*state))
            .unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ended_application_never_comes_back() {
        let cell = StateCell::new(None);
        assert!(cell.advance(AppState::Rebalancing));
        assert!(cell.advance(AppState::Running));
        assert!(cell.advance(AppState::PendingShutdown));
        assert!(cell.advance(AppState::NotRunning));
        for next in [
            AppState::Rebalancing,
            AppState::Running,
            AppState::PendingError,
        ] {
            assert!(!cell.advance(next));
        }
        assert_eq!(cell.get(), AppState::NotRunning);
    }
}
