//! Aggregations of tables: a changed row leaves its old group and joins its new one.

mod aggregate;
mod count;
mod group;
mod process;
mod reduce;
