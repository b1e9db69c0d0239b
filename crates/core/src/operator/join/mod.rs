//! The joins.

pub(crate) mod repartition;
mod stream_stream;
