//! The DSL on several partitions, and what else the recorded cases, with their one partition,
//! cannot show.

mod names;
mod partitions;
mod punctuation;
mod sinks;
mod sources;
mod tables;
