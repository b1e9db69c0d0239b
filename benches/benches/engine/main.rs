//! The engine alone: how fast a task runs records through its operators and stores, without a
//! broker. `cargo bench -p headwater-bench --bench engine`.
//!
//! Each iteration is one commit interval: a batch of records, then a flush of the caches.

#![allow(
    missing_docs,
    reason = "criterion's macros make undocumented functions"
)]

mod aggregations;
mod chains;
mod feed;

use criterion::{criterion_group, criterion_main};

criterion_group!(engine, chains::all, aggregations::all);
criterion_main!(engine);
