//! The stateless DSL on several partitions: what the recorded cases, with their one partition,
//! cannot show.

mod foreign_keys;
mod names;
mod partitions;
mod punctuation;
mod sinks;
mod sources;
