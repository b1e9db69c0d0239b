//! The verbs of tables, and how a table is kept.

mod filter;
mod filter_map_values;
mod into_stream;
mod into_table;
pub(crate) mod keep;
mod map_values;
mod mapped;
pub(crate) mod source;
mod transform_values;
