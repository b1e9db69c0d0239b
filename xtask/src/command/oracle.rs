//! `cargo xtask oracle`: what Kafka Streams recorded, replayed through Headwater.

use std::env;
use std::path::PathBuf;

use anyhow::Result;
use clap::Args;

use crate::process;
use crate::workspace;

/// Names the folder of recorded cases to the test.
const CASES_VARIABLE: &str = "HEADWATER_ORACLE_CASES";

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Folder of recorded cases [default: tests/oracle/cases of the workspace]
    #[arg(long, env = CASES_VARIABLE, value_name = "DIR")]
    cases: Option<PathBuf>,
    /// Arguments for the test binary, such as the name of a test
    #[arg(last = true)]
    arguments: Vec<String>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    // Tests run in the folder of their package: a relative path would mean another place there.
    let cases = match &arguments.cases {
        Some(cases) => env::current_dir()?.join(cases),
        None => workspace::root()?.join("tests/oracle/cases"),
    };
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
        .args(&arguments.arguments)
        .env(CASES_VARIABLE, cases);
    process::succeed(&mut command)
}
