//! Aggregations in time windows: a row per key and window.

mod emit;
