//! Why bytes could not be read or written.

use std::error::Error;

/// Why a codec refused bytes or an item.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CodecError {
    /// Null where the codec has no item for null.
    #[error("null where a value is needed; read it with `.nullable()` if null is allowed")]
    Null,
    /// A number of fixed width with too few or too many bytes.
    #[error("expected {expected} bytes, got {actual}")]
    Length {
        /// Bytes the codec reads.
        expected: usize,
        /// Bytes there were.
        actual: usize,
    },
    /// Anything else, in the words of what read or wrote it.
    #[error(transparent)]
    Format(Box<dyn Error + Send + Sync>),
}

impl CodecError {
    /// Null where a value is needed.
    pub const fn null() -> Self {
        Self::Null
    }

    /// A number of fixed width that is not.
    pub const fn length(expected: usize, actual: usize) -> Self {
        Self::Length { expected, actual }
    }

    /// Bytes of another shape than the codec reads, or an item that it cannot write.
    pub fn format(reason: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Format(reason.into())
    }
}
