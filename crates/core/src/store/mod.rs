//! State stores as operators and processors see them: typed views over the byte maps of
//! `headwater_state`, each with its cache and its changelog.
//!
//! Reading order: `rows` (bytes, cache and changelog of one store in one task), `key_value` and
//! its kin (typed views), `flush` (what leaves a table's cache), `task_store` (what every store
//! can do).

mod access;
mod buffer_value;
mod cause;
mod content;
mod definition;
mod definitions;
mod error;
mod expiry;
mod field;
mod flush;
mod global;
mod global_handle;
mod grace_buffer;
mod handle;
mod key_value;
mod outer;
mod rows;
mod rows_type;
mod session;
mod session_handle;
mod sessions_by_end;
mod suppress;
mod task_store;
mod versioned;
mod versioned_handle;
mod window;
mod window_handle;

pub(crate) use cause::Cause;
pub use content::{StoreContent, StoredEntry, StoredVersion};
pub use definition::{DeclaredStoreDef, KeyedStoreDef, StoreDef, Stores};
pub(crate) use definition::{DeclaredStores, OpenStores};
pub use definitions::{
    GlobalStoreDef, KeyValueStoreDef, SessionStoreDef, TimestampedKeyValueStoreDef,
    TimestampedWindowStoreDef, VersionedKeyValueStoreDef, WindowStoreDef,
};
pub use error::StoreError;
pub(crate) use field::Field;
pub(crate) use flush::{FlushTable, Flushed};
pub use global::GlobalStores;
pub(crate) use global::{GlobalRows, OpenGlobal};
pub use global_handle::{GlobalStore, GlobalStoreWriter};
pub(crate) use grace_buffer::{GraceBuffer, Put as PutLate};
pub use handle::{KeyValueStore, TimestampedKeyValueStore};
/// Memory that the caches of several stores draw on.
pub use headwater_state::layer::CacheBudget;
pub(crate) use key_value::{KeyValueRows, KeyValueSetup, PutRow, Visit, all_entries, read_row};
pub(crate) use outer::{JoinSide, LeftOrRight, OuterEntry, OuterRows};
pub(crate) use rows::{ChangelogTopic, Logged, RowFormat, Rows, RowsSetup, StoreOpening};
pub(crate) use rows_type::{Form, RowsType, StorePlace, UsedStore};
pub(crate) use session::{PutSession, SessionRows, SessionSetup};
pub use session_handle::SessionStore;
pub(crate) use suppress::{Prior, SuppressBuffer};
pub(crate) use task_store::{OpenStore, RestoreRecord, TaskStore};
pub(crate) use versioned::VersionedRows;
pub use versioned_handle::VersionedKeyValueStore;
pub(crate) use window::{
    Duplicates, EncodedRow, Presence, PutWindow, WindowRow, WindowRows, WindowSetup,
};
pub use window_handle::{TimestampedWindowStore, WindowStore};

/// Whether writes wait in a cache, so that of several to one key only the last goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Caching {
    On,
    Off,
}
