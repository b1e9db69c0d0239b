//! Why the rest of a record is not joined.

use crate::failure::{FailedStep, Failure, Step, TaskFailure};
use crate::processor::TaskContext;
use crate::store::StoreError;

/// A join is a loop over partners; these end it early.
pub(super) enum Stopped {
    /// The joiner failed: the policy decides about the record.
    Joiner(Failure),
    Store(StoreError),
    /// The task fails.
    Task(Box<TaskFailure>),
}

impl Stopped {
    /// Settles what can be settled: the task goes on without the rest of the record then.
    #[cold]
    pub(super) fn settle(self, node: &str, task: &mut TaskContext) -> Step {
        match self {
            Self::Joiner(failure) => task.settle(FailedStep::Process, node, failure.into_inner()),
            Self::Store(error) => task.settle_store(node, error),
            Self::Task(failure) => Err(failure),
        }
    }
}

impl From<Failure> for Stopped {
    fn from(failure: Failure) -> Self {
        Self::Joiner(failure)
    }
}

impl From<StoreError> for Stopped {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<Box<TaskFailure>> for Stopped {
    fn from(failure: Box<TaskFailure>) -> Self {
        Self::Task(failure)
    }
}
