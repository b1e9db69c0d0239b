//! The applications of `tests/app` again, on the Apache Kafka that `HEADWATER_BROKER` names:
//! `cargo xtask test` starts one.

#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot set up its topics has failed"
)]

#[path = "../app/failures.rs"]
mod failures;
#[path = "../app/flow.rs"]
mod flow;
#[path = "../app/groups.rs"]
mod groups;
#[path = "../app/support.rs"]
mod support;
