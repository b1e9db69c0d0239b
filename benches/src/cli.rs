//! The command line, each option of which is an environment variable too.

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::workload::Workload;

/// What is run when the command line names nothing, so that environment alone drives it.
const DEFAULT_COMMAND: &str = "run";

/// Measures a Headwater pipeline beside a hand-written client loop.
#[derive(Debug, Parser)]
#[command(version, after_help = "Without a command it does what `run` does.")]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// The workload as a Headwater topology
    Run(RunArguments),
    /// The same as a loop over the client, written by hand; one thread whatever THREADS says
    Raw(RawArguments),
    /// Fill a topic with records, the same for the same arguments
    Preload(PreloadArguments),
    /// Count and digest the records of a topic, in any order
    Digest(DigestArguments),
}

#[derive(Debug, Clone, Args)]
pub(crate) struct RunArguments {
    /// What is done with each record: pass, double
    #[arg(long, env = "WORKLOAD", default_value = "pass")]
    pub(crate) workload: Workload,
    /// Addresses of brokers, host:port with commas between
    #[arg(long, env = "BROKERS", default_value = "localhost:9092")]
    pub(crate) brokers: String,
    /// Topic that is read from its beginning
    #[arg(long, env = "IN_TOPIC", default_value = "bench-in")]
    pub(crate) in_topic: String,
    /// Topic that is written
    #[arg(long, env = "OUT_TOPIC", default_value = "bench-out")]
    pub(crate) out_topic: String,
    /// Application id, which is the group id; a group that has committed goes on from there
    #[arg(long, env = "APP_ID", default_value = "headwater-bench")]
    pub(crate) app_id: String,
    /// Ends when so many input records are processed and committed
    #[arg(long, env = "EXPECT_RECORDS", value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) expect_records: u64,
    /// Milliseconds between commits
    #[arg(long, env = "COMMIT_MS", value_name = "MS", default_value_t = 30_000)]
    pub(crate) commit_ms: u64,
    /// Bytes of the write-back cache
    #[arg(
        long,
        env = "CACHE_BYTES",
        value_name = "N",
        default_value_t = 10_485_760
    )]
    pub(crate) cache_bytes: u64,
    /// 1 for exactly-once, which is not there yet
    #[arg(long, env = "EOS", default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=1))]
    pub(crate) eos: u8,
    /// Where the workloads to come keep state
    #[arg(long, env = "STORE", default_value = "rocks")]
    pub(crate) store: Store,
    /// Folder of the state
    #[arg(long, env = "STATE_DIR", value_name = "DIR")]
    pub(crate) state_dir: Option<PathBuf>,
    /// Worker threads
    #[arg(long, env = "THREADS", value_name = "N", default_value_t = 1)]
    pub(crate) threads: u32,
    /// Compression of what is written: none, gzip, snappy, lz4, zstd
    #[arg(long, env = "COMPRESSION", value_name = "TYPE", default_value = "none")]
    pub(crate) compression: String,
    /// Further settings of Headwater, key=value with commas between; `raw` ignores them
    #[arg(
        long,
        env = "SETTINGS",
        value_name = "KEY=VALUE",
        value_delimiter = ',',
        value_parser = setting
    )]
    pub(crate) set: Vec<(String, String)>,
}

fn setting(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("there is no = in it")?;
    Ok((key.trim().to_owned(), value.trim().to_owned()))
}

/// Where a stateful workload keeps its state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Store {
    /// On disk
    Rocks,
    /// In memory
    Map,
}

#[derive(Debug, Args)]
pub(crate) struct RawArguments {
    #[command(flatten)]
    pub(crate) run: RunArguments,
    /// How the client is called
    #[arg(long, env = "VARIANT", default_value = "poll")]
    pub(crate) variant: Variant,
}

/// How a hand-written loop calls the client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Variant {
    /// `poll` and `send` of rust-rdkafka, record by record
    Poll,
    /// librdkafka's batch consume, and produce with a topic handle
    Batch,
}

#[derive(Debug, Args)]
pub(crate) struct PreloadArguments {
    /// Addresses of brokers, host:port with commas between
    #[arg(long, env = "BROKERS", default_value = "localhost:9092")]
    pub(crate) brokers: String,
    /// Topic to fill
    #[arg(long, env = "IN_TOPIC", default_value = "bench-in")]
    pub(crate) topic: String,
    /// How many records
    #[arg(long, env = "EXPECT_RECORDS", value_name = "N")]
    pub(crate) records: u64,
    /// Workload that the records are for
    #[arg(long, env = "WORKLOAD", default_value = "pass")]
    pub(crate) workload: Workload,
    /// Creates the topic with so many partitions; without this it must exist
    #[arg(long, env = "PARTITIONS", value_name = "N", value_parser = clap::value_parser!(i32).range(1..))]
    pub(crate) partitions: Option<i32>,
    /// Timestamp of the first record in milliseconds, each later one has one more
    /// [default: so that the last is stamped now, as brokers delete old records]
    #[arg(long, env = "START_MS", value_name = "MS")]
    pub(crate) start_ms: Option<i64>,
    /// Other seeds give other records
    #[arg(long, env = "SEED", value_name = "N", default_value_t = 1)]
    pub(crate) seed: u64,
}

#[derive(Debug, Args)]
pub(crate) struct DigestArguments {
    /// Addresses of brokers, host:port with commas between
    #[arg(long, env = "BROKERS", default_value = "localhost:9092")]
    pub(crate) brokers: String,
    /// Topic to read
    #[arg(long, env = "OUT_TOPIC", default_value = "bench-out")]
    pub(crate) topic: String,
}

/// The command line with `run` put in where it names no command.
pub(crate) fn with_default_command(
    arguments: impl IntoIterator<Item = OsString>,
) -> impl Iterator<Item = OsString> {
    const WITHOUT_COMMAND: [&str; 4] = ["-h", "--help", "-V", "--version"];
    let mut arguments = arguments.into_iter();
    let program = arguments.next();
    let mut rest = arguments.peekable();
    let is_bare = rest.peek().is_none_or(|first| {
        let text = first.to_string_lossy();
        text.starts_with('-') && !WITHOUT_COMMAND.contains(&&*text)
    });
    let default = is_bare.then(|| OsString::from(DEFAULT_COMMAND));
    program.into_iter().chain(default).chain(rest)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn completed(line: &str) -> String {
        let words = line.split(' ').map(OsString::from);
        let words: Vec<_> = with_default_command(words)
            .map(|word| word.into_string().unwrap())
            .collect();
        words.join(" ")
    }

    #[test]
    fn command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn run_is_what_happens_without_a_command() {
        assert_eq!(completed("bench"), "bench run");
        assert_eq!(completed("bench --eos 0"), "bench run --eos 0");
        assert_eq!(completed("bench raw --eos 0"), "bench raw --eos 0");
        assert_eq!(completed("bench --help"), "bench --help");
    }

    #[test]
    fn every_option_is_an_environment_variable() {
        for command in Cli::command().get_subcommands() {
            for option in command.get_arguments() {
                assert!(option.get_env().is_some(), "{option:?}");
            }
        }
    }
}
