//! The client against the embedded broker: the promises of the runtime's ports.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "the helpers of tests fail as tests do"
)]

mod errors;
mod flow;
mod group;
mod offsets;
mod round_trip;
mod support;
