//! `cargo xtask bench`: CPU time of a Headwater pipeline beside that of a hand-written client loop.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use clap::{Args, Subcommand};

use crate::bench::measurement::{Digest, Measurement};
use crate::bench::report::{Series, report};
use crate::broker::Broker;
use crate::command::engine;
use crate::process;
use crate::progress::Step;
use crate::workspace;

/// A first release build compiles librdkafka.
const BUILD_LIMIT: Duration = Duration::from_secs(60 * 60);
const PARTITIONS: u32 = 4;
const IN_TOPIC: &str = "bench-in";
/// The program whose subcommands preload, run, and check.
const PROGRAM: &str = "headwater-bench";

#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "\
Every measured program is told by environment what to do (WORKLOAD, BROKERS, IN_TOPIC, OUT_TOPIC, APP_ID,
EXPECT_RECORDS, COMMIT_MS, THREADS, STATE_DIR; CACHE_BYTES, EOS and STORE are passed on) and ends with a line
{\"cpu_half\", \"cpu_total\", \"records\"} on standard output.

Examples:
  cargo xtask bench
  cargo xtask bench --workload double --records 6000000 --rounds 3
  cargo xtask bench --baseline \"old/headwater-bench run\"      two versions of Headwater"
)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    part: Option<Part>,
    /// What the pipeline does
    #[arg(long, default_value = "pass")]
    workload: String,
    /// Records in the input topic
    #[arg(long, value_name = "N", default_value_t = 2_000_000)]
    records: u64,
    /// How often both programs run, in turn
    #[arg(long, value_name = "R", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    rounds: u32,
    /// Worker threads of the measured programs
    #[arg(long, value_name = "N", default_value_t = 1)]
    threads: u32,
    /// Milliseconds between commits
    #[arg(long, value_name = "MS", default_value_t = 30_000)]
    commit_ms: u64,
    /// Seconds that one run may take
    #[arg(long, value_name = "S", default_value_t = 600)]
    limit_s: u64,
    /// A built `headwater-bench`, instead of building one
    #[arg(long, value_name = "FILE")]
    binary: Option<PathBuf>,
    /// Measured program and its arguments
    #[arg(long, value_name = "COMMAND", default_value = "headwater-bench run")]
    candidate: String,
    /// Program that it is compared with
    #[arg(long, value_name = "COMMAND", default_value = "headwater-bench raw")]
    baseline: String,
}

#[derive(Debug, Subcommand)]
enum Part {
    /// The engine alone, without a broker: operators and stores, workload by workload
    Engine(engine::Arguments),
}

pub(crate) fn run(arguments: &Arguments) -> Result<()> {
    if let Some(Part::Engine(arguments)) = &arguments.part {
        return engine::run(arguments);
    }
    let binary = match &arguments.binary {
        Some(binary) => binary.clone(),
        None => build()?,
    };
    let broker = Broker::start()?;
    let load_before = load_average();
    let bench = Bench {
        arguments,
        binary,
        broker,
    };
    bench.preload()?;
    let (baseline, candidate, digest) = bench.rounds()?;
    println!(
        "\n{}, {} records, {} rounds, {} thread(s), commit every {} ms; load average {load_before} before, {} after\n",
        arguments.workload,
        arguments.records,
        arguments.rounds,
        arguments.threads,
        arguments.commit_ms,
        load_average()
    );
    println!("{}", report(&baseline, &candidate));
    println!(
        "outputs equal in every round: {} records, digest {}",
        digest.records, digest.digest
    );
    Ok(())
}

/// One comparison: a broker with the input, and what is to be measured on it.
#[derive(Debug)]
struct Bench<'a> {
    arguments: &'a Arguments,
    binary: PathBuf,
    broker: Broker,
}

impl Bench<'_> {
    fn preload(&self) -> Result<()> {
        let Arguments {
            workload, records, ..
        } = self.arguments;
        let step =
            Step::start_beside_output(format!("preloading {records} records of `{workload}`"));
        self.broker.create_topic(IN_TOPIC, PARTITIONS, &[])?;
        let mut command = Command::new(&self.binary);
        command
            .args([
                "preload",
                "--brokers",
                &self.broker.address(),
                "--topic",
                IN_TOPIC,
            ])
            .args(["--records", &records.to_string(), "--workload", workload]);
        process::capture(&mut command, self.limit())?;
        step.finish();
        Ok(())
    }

    /// Runs both programs in every round, the one that goes first changing, and compares all outputs.
    fn rounds(&self) -> Result<(Series, Series, Digest)> {
        let mut baseline = Series {
            name: self.arguments.baseline.clone(),
            runs: Vec::new(),
        };
        let mut candidate = Series {
            name: self.arguments.candidate.clone(),
            runs: Vec::new(),
        };
        let mut known: Option<Digest> = None;
        for round in 1..=self.arguments.rounds {
            let sides = [("baseline", &mut baseline), ("candidate", &mut candidate)];
            for (side, series) in in_turn(sides, round) {
                let (measured, digest) =
                    self.measure(&series.name, &format!("bench-{side}-{round}"))?;
                series.runs.push(measured);
                match &known {
                    None => known = Some(digest),
                    Some(known) => ensure!(
                        *known == digest,
                        "the output of `{}` in round {round} differs: {digest:?}, so far it was {known:?}",
                        series.name
                    ),
                }
            }
        }
        Ok((baseline, candidate, known.context("no round was run")?))
    }

    /// One run in a group and into a topic of its own, both called `name`.
    fn measure(&self, program: &str, name: &str) -> Result<(Measurement, Digest)> {
        self.broker.create_topic(name, PARTITIONS, &[])?;
        let state = tempfile::tempdir().context("cannot create a temporary folder")?;
        let arguments = self.arguments;
        let step = Step::start_beside_output(format!("{name}: {program}"));
        let mut command = self.command(program)?;
        command
            .env("WORKLOAD", &arguments.workload)
            .env("BROKERS", self.broker.address())
            .env("IN_TOPIC", IN_TOPIC)
            .env("OUT_TOPIC", name)
            .env("APP_ID", name)
            .env("EXPECT_RECORDS", arguments.records.to_string())
            .env("COMMIT_MS", arguments.commit_ms.to_string())
            .env("THREADS", arguments.threads.to_string())
            .env("STATE_DIR", state.path());
        let output = process::capture(&mut command, self.limit())?;
        let measured = Measurement::parse(&output, arguments.records)
            .with_context(|| format!("`{program}`"))?;
        step.finish();
        let digest = self.digest(name)?;
        // Kafka would keep all outputs on disk until the end.
        self.broker.delete_topic(name)?;
        Ok((measured, digest))
    }

    fn digest(&self, topic: &str) -> Result<Digest> {
        let mut command = Command::new(&self.binary);
        command.args([
            "digest",
            "--brokers",
            &self.broker.address(),
            "--topic",
            topic,
        ]);
        Digest::parse(&process::capture(&mut command, self.limit())?)
            .context("headwater-bench digest")
    }

    /// The command that the user named; `headwater-bench` is the binary of this comparison.
    fn command(&self, line: &str) -> Result<Command> {
        let mut words = line.split_whitespace();
        let program = words.next().context("a measured command is empty")?;
        let program = if program == PROGRAM {
            self.binary.clone()
        } else {
            PathBuf::from(program)
        };
        let mut command = Command::new(program);
        command.args(words);
        Ok(command)
    }

    fn limit(&self) -> Duration {
        Duration::from_secs(self.arguments.limit_s)
    }
}

/// Even rounds turn the order round, so that neither side always runs on the warmer broker.
fn in_turn<T>(sides: [T; 2], round: u32) -> [T; 2] {
    let [first, second] = sides;
    if round.is_multiple_of(2) {
        [second, first]
    } else {
        [first, second]
    }
}

fn build() -> Result<PathBuf> {
    let step = Step::start_beside_output(format!("building {PROGRAM}"));
    let mut cargo = workspace::cargo()?;
    cargo.args([
        "build",
        "--release",
        "-p",
        PROGRAM,
        "--message-format",
        "json-render-diagnostics",
    ]);
    let messages = process::capture(&mut cargo, BUILD_LIMIT)?;
    step.finish();
    executable(&messages).context("cargo named no executable")
}

/// The executable in what cargo reports as JSON, one message a line.
pub(crate) fn executable(messages: &str) -> Option<PathBuf> {
    let values = messages
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    values
        .filter_map(|message| message.get("executable")?.as_str().map(PathBuf::from))
        .next_back()
}

/// Of the last one, five and fifteen minutes; where the system tells.
fn load_average() -> String {
    let text = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let words: Vec<_> = text.split(' ').take(3).collect();
    if words.len() == 3 {
        words.join(" ")
    } else {
        "unknown".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn executable_is_found_among_the_messages_of_cargo() {
        let messages = "{\"reason\":\"compiler-artifact\",\"executable\":null}\n\
                        {\"reason\":\"compiler-artifact\",\"executable\":\"target/release/headwater-bench\"}\n\
                        {\"reason\":\"build-finished\",\"success\":true}\n";
        assert_eq!(
            executable(messages),
            Some(PathBuf::from("target/release/headwater-bench"))
        );
        assert_eq!(executable(""), None);
    }

    #[test]
    fn order_changes_with_the_round() {
        assert_eq!(in_turn(["a", "b"], 1), ["a", "b"]);
        assert_eq!(in_turn(["a", "b"], 2), ["b", "a"]);
    }
}
