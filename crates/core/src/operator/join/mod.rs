//! Joins: records and rows of one key, or that point at each other, become one.
//!
//! Reading order: `by_key` (the repartition that a join may need), `row` (one record finds one
//! row), `table` and `global` (the verbs), `grace` (records that wait for the table), `tables`
//! (rows with rows).

pub(crate) mod by_key;
mod global;
mod grace;
mod row;
mod table;
mod tables;
