//! The DSL: a builder, handles to streams, and the options of their verbs.
//!
//! The verbs themselves are in `operator`, one file each.

mod branched;
mod builder;
mod cogrouped_stream;
mod count;
mod global_table;
mod grouped_stream;
mod grouped_table;
mod into_row;
mod options;
mod row_key;
mod session_windowed_stream;
mod stream;
mod table;
mod time_windowed_stream;
mod windows;

pub use branched::BranchedStream;
pub use builder::{Endpoint, StreamsBuilder};
pub use cogrouped_stream::{
    CogroupedKStream, SessionWindowedCogroupedKStream, TimeWindowedCogroupedKStream,
};
pub use count::Count;
pub use global_table::GlobalKTable;
pub(crate) use grouped_stream::Grouping;
pub use grouped_stream::KGroupedStream;
pub use grouped_table::KGroupedTable;
pub use into_row::IntoRow;
pub(crate) use options::{
    BufferBounds, ByKey, Changes, ExpiredResults, Format, ResolvedName, StoreNaming, StoreSettings,
    TopologySettings, WaitsFrom, WhenFull,
};
pub use options::{
    Consumed, EagerBuffer, Grouped, InWindow, Joined, Materialized, Printed, Processed, Produced,
    Repartitioned, StoreType, Stored, StreamJoined, StrictBuffer, Suppressed, SuppressionBuffer,
    TableJoined, Ttl,
};
pub use row_key::RowKey;
pub use session_windowed_stream::SessionWindowedKStream;
pub use stream::KStream;
pub use table::KTable;
pub use time_windowed_stream::TimeWindowedKStream;
pub use windows::Windows;
pub(crate) use windows::{SealedWindows, TimeCut, TimeWindows};
