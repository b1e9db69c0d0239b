//! Joins: records and rows of one key, or that point at each other, become one.
//!
//! Reading order: `repartition` (what a join of a stream may need first), `stream_stream`, then
//! streams with tables: `row` (one record finds one row), `table` and `global` (the verbs),
//! `grace` (records that wait for the table); then `tables` and `foreign_key` (rows with rows).

mod foreign_key;
mod global;
mod grace;
pub(crate) mod repartition;
mod row;
mod stream_stream;
mod table;
mod tables;
