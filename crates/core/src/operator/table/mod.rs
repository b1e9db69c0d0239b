//! The verbs of tables, and how a table is kept.

mod filter;
mod global;
mod into_stream;
pub(crate) mod keep;
pub(crate) mod source;
mod suppress;

pub(crate) use global::GlobalLookup;
