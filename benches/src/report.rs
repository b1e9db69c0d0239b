//! What is printed: one line of JSON, the last on standard output; all else goes to standard error.

use std::io::{self, Write};

use anyhow::{Context, Result};
use serde::Serialize;
use tracing_subscriber::EnvFilter;

/// What a measured run says about itself.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Report {
    /// CPU seconds of the process when half of the expected records were processed.
    pub(crate) cpu_half: f64,
    /// The same when all were processed and committed.
    pub(crate) cpu_total: f64,
    /// Input records processed.
    pub(crate) records: u64,
}

/// Prints `line` as JSON.
pub(crate) fn print(line: &impl Serialize) -> Result<()> {
    let text = serde_json::to_string(line).context("cannot write a report as JSON")?;
    writeln!(io::stdout(), "{text}").context("cannot write to standard output")
}

/// Warnings are shown unless `RUST_LOG` asks for more or less.
pub(crate) fn log_to_stderr() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .init();
}
