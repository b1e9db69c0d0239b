//! `headwater-bench`: the same work as a Headwater topology and as a hand-written client loop, and
//! the tools that compare them. See `benches/README.md`.

mod cli;
mod clock;
mod digest;
mod meter;
mod preload;
mod report;
mod rival;
mod settings;
mod streams;
mod workload;

use std::process::ExitCode;

use clap::Parser;

use cli::{Cli, Command};

fn main() -> ExitCode {
    let arguments = cli::with_default_command(std::env::args_os());
    let Cli { command } = Cli::parse_from(arguments);
    report::log_to_stderr();
    let outcome = match &command {
        Command::Run(arguments) => streams::run(arguments),
        Command::Raw(arguments) => rival::run(arguments),
        Command::Preload(arguments) => preload::run(arguments),
        Command::Digest(arguments) => digest::run(arguments),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("headwater-bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}
