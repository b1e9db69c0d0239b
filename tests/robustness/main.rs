//! What failures, limits, restarts and misuse may not do.

mod api;
mod equal_runs;
mod failures;
mod restarts;
mod support;
mod times;
