//! Oracle cases: `recorder` runs specs through Kafka Streams, `golden` compares two recordings of a case.

mod golden;
mod recorder;

pub(crate) use golden::compare_folders;
pub(crate) use recorder::Recorder;
