//! The command: `doubling-processor --help`.

use std::process::ExitCode;

use anyhow::{Context as _, Result};
use clap::Parser as _;
use doubling_processor::cli::Options;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {}", in_one_line(&error));
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    load_env_file()?;
    doubling_processor::run(&Options::parse())
}

/// Puts the variables of `.env` into the environment; those that are set already stay.
fn load_env_file() -> Result<()> {
    match dotenvy::from_path(".env") {
        Err(error) if !error.not_found() => Err(error).context("cannot read .env"),
        _ => Ok(()),
    }
}

/// The error and its causes, without those that it has told already.
fn in_one_line(error: &anyhow::Error) -> String {
    error.chain().fold(String::new(), |line, cause| {
        let cause = cause.to_string();
        match line.contains(&cause) {
            true => line,
            false if line.is_empty() => cause,
            false => format!("{line}: {cause}"),
        }
    })
}
