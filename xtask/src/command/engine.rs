//! `cargo xtask bench engine`: how fast the engine alone is, workload by workload.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Args;

use crate::command::bench::executable;
use crate::process;
use crate::progress::Step;
use crate::workspace;

const BUILD_LIMIT: Duration = Duration::from_secs(60 * 60);
const RUN_LIMIT: Duration = Duration::from_secs(600);
/// Intervals that are not counted: stores and caches grow to their size in them.
const WARM_UP: u32 = 8;
/// Intervals that are counted for the number of instructions.
const COUNTED: u32 = 4;

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Only workloads whose names contain this
    filter: Option<String>,
    /// Commit intervals of 10,000 records per topic that are timed
    #[arg(long, value_name = "N", default_value_t = 50)]
    intervals: u32,
    /// How often each is timed; the fastest run counts
    #[arg(long, value_name = "R", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// A built benchmark, instead of building one
    #[arg(long, value_name = "FILE")]
    binary: Option<PathBuf>,
}

/// What a run printed: input records, and how long they took.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Timed {
    records: f64,
    seconds: f64,
}

impl Timed {
    fn parse(output: &str) -> Option<Self> {
        let mut numbers = output.split_whitespace().map(str::parse::<f64>);
        Some(Self {
            records: numbers.next()?.ok()?,
            seconds: numbers.next()?.ok()?,
        })
    }
}

/// What counts instructions on this machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Counter {
    Perf,
    Callgrind,
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    let binary = match &arguments.binary {
        Some(binary) => binary.clone(),
        None => build()?,
    };
    let counter = [Counter::Perf, Counter::Callgrind]
        .into_iter()
        .find(|counter| count(*counter, Command::new(&binary).arg("names")).is_some());
    let names = process::capture(Command::new(&binary).arg("names"), RUN_LIMIT)?;
    println!(
        "{:<28}{:>14}{:>12}{:>20}",
        "workload", "records/s", "ns/record", "instructions/record"
    );
    let filter = arguments.filter.as_deref().unwrap_or_default();
    for name in names.lines().filter(|name| name.contains(filter)) {
        let mut fastest: Option<f64> = None;
        for _ in 0..arguments.rounds {
            let timed = time(&binary, name, arguments.intervals)?;
            let seconds = timed.seconds / timed.records;
            fastest = Some(fastest.map_or(seconds, |held| held.min(seconds)));
        }
        let seconds = fastest.context("no round was run")?;
        let per_record = counter.and_then(|counter| instructions(counter, &binary, name));
        let per_record =
            per_record.map_or_else(|| "-".to_owned(), |per_record| format!("{per_record:.0}"));
        let (rate, nanos) = (1.0 / seconds, seconds * 1e9);
        println!("{name:<28}{rate:>14.0}{nanos:>12.0}{per_record:>20}");
    }
    Ok(())
}

fn time(binary: &Path, name: &str, intervals: u32) -> Result<Timed> {
    let output = process::capture(&mut command(binary, name, intervals), RUN_LIMIT)?;
    Timed::parse(&output).context("the benchmark printed no records and seconds")
}

/// Instructions per record once warm: what a longer run has beyond a shorter one.
fn instructions(counter: Counter, binary: &Path, name: &str) -> Option<f64> {
    let (short, records) = count(counter, &command(binary, name, WARM_UP))?;
    let (long, more_records) = count(counter, &command(binary, name, WARM_UP + COUNTED))?;
    Some((long - short) / (more_records? - records?))
}

/// Instructions of a command in user mode, and the records it printed.
fn count(counter: Counter, program: &Command) -> Option<(f64, Option<f64>)> {
    let log = tempfile::NamedTempFile::new().ok()?;
    let mut command = match counter {
        Counter::Perf => {
            let mut perf = Command::new("perf");
            perf.args(["stat", "-x", ",", "-e", "instructions:u", "-o"]);
            perf.arg(log.path()).arg("--");
            perf
        }
        Counter::Callgrind => {
            let mut valgrind = Command::new("valgrind");
            valgrind.args(["--tool=callgrind", "--callgrind-out-file=/dev/null"]);
            let mut log_to = OsString::from("--log-file=");
            log_to.push(log.path());
            valgrind.arg(log_to);
            valgrind
        }
    };
    command.arg(program.get_program()).args(program.get_args());
    let output = process::capture_quietly(&mut command, RUN_LIMIT).ok()?;
    let count = counted_in(counter, &fs::read_to_string(log.path()).ok()?)?;
    let timed = Timed::parse(&output);
    Some((count, timed.map(|timed| timed.records)))
}

/// The number in what the tool said; none if the machine has no counters to lend.
fn counted_in(counter: Counter, said: &str) -> Option<f64> {
    said.lines().find_map(|line| match counter {
        Counter::Perf => {
            let (count, _) = line.split_once(",,instructions")?;
            count.parse().ok()
        }
        Counter::Callgrind => {
            let (_, count) = line.split_once("Collected :")?;
            count.trim().parse().ok()
        }
    })
}

fn command(binary: &Path, name: &str, intervals: u32) -> Command {
    let mut command = Command::new(binary);
    command.args(["intervals", name, &intervals.to_string()]);
    command
}

fn build() -> Result<PathBuf> {
    let step = Step::start_beside_output("building the engine's benchmark".to_owned());
    let mut cargo = workspace::cargo()?;
    cargo
        .args(["bench", "-p", "headwater-bench", "--bench", "engine"])
        .args(["--no-run", "--message-format", "json-render-diagnostics"]);
    let messages = process::capture(&mut cargo, BUILD_LIMIT)?;
    step.finish();
    executable(&messages).context("cargo named no executable")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instructions_are_read_where_there_are_counters() {
        let perf = "1234567,,instructions:u,1000,100.00,,\n";
        assert_eq!(counted_in(Counter::Perf, perf), Some(1_234_567.0));
        let none = "<not supported>,,instructions:u,0,100.00,,\n";
        assert_eq!(counted_in(Counter::Perf, none), None);
        let callgrind = "==7== Events    : Ir\n==7== Collected : 9876\n";
        assert_eq!(counted_in(Counter::Callgrind, callgrind), Some(9_876.0));
    }
}
