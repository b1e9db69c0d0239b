//! Records, codecs, time, the DSL and the topology of Headwater.
//!
//! A program describes what happens to records with the verbs of [`dsl::KStream`]; the
//! [`dsl::StreamsBuilder`] turns that into an immutable [`topology::Topology`], from which the
//! runtime makes the chains of each task.
//!
//! This crate does no IO, starts no thread, awaits nothing and never reads a clock.

pub mod codec;
pub mod config;
pub mod dsl;
mod error;
pub mod failure;
mod operator;
pub mod partition;
pub mod prelude;
pub mod processor;
pub mod record;
pub mod store;
pub mod time;
pub mod topology;
pub mod window;

pub use error::TopologyError;
