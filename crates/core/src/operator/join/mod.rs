//! Joins.
//!
//! Reading order: `by_key` (the repartition that a join may need), `row` (one record finds one
//! row), `table` and `global` (the verbs), `grace` (records that wait for the table).

pub(crate) mod by_key;
mod global;
mod grace;
mod row;
mod table;
