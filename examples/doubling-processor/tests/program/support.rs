//! Runs the program, and feeds a broker that it can be pointed at.

use std::process::{Command, Output};
use std::time::Duration;

use headwater::config::StreamsConfig;
use headwater::kafka::EmbeddedBroker;
use headwater::port::Cluster as _;
use headwater::record::{Headers, OutputBuffer, OutputRecord};
use headwater::time::Timestamp;
use tempfile::TempDir;

/// What a run has left behind.
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ended {
    /// The samples and the totals.
    pub(crate) fn results(&self) -> (Vec<&str>, &str) {
        let mut lines: Vec<&str> = self.stdout.lines().collect();
        let totals = lines.pop().unwrap_or_default();
        (lines, totals)
    }
}

impl From<Output> for Ended {
    fn from(output: Output) -> Self {
        let text = |bytes| String::from_utf8(bytes).expect("the program writes UTF-8");
        Self {
            code: output.status.code(),
            stdout: text(output.stdout),
            stderr: text(output.stderr),
        }
    }
}

/// The program in this folder, in an environment without its variables.
pub(crate) fn program(folder: &TempDir, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_doubling-processor"));
    command.args(arguments).current_dir(folder).env_clear();
    command
}

/// Runs the program in an empty folder until it ends.
pub(crate) fn run(arguments: &[&str]) -> Ended {
    let ended = program(&folder(), arguments).output();
    ended.expect("the program was built for this test").into()
}

pub(crate) fn folder() -> TempDir {
    TempDir::new().expect("temporary folders can be made")
}

/// A broker of this process, with these values in the input topic.
pub(crate) fn broker_with(values: &[&str]) -> EmbeddedBroker {
    let broker = EmbeddedBroker::start().expect("ports are free");
    for topic in ["input_topic", "output_topic"] {
        broker.create_topic(topic, 1).expect("the name is valid");
    }
    send(&broker, values);
    broker
}

pub(crate) fn send(broker: &EmbeddedBroker, values: &[&str]) {
    let cluster = broker.cluster(&StreamsConfig::new("test"));
    let producer = cluster.and_then(|cluster| cluster.producer());
    let mut producer = producer.expect("the settings are valid");
    let handle = producer.topic("input_topic").expect("the name is valid");
    for value in values {
        let record = OutputRecord {
            topic: OutputBuffer::default().topic("input_topic"),
            partition: None,
            key: None,
            value: Some(value.as_bytes()),
            timestamp: Timestamp::UNKNOWN,
            headers: &Headers::new(),
        };
        producer.send(handle, &record).expect("the queue has room");
    }
    let flushed = producer.flush(Duration::from_secs(10));
    flushed.expect("the broker answers");
}
