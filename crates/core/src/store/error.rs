//! Why a store cannot answer, as processors see it.

use headwater_state::StateError;

use crate::codec::{CodecError, Part};

/// Why a store cannot answer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// A key or value that its codec refuses.
    #[error("store {store}: the codec refuses the {part}: {source}")]
    Codec {
        /// The store.
        store: String,
        /// Key or value.
        part: Part,
        /// Why.
        source: CodecError,
    },
    /// The bytes cannot be reached.
    #[error("store {store}: {source}")]
    State {
        /// The store.
        store: String,
        /// Why.
        source: StateError,
    },
}
