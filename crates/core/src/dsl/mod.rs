//! The DSL: a builder, handles to streams, and the options of their verbs.
//!
//! The verbs themselves are in `operator`, one file each.

mod branched;
mod builder;
mod count;
mod global_table;
mod grouped_stream;
mod options;
mod row_key;
mod stream;
mod table;

pub use branched::BranchedStream;
pub use builder::{Endpoint, StreamsBuilder};
pub use count::Count;
pub use global_table::GlobalKTable;
pub use grouped_stream::KGroupedStream;
pub(crate) use options::{
    BufferBounds, Format, Optimizations, ResolvedName, StoreNaming, StoreSettings,
    TopologySettings, WaitsFrom, WhenFull,
};
pub use options::{
    Consumed, EagerBuffer, Grouped, InWindow, Joined, Materialized, Printed, Processed, Produced,
    Repartitioned, StoreType, Stored, StrictBuffer, Suppressed, SuppressionBuffer,
};
pub use row_key::RowKey;
pub use stream::KStream;
pub use table::KTable;
