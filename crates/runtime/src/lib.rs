//! Runs topologies: tasks, threads, commit and rebalance, through ports.
//!
//! Reading order: [`port`] (what a client has to offer), [`task`] (one sub-topology on one
//! partition number), [`commit`] (the order of a commit), `rebalance` (who runs what), `thread`
//! (poller and workers), [`App`] (starting and ending).
//!
//! No Kafka library is named in this crate.

mod app;
mod app_state;
pub mod commit;
mod error;
pub mod port;
mod rebalance;
mod settings;
mod system_clock;
pub mod task;
mod telemetry;
mod thread;
mod topics;

pub use app::{App, AppBuilder, AppHandle};
pub use app_state::AppState;
pub use error::AppError;
pub use system_clock::{Clock, SystemClock};
pub use telemetry::AppTotals;
pub use thread::control::UncaughtResponse;
pub use topics::{CopartitionError, internal_partition_counts, wait_for_broker};
