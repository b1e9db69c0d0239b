//! The command line of `cargo xtask`.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::command::{bench, broker, lint, oracle, test, tidy};
use crate::interrupt::{self, Interrupted};

/// Everything a maintainer of Headwater runs. CI calls the same commands.
#[derive(Debug, Parser)]
#[command(
    name = "cargo xtask",
    bin_name = "cargo xtask",
    arg_required_else_help = true
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run every test of the workspace, those against a real Apache Kafka included
    Test(test::Arguments),
    /// Check format, clippy, rustdoc and tidy; warnings are errors
    Lint,
    /// Check the rules of this repository that rustfmt and clippy do not know
    Tidy,
    /// Replay what Kafka Streams recorded and compare record for record
    Oracle(oracle::Arguments),
    /// Run a real Apache Kafka in the foreground until Ctrl-C
    Broker(broker::Arguments),
    /// Compare the CPU time of a Headwater pipeline with a hand-written client loop
    Bench(bench::Arguments),
}

/// Runs the command named on the command line; errors are printed with their causes.
#[must_use]
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let outcome = interrupt::install().and_then(|()| match cli.command {
        Command::Test(arguments) => test::run(&arguments),
        Command::Lint => lint::run(),
        Command::Tidy => tidy::run(),
        Command::Oracle(arguments) => oracle::run(&arguments),
        Command::Broker(arguments) => broker::run(arguments),
        Command::Bench(arguments) => bench::run(&arguments),
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.is::<Interrupted>() => {
            eprintln!("interrupted");
            ExitCode::from(interrupt::EXIT_CODE)
        }
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::Cli;

    #[test]
    fn command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
