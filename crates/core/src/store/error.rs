//! Why a store cannot answer, as processors see it.

use std::error::Error;

use headwater_state::StateError;

use crate::codec::{CodecError, Part};
use crate::failure::Failure;

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
    /// A write while rows are looked up.
    #[error("store {store} is only read while rows are looked up")]
    ReadOnly {
        /// The store.
        store: String,
    },
    /// A row that is not stored but computed when it is asked for, by code that failed.
    #[error("table {table}: cannot compute a row: {source}")]
    Computed {
        /// The node of the table.
        table: String,
        /// Why.
        source: Box<dyn Error + Send + Sync>,
    },
}

impl StoreError {
    /// The function that computes the rows of a table failed.
    #[cold]
    pub(crate) fn computed(table: &str, failure: Failure) -> Self {
        Self::Computed {
            table: table.to_owned(),
            source: failure.into_inner(),
        }
    }
}
