//! What the recorded cases, with their one partition and their valid programs, cannot show.

mod mistakes;
mod names;
mod optimize;
mod partitions;
mod punctuation;
mod sinks;
mod sources;
