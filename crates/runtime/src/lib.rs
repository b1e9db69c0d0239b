//! Runs topologies: tasks, threads, commit and rebalance, through ports.
//!
//! Reading order: [`port`], then `task`, `commit`, `rebalance`, `thread`, `app`.

pub mod port;
