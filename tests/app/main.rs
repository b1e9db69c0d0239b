//! Whole applications on the embedded broker: from topic to topic, through rebalances, failures
//! and shutdowns.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot set up its topics has failed"
)]

mod failures;
mod flow;
mod groups;
mod support;
