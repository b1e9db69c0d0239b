//! `cargo xtask test`: every test of the workspace, those against a real Apache Kafka included.

use std::env;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::broker::{BROKER_VARIABLE, Broker, LIBS_VARIABLE, kafka_libs};
use crate::interrupt::{self, Interrupted};
use crate::machine;
use crate::process;
use crate::progress::Step;
use crate::workspace;

/// Set to 1 where a run without a broker would be worthless: in CI.
const REQUIRE_VARIABLE: &str = "HEADWATER_REQUIRE_BROKER";

#[derive(Debug, Args)]
#[command(after_help = "\
Environment:
  HEADWATER_CACHE            where Kafka is kept [default: $XDG_CACHE_HOME/headwater or ~/.cache/headwater]
  HEADWATER_REQUIRE_BROKER   1: fail when the tests against a real Kafka cannot run
  HEADWATER_BROKER           host:port of a broker to use instead of starting one
  HEADWATER_KAFKA_LIBS       folder of Kafka's jars to use instead of fetching them

Examples:
  cargo xtask test
  cargo xtask test -- -p headwater-core
  cargo xtask test -- --test oracle -- --nocapture")]
pub(crate) struct Arguments {
    /// Arguments for `cargo test` (or `cargo nextest run`, where it is installed)
    #[arg(last = true)]
    arguments: Vec<String>,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    machine::require_c_toolchain()?;
    let kafka = Kafka::provide();
    interrupt::check()?;
    if let Err(reason) = &kafka
        && env::var_os(REQUIRE_VARIABLE).is_some_and(|value| value == "1")
    {
        bail!("{} ({REQUIRE_VARIABLE}=1)", not_run(reason));
    }
    let outcome = run_tests(arguments, kafka.as_ref().ok());
    if let Err(reason) = &kafka {
        eprintln!("{}", not_run(reason));
    }
    outcome
}

/// The real Kafka that the tests connect to.
#[derive(Debug)]
enum Kafka {
    Started(Broker),
    Given(String),
}

impl Kafka {
    fn provide() -> Result<Self> {
        match env::var(BROKER_VARIABLE) {
            Ok(address) if !address.is_empty() => Ok(Self::Given(address)),
            _ => Broker::start().map(Self::Started),
        }
    }

    fn tell(&self, command: &mut Command) -> Result<()> {
        match self {
            Self::Started(broker) => {
                command
                    .env(BROKER_VARIABLE, broker.address())
                    .env(LIBS_VARIABLE, broker.libs());
            }
            Self::Given(address) => {
                command
                    .env(BROKER_VARIABLE, address)
                    .env(LIBS_VARIABLE, kafka_libs()?);
            }
        }
        Ok(())
    }
}

fn run_tests(arguments: &Arguments, kafka: Option<&Kafka>) -> Result<()> {
    for words in test_commands(has_nextest(), &arguments.arguments) {
        let mut command = workspace::cargo()?;
        command.args(&words);
        if let Some(kafka) = kafka {
            kafka
                .tell(&mut command)
                .context("cannot name Kafka to the tests")?;
        }
        let step = Step::start_beside_output(format!("cargo {}", words.join(" ")));
        process::succeed(&mut command)?;
        step.finish();
    }
    Ok(())
}

/// The cargo commands that together run every test; with `extra` arguments only the first, which they belong to.
fn test_commands(nextest: bool, extra: &[String]) -> Vec<Vec<String>> {
    let words = |line: &str| line.split(' ').map(str::to_owned).collect::<Vec<_>>();
    // nextest does not run the examples in the documentation.
    let mut commands = if nextest {
        vec![
            words("nextest run --no-fail-fast"),
            words("test --doc --workspace"),
        ]
    } else {
        vec![words("test --no-fail-fast")]
    };
    let chooses_packages = extra
        .iter()
        .any(|word| word == "-p" || word.starts_with("--package"));
    if !extra.is_empty() {
        commands.truncate(1);
    }
    if let Some(first) = commands.first_mut() {
        if !chooses_packages {
            first.push("--workspace".to_owned());
        }
        first.extend_from_slice(extra);
    }
    commands
}

fn has_nextest() -> bool {
    let Ok(mut command) = workspace::cargo() else {
        return false;
    };
    command
        .args(["nextest", "--version"])
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

fn not_run(reason: &anyhow::Error) -> String {
    let reason = if reason.is::<Interrupted>() {
        "interrupted".to_owned()
    } else {
        format!("{reason:#}")
    };
    format!(
        "not run: the tests against a real Apache Kafka (those that need {BROKER_VARIABLE}), because {reason}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(nextest: bool, extra: &[&str]) -> Vec<String> {
        let extra: Vec<String> = extra.iter().map(ToString::to_string).collect();
        test_commands(nextest, &extra)
            .iter()
            .map(|words| words.join(" "))
            .collect()
    }

    #[test]
    fn nextest_is_followed_by_the_doc_tests() {
        assert_eq!(
            lines(true, &[]),
            [
                "nextest run --no-fail-fast --workspace",
                "test --doc --workspace"
            ]
        );
        assert_eq!(lines(false, &[]), ["test --no-fail-fast --workspace"]);
    }

    #[test]
    fn chosen_package_replaces_the_workspace() {
        assert_eq!(
            lines(false, &["-p", "headwater-core"]),
            ["test --no-fail-fast -p headwater-core"]
        );
        assert_eq!(
            lines(true, &["--test", "oracle"]),
            ["nextest run --no-fail-fast --workspace --test oracle"]
        );
    }

    #[test]
    fn missing_broker_is_told_in_one_line() {
        let reason = anyhow::anyhow!("java missing").context("cannot start");
        assert_eq!(
            not_run(&reason),
            "not run: the tests against a real Apache Kafka (those that need HEADWATER_BROKER), \
             because cannot start: java missing"
        );
    }
}
