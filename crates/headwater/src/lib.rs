//! Stream processing on Kafka.
pub use headwater_core as core;
