//! What failures, limits, restarts and misuse may not do.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "helpers of tests: what fails in them fails the test"
)]

mod api;
mod equal_runs;
mod failures;
mod restarts;
mod support;
mod times;
