//! From measured runs to a verdict: pure functions over what the programs printed.

pub(crate) mod measurement;
pub(crate) mod report;
pub(crate) mod statistics;
