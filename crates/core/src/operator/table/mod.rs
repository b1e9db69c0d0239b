//! The verbs of tables, and how a table is kept.

mod expire;
mod filter;
mod filter_map_values;
mod global;
mod into_stream;
mod into_table;
pub(crate) mod keep;
mod map_values;
mod mapped;
pub(crate) mod source;
mod suppress;
mod transform_values;
pub(crate) mod windowed;

pub(crate) use global::GlobalLookup;
