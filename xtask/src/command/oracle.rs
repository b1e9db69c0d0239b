//! `cargo xtask oracle`: what Kafka Streams recorded, replayed through Headwater or recorded again.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::{Args, Subcommand};

use crate::oracle::{Recorder, compare_folders};
use crate::process;
use crate::workspace;

/// Names the folder of recorded cases to the test.
const CASES_VARIABLE: &str = "HEADWATER_ORACLE_CASES";
const CASES: &str = "tests/oracle/cases";
/// Random cases that were kept.
const GENERATED: &str = "tests/oracle/generated";

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    action: Option<Action>,
    #[command(flatten)]
    replay: Replay,
}

/// What is done when no subcommand is named.
#[derive(Debug, Args)]
struct Replay {
    /// Folder of recorded cases [default: all that the workspace keeps]
    #[arg(long, env = CASES_VARIABLE, value_name = "DIR")]
    cases: Option<PathBuf>,
    /// Arguments for the test binary, such as the name of a test
    #[arg(last = true)]
    arguments: Vec<String>,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Run specs through Kafka Streams and write down what it does
    Record(Record),
    /// Record the kept cases again and show which ones come out differently
    Verify(Verify),
    /// Make random cases and record them
    Generate(Generate),
}

#[derive(Debug, Args)]
struct Record {
    /// Folder of specs, or one spec; what it expects is ignored [default: tests/oracle/cases of the workspace]
    #[arg(long, value_name = "PATH")]
    specs: Option<PathBuf>,
    /// Folder for the recorded cases; without it they are compared with the specs and thrown away, as verify does
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct Verify {
    /// Folder of recorded cases, or one case [default: all that the workspace keeps]
    #[arg(long, value_name = "PATH")]
    cases: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct Generate {
    /// The same seed makes the same cases; it is part of their names
    #[arg(long, value_name = "N")]
    seed: u32,
    /// How many cases to record
    #[arg(long, value_name = "N", default_value_t = 50)]
    count: u32,
    /// Folder for the recorded cases
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    match &arguments.action {
        None => replay(&arguments.replay),
        Some(Action::Record(record)) => {
            let specs = or_kept_cases(record.specs.as_deref())?;
            match &record.out {
                Some(out) => Recorder::compile()?.record(&specs, out),
                None => verify(&specs),
            }
        }
        Some(Action::Verify(arguments)) => {
            if let Some(cases) = &arguments.cases {
                return verify(cases);
            }
            let root = workspace::root()?;
            verify(&root.join(CASES))?;
            verify(&root.join(GENERATED))
        }
        Some(Action::Generate(generate)) => {
            Recorder::compile()?.generate(generate.seed, generate.count, &generate.out)
        }
    }
}

fn replay(arguments: &Replay) -> Result<()> {
    let mut command = workspace::cargo()?;
    command
        .args([
            "test",
            "-p",
            "headwater-tests",
            "--test",
            "oracle",
            "--",
            "--nocapture",
        ])
        .args(&arguments.arguments);
    if let Some(cases) = &arguments.cases {
        // Tests run in the folder of their package: a relative path would mean another place.
        command.env(CASES_VARIABLE, env::current_dir()?.join(cases));
    }
    process::succeed(&mut command)
}

fn verify(cases: &Path) -> Result<()> {
    let out = tempfile::tempdir().context("cannot create a temporary folder")?;
    Recorder::compile()?.record(cases, out.path())?;
    let comparison = compare_folders(cases, out.path())?;
    println!("{comparison}");
    if !comparison.is_equal() {
        bail!("Kafka Streams does something else than was recorded");
    }
    Ok(())
}

fn or_kept_cases(named: Option<&Path>) -> Result<PathBuf> {
    match named {
        Some(path) => Ok(path.to_path_buf()),
        None => Ok(workspace::root()?.join(CASES)),
    }
}
