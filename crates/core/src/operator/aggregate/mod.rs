//! Aggregations: many records of a key become one row of a table.

mod count;
mod group;
mod stream;
