//! `cargo xtask broker`: a real Apache Kafka in the foreground.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::Result;
use clap::Args;

use crate::broker::{Broker, BrokerOptions};
use crate::clock;
use crate::interrupt::Interrupted;

/// How long one wait for Ctrl-C lasts; there is no limit to their number.
const WATCH: Duration = Duration::from_secs(3600);

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Port for clients [default: a free one, or the last one of these data]
    #[arg(long, value_name = "N")]
    port: Option<u16>,
    /// Folder of data, configuration and log, kept for the next run [default: a temporary one, removed at the end]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

pub(crate) fn run(arguments: Arguments) -> Result<()> {
    let Arguments { port, data } = arguments;
    let mut broker = Broker::start_with(&BrokerOptions { port, data })?;
    println!("{}", broker.address());
    eprintln!(
        "libs of Kafka: {}\nlog: {}\nstop with Ctrl-C",
        broker.libs().display(),
        broker.log().display()
    );
    let outcome = watch(&mut broker);
    broker.stop()?;
    outcome
}

/// Returns when the user asks to stop; fails when the broker ends by itself.
fn watch(broker: &mut Broker) -> Result<()> {
    loop {
        let watched = clock::poll::<()>(WATCH, || broker.fail_if_ended().map(|()| None));
        match watched {
            Err(error) if error.is::<Interrupted>() => return Ok(()),
            Err(error) => return Err(error),
            Ok(_) => {}
        }
    }
}
