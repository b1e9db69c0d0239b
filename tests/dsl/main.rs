//! The DSL on several partitions, and what else the recorded cases, with their one partition,
//! cannot show.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "helpers of tests: what fails in them fails the test"
)]

mod close_when_idle;
mod cogroups;
mod copartition;
mod emit_on_change;
mod far_future;
mod foreign_keys;
mod formats;
mod mistakes;
mod names;
mod optimize;
mod partitions;
mod processors;
mod punctuation;
mod sessions;
mod sinks;
mod sources;
mod stream_joins;
mod stream_tables;
mod tables;
mod ttl;
