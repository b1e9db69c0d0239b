//! The DSL: a builder, handles to streams, and the options of their verbs.
//!
//! The verbs themselves are in `operator`, one file each.

mod branched;
mod builder;
mod cogrouped_stream;
mod count;
mod grouped_stream;
mod grouped_table;
mod options;
mod session_windowed_stream;
mod stream;
mod table;
mod windows;

pub use branched::BranchedStream;
pub use builder::{Endpoint, StreamsBuilder};
pub use cogrouped_stream::{CogroupedKStream, SessionWindowedCogroupedKStream};
pub use count::Count;
pub use grouped_stream::KGroupedStream;
pub use grouped_table::KGroupedTable;
pub(crate) use options::{
    ByKey, Format, Optimizations, ResolvedName, StoreNaming, StoreSettings, TopologySettings,
};
pub use options::{
    Consumed, Grouped, Materialized, Printed, Processed, Produced, Repartitioned, StoreType,
    Stored, StreamJoined, TableJoined,
};
pub use session_windowed_stream::SessionWindowedKStream;
pub use stream::KStream;
pub use table::KTable;
pub(crate) use windows::SealedWindows;
pub use windows::Windows;
