//! Why an operator did not take a record to its end.

use crate::failure::{Failure, Step, TaskFailure};
use crate::processor::TaskContext;
use crate::store::StoreError;

/// What stopped a record.
pub(crate) enum Stopped {
    /// The function of the program failed.
    Function(Failure),
    Store(StoreError),
    /// What is downstream stopped the task.
    Task(Box<TaskFailure>),
}

impl Stopped {
    /// Settles it in the name of a node.
    #[cold]
    pub(crate) fn settle(self, node: &str, task: &mut TaskContext) -> Step {
        match self {
            Self::Function(failure) => task.settle_failure(node, failure),
            Self::Store(error) => task.settle_store(node, error),
            Self::Task(failure) => Err(failure),
        }
    }
}

impl From<Failure> for Stopped {
    fn from(failure: Failure) -> Self {
        Self::Function(failure)
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
