//! The DSL on several partitions, and what else the recorded cases, with their one partition,
//! cannot show.

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
