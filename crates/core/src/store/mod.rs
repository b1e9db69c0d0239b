//! State stores as operators and processors see them: typed views over the byte maps of
//! `headwater_state`, each with its cache and its changelog.
//!
//! Reading order: `rows` (bytes, cache and changelog of one store in one task), `key_value` and
//! its kin (typed views), `flush` (what leaves a table's cache), `task_store` (what every store
//! can do).

mod buffer_value;
mod cause;
mod content;
mod definition;
mod error;
mod field;
mod flush;
mod global;
mod grace_buffer;
mod handle;
mod key_value;
mod outer;
mod rows;
mod session;
mod sessions_by_end;
mod suppress;
mod task_store;
mod versioned;
mod window;
mod window_definition;
mod window_handle;

pub(crate) use cause::Cause;
pub use content::{StoreContent, StoredEntry, StoredVersion};
pub(crate) use definition::{DeclaredStores, OpenStores};
pub use definition::{KeyValueStoreDef, StoreDef, Stores, TimestampedKeyValueStoreDef};
pub use error::StoreError;
pub(crate) use field::Field;
pub(crate) use flush::{FlushTable, Flushed};
pub use global::GlobalStores;
pub(crate) use global::{GlobalRows, OpenGlobal};
pub(crate) use grace_buffer::{GraceBuffer, Put as PutLate};
pub use handle::{KeyValueStore, TimestampedKeyValueStore};
/// Memory that the caches of several stores draw on.
pub use headwater_state::layer::CacheBudget;
pub(crate) use key_value::{KeyValueRows, Visit, all_entries, read_row};
pub(crate) use outer::{JoinSide, LeftOrRight, OuterEntry, OuterRows};
pub(crate) use rows::{ChangelogTopic, Logged, RowFormat, Rows, RowsSetup, StoreOpening};
pub(crate) use session::{PutSession, SessionRows, SessionSetup};
pub(crate) use suppress::{Prior, SuppressBuffer};
pub(crate) use task_store::{OpenStore, RestoreRecord, TaskStore};
pub(crate) use versioned::VersionedRows;
pub(crate) use window::{
    Duplicates, EncodedRow, Presence, PutWindow, WindowRow, WindowRows, WindowSetup,
};
pub use window_definition::WindowStoreDef;
pub use window_handle::WindowStore;

/// Whether writes wait in a cache, so that of several to one key only the last goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Caching {
    On,
    Off,
}
