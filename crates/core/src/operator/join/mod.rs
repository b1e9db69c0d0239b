//! Joins: records and rows of one key, or that point at each other, become one.

pub(crate) mod repartition;
mod stream_stream;
mod tables;

mod foreign_key;
