//! Tooling of the workspace: the commands of `cargo xtask`, and a real Apache Kafka for tests.
//!
//! Reading order: `cli` names the commands, `command/` holds one file for each, `broker/` fetches and runs Kafka,
//! `oracle/` records cases with Kafka Streams, `tidy/` holds the checks that rustfmt and clippy do not have, `bench/`
//! turns measurements into a verdict.

pub mod broker;
pub mod cli;

mod bench;
mod clock;
mod command;
mod interrupt;
mod machine;
mod oracle;
mod process;
mod progress;
mod tidy;
mod workspace;
