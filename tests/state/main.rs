//! State: what caches, commits, restarts and crashes may not change.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "helpers of tests: what fails in them fails the test"
)]

mod buffers;
mod caching;
mod final_results;
mod restarts;
mod topologies;
