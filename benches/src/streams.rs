//! `run`: the workload as a Headwater application.

use std::error::Error;
use std::thread;
use std::time::Duration;

use anyhow::{Result, bail, ensure};
use headwater::prelude::{App, AppState, KafkaCluster, StreamsBuilder, StreamsConfig};

use crate::cli::RunArguments;
use crate::meter::Meter;
use crate::{report, settings};

/// How often the totals are looked at: half time is noticed so late at most, at a cost that
/// cannot be measured.
const LOOK: Duration = Duration::from_millis(5);
/// Looks in a row that show no progress, after which the topic is taken to hold too few records.
const IDLE_LOOKS_MAX: u32 = 60_000 / 5;

pub(crate) fn run(arguments: &RunArguments) -> Result<()> {
    ensure!(arguments.eos == 0, "exactly-once (EOS=1) is not there yet");
    let builder = StreamsBuilder::new();
    let (from, to) = (&arguments.in_topic, &arguments.out_topic);
    arguments.workload.describe(&builder, from, to);
    let topology = builder.build().map_err(one_line)?;
    let config = config(arguments);
    let cluster = KafkaCluster::new(&config).map_err(one_line)?;
    let app = App::builder(topology, config).start(cluster);
    let app = app.map_err(one_line)?;

    let mut meter = Meter::new(arguments.expect_records);
    watch(&app, arguments.expect_records, &mut meter)?;
    app.shutdown().map_err(one_line)?;

    let committed = app.totals().committed;
    ensure!(
        committed >= arguments.expect_records,
        "{committed} of {} records are committed at the end",
        arguments.expect_records
    );
    report::print(&meter.finish(committed))
}

/// Waits until `expected` records are processed.
fn watch(app: &App, expected: u64, meter: &mut Meter) -> Result<()> {
    let (mut last, mut idle_looks) = (0, 0);
    loop {
        let consumed = app.totals().consumed;
        meter.look(consumed);
        if consumed >= expected {
            return Ok(());
        }
        if matches!(app.state(), AppState::Error | AppState::NotRunning) {
            app.wait().map_err(one_line)?;
            bail!("the application ended after {consumed} of {expected} records");
        }
        idle_looks = if consumed == last { idle_looks + 1 } else { 0 };
        last = consumed;
        ensure!(
            idle_looks < IDLE_LOOKS_MAX,
            "no record for a minute after {consumed} of {expected}"
        );
        thread::park_timeout(LOOK);
    }
}

fn config(arguments: &RunArguments) -> StreamsConfig {
    let mut config = StreamsConfig::new(&arguments.app_id)
        .set("bootstrap.servers", &arguments.brokers)
        .set("commit.interval.ms", arguments.commit_ms)
        .set("num.stream.threads", arguments.threads)
        .set("statestore.cache.max.bytes", arguments.cache_bytes)
        .set("producer.compression.type", &arguments.compression);
    if let Some(folder) = &arguments.state_dir {
        config = config.set("state.dir", folder.display());
    }
    for (name, value) in settings::application() {
        config = config.set(name, value);
    }
    for (key, value) in &arguments.set {
        config = config.set(key, value);
    }
    config
}

/// An error with its causes, none of which it tells already.
fn one_line(error: impl Error) -> anyhow::Error {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    anyhow::Error::msg(text)
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;
    use crate::cli::{Cli, Command};

    #[test]
    fn further_settings_win() {
        let line = "bench run --expect-records 1 --set max.poll.records=9,linger.ms=7";
        let Command::Run(arguments) = Cli::parse_from(line.split(' ')).command else {
            panic!("the command is run");
        };
        let config = config(&arguments);
        assert_eq!(config.get("max.poll.records"), Some("9"));
        assert_eq!(config.get("linger.ms"), Some("7"));
    }

    #[test]
    fn headwater_accepts_the_settings_it_shares_with_the_rivals() {
        let line = ["bench", "run", "--expect-records", "1"];
        let Command::Run(arguments) = Cli::parse_from(line).command else {
            panic!("the command is run");
        };
        let config = config(&arguments);
        config.validate().unwrap();
        KafkaCluster::new(&config).unwrap();
    }
}
