//! Aggregations of sessions: a record joins the sessions it lies near, and they become one.

mod aggregate;
mod count;
mod emit;
pub(super) mod keep;
pub(super) mod process;
mod reduce;
