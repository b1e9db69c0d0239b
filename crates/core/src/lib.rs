//! Records, codecs, time, the DSL and the topology of Headwater.
//!
//! This crate does no IO, starts no thread, awaits nothing and never reads a clock.

pub mod codec;
pub mod config;
pub mod record;
pub mod time;
