//! Why a store cannot answer.

/// Why a store cannot answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StateError {
    /// The engine failed, in its own words.
    #[error("the state engine failed: {0}")]
    Engine(String),
    /// Bytes in the store that this version did not write.
    #[error("cannot read {what} in the store: {bytes} bytes are not of its form")]
    Malformed {
        /// What was read.
        what: &'static str,
        /// How many bytes there were.
        bytes: usize,
    },
}
