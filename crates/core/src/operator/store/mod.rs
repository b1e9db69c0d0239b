//! Stores that are filled from a topic.

mod global;
mod read_only;
