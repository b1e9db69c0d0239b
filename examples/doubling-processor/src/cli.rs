//! The options, from the command line, the environment and `.env`.

use std::time::Duration;

use clap::builder::NonEmptyStringValueParser;
use clap::{Parser, ValueEnum};
use headwater::config::StreamsConfig;

const ABOUT: &str = "\
Doubles numbers on their way through Kafka

Reads JSON {\"value\": n} from one topic and writes {\"original_value\": n, \"doubled_value\": 2n} \
to another, with key, headers and timestamp. Integers and fractions of any size stay exact.

Without --bootstrap-servers it starts a broker of its own, in memory, and feeds it random values: \
nothing needs to be installed.";

const EXAMPLES: &str = "\
Examples:
  Try it, on a broker of its own:
    doubling-processor --records 100000

  Run it on Kafka until Ctrl-C:
    doubling-processor --bootstrap-servers localhost:9092 --create-topics

Sample pairs and totals go to stdout; progress and log lines to stderr, of which RUST_LOG says how \
many (RUST_LOG=info). The first Ctrl-C or SIGTERM ends in order, with everything committed; the \
second ends at once. Variables can also stand in a file .env in the working directory.

Exit code: 0 after an orderly end, 1 after an error, 2 if the options are wrong.";

/// What the user can choose.
#[derive(Debug, Parser)]
#[command(version, about = ABOUT.lines().next(), long_about = ABOUT, after_help = EXAMPLES)]
pub struct Options {
    /// Kafka's address; without it, an embedded broker and random values
    #[arg(long, env, value_name = "HOST:PORT,...", help_heading = "Kafka")]
    #[arg(value_parser = NonEmptyStringValueParser::new())]
    pub bootstrap_servers: Option<String>,

    /// Topic to read
    #[arg(long, env, value_name = "TOPIC", help_heading = "Kafka")]
    #[arg(default_value = "input_topic")]
    pub input_topic: String,

    /// Topic to write
    #[arg(long, env, value_name = "TOPIC", help_heading = "Kafka")]
    #[arg(default_value = "output_topic")]
    pub output_topic: String,

    /// Name of the application: its consumer group. Instances of one name share the work
    #[arg(long, env, value_name = "ID", help_heading = "Kafka")]
    #[arg(default_value = "doubling-processor")]
    pub application_id: String,

    /// Create the topics that do not exist
    #[arg(long, help_heading = "Kafka")]
    pub create_topics: bool,

    /// Partitions of topics that are created
    #[arg(long, value_name = "N", help_heading = "Kafka")]
    #[arg(default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub partitions: u32,

    /// Seconds to wait for a broker that cannot be reached
    #[arg(long, env, value_name = "SECONDS", help_heading = "Kafka")]
    #[arg(default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub connect_timeout: u64,

    /// Any property of the Kafka client or of Headwater, such as
    /// `security.protocol=SSL` or `producer.compression.type=zstd`; may be repeated
    #[arg(long = "property", value_name = "KEY=VALUE", help_heading = "Kafka")]
    #[arg(value_parser = key_and_value)]
    pub properties: Vec<(String, String)>,

    /// Stop after so many doubled records; 3000000 on the embedded broker, endless on Kafka
    #[arg(long, value_name = "N", help_heading = "Processing")]
    #[arg(value_parser = clap::value_parser!(u64).range(1..))]
    pub records: Option<u64>,

    /// What to do about input that is no JSON object with a number called `value`
    #[arg(
        long,
        env,
        value_enum,
        value_name = "ACTION",
        help_heading = "Processing"
    )]
    #[arg(default_value_t = OnBadRecord::Skip)]
    pub on_bad_record: OnBadRecord,

    /// How often positions are committed, in milliseconds: what a crash repeats at most
    #[arg(long, env, value_name = "MS", help_heading = "Processing")]
    #[arg(default_value_t = 1_000)]
    pub commit_interval_ms: u64,

    /// Worker threads; more than the input topic has partitions stay idle
    #[arg(long, env, value_name = "N", help_heading = "Processing")]
    #[arg(default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..))]
    pub threads: u32,
}

/// What to do about bad input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum OnBadRecord {
    /// Count it, log it, go on with the next
    Skip,
    /// End with an error; what came before it is committed
    Stop,
}

impl Options {
    /// The settings of the application. A property wins over an option.
    pub fn config(&self) -> StreamsConfig {
        let config = StreamsConfig::new(&self.application_id)
            .set("num.stream.threads", self.threads)
            .set("commit.interval.ms", self.commit_interval_ms);
        let servers = self.bootstrap_servers.iter();
        let servers = servers.map(|servers| ("bootstrap.servers", servers.as_str()));
        let properties = self.properties.iter();
        let properties = properties.map(|(key, value)| (key.as_str(), value.as_str()));
        servers
            .chain(properties)
            .fold(config, |config, (key, value)| config.set(key, value))
    }

    pub(crate) const fn connect_timeout(&self) -> Duration {
        Duration::from_secs(self.connect_timeout)
    }
}

fn key_and_value(property: &str) -> Result<(String, String), String> {
    match property.split_once('=') {
        Some((key, value)) if !key.trim().is_empty() => {
            Ok((key.trim().to_owned(), value.to_owned()))
        }
        _ => Err("expected KEY=VALUE".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    fn parsed(arguments: &[&str]) -> Options {
        Options::parse_from([&["doubling-processor"], arguments].concat())
    }

    #[test]
    fn options_are_consistent() {
        Options::command().debug_assert();
    }

    #[test]
    fn a_property_wins_over_an_option() {
        let options = parsed(&["--threads", "2", "--property", "num.stream.threads=3"]);
        assert_eq!(options.config().get("num.stream.threads"), Some("3"));
    }

    #[test]
    fn a_property_may_hold_an_equals_sign() {
        let options = parsed(&["--property", "sasl.jaas.config=a=b"]);
        assert_eq!(options.config().get("sasl.jaas.config"), Some("a=b"));
        assert!(key_and_value("no value").is_err());
        assert!(key_and_value("=7").is_err());
    }
}
