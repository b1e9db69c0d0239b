//! Aggregations of sessions: a record joins the sessions it lies near, and they become one.
//!
//! Reading order: `emit` and `declare` (how the table is made), `keep` (its store), `function`
//! (what makes rows), `process` (what becomes of a record).

mod aggregate;
mod count;
pub(super) mod declare;
mod emit;
pub(super) mod function;
mod keep;
mod process;
mod reduce;
