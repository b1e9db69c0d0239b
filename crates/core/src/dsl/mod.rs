//! The DSL: a builder, handles to streams, and the options of their verbs.
//!
//! The verbs themselves are in `operator`, one file each.

mod branched;
mod builder;
mod options;
mod stream;

pub use branched::BranchedStream;
pub use builder::{Endpoint, StreamsBuilder};
pub(crate) use options::Format;
pub use options::{Consumed, Printed, Processed, Produced, Repartitioned};
pub use stream::KStream;
