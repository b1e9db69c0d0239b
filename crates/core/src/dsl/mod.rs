//! The DSL: a builder, handles to streams, and the options of their verbs.
//!
//! The verbs themselves are in `operator`, one file each.

mod branched;
mod builder;
mod count;
mod grouped_stream;
mod options;
mod stream;
mod table;

pub use branched::BranchedStream;
pub use builder::{Endpoint, StreamsBuilder};
pub use count::Count;
pub use grouped_stream::KGroupedStream;
pub use options::{
    Consumed, Grouped, Materialized, Printed, Processed, Produced, Repartitioned, StoreType,
    Stored, StreamJoined,
};
pub(crate) use options::{
    Format, Optimizations, ResolvedName, StoreNaming, StoreSettings, TopologySettings,
};
pub use stream::KStream;
pub use table::KTable;
