//! Aggregations: many records of a key become one row of a table.

#[expect(
    clippy::module_inception,
    reason = "the folder is named after the most general of its verbs"
)]
mod aggregate;
mod close_when_idle;
mod closing;
mod cogroup;
mod count;
mod declare;
mod function;
mod group;
mod reduce;
mod row;
mod session;
mod stream;
mod table;
mod windowed;

pub(crate) use cogroup::Cogrouped;
