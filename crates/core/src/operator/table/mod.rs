//! The verbs of tables, and how a table is kept.

mod filter;
mod into_stream;
pub(crate) mod keep;
pub(crate) mod source;
pub(crate) mod windowed;
