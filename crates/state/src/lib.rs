//! State stores over bytes: ordered maps, the write-back cache above them, and Kafka Streams'
//! key formats.
//!
//! Reading order: [`engine`] (where bytes lie), [`layer`] (the cache above an engine, and what a
//! write goes through), [`key`] (how keys of windows and sessions become bytes), [`versioned`]
//! (values with their history), [`buffer`] (values that wait for their time).
//! write goes through), [`key`] (how keys of windows and sessions become bytes), [`versioned`]
//! (values with their history).
//!
//! This crate knows bytes, not records: it names no topic, starts no thread, reads no clock.

pub mod buffer;
pub mod engine;
mod error;
pub mod key;
pub mod layer;
pub mod versioned;

pub use error::StateError;
