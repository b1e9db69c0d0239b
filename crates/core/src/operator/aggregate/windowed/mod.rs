//! Aggregations in time windows: a row per key and window.
//!
//! Reading order: `emit` and `declare` (how the table is made), `keep` (its store), `aligned` and
//! `sliding` (which windows a record lies in), `rows` (what becomes of one window), `closed`
//! (emission).

mod aggregate;
mod aligned;
mod closed;
mod count;
pub(super) mod declare;
mod emit;
mod keep;
mod reduce;
mod rows;
mod sliding;
