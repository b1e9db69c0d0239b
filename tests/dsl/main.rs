//! The DSL on several partitions, and what else the recorded cases, with their one partition,
//! cannot show.

mod copartition;
mod filled_stores;
mod foreign_keys;
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
