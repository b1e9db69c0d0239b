//! Why a task stopped.

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
