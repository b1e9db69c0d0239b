//! The operators: one verb, one file, holding its DSL method, its node and its tests.
//!
//! To add one, copy `filter.rs`.

pub(crate) mod aggregate;
pub(crate) mod branch;
mod filter;
mod flat_map;
mod flat_map_values;
mod for_each;
pub(crate) mod idle;
pub(crate) mod join;
mod map;
mod map_values;
mod merge;
mod peek;
mod print;
mod process;
mod process_values;
pub(crate) mod repartition;
mod select_key;
mod sink;
pub(crate) mod source;
pub(crate) mod stopped;
mod store;
pub(crate) mod table;
