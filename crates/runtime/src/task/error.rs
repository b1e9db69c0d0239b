//! Why a task stopped.

use std::any::Any;

use headwater_core::failure::TaskFailure;

/// Why a task stopped. The position it had stands; nothing after it is committed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TaskError {
    /// A record could not be decoded, processed or encoded, and the policy is to stop.
    #[error(transparent)]
    Record(#[from] Box<TaskFailure>),
    /// User code panicked.
    #[error("user code panicked: {0}")]
    Panicked(String),
}

impl TaskError {
    /// What a panic of user code is to its task.
    pub fn panicked(panic: &(dyn Any + Send)) -> Self {
        let text = panic
            .downcast_ref::<&str>()
            .copied()
            .or_else(|| panic.downcast_ref::<String>().map(String::as_str));
        Self::Panicked(text.unwrap_or("without a message").to_owned())
    }
}
