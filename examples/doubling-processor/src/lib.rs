//! The doubling processor: reads `{"value": n}` from one topic of Kafka and writes
//! `{"original_value": n, "doubled_value": 2n}` to another.
//!
//! Reading order: [`topology`] is the program, [`double`] what it does to a value, [`run()`] how
//! it is started, watched and ended. The rest is comfort: options, progress, a feed to try it on.

pub mod cli;
pub mod double;
mod feed;
mod interrupt;
mod progress;
mod run;
mod samples;
mod topics;
pub mod topology;

pub use run::run;
