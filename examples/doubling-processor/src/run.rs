//! One run of the program: started, watched, ended.

use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use anyhow::{Context as _, Result};
use headwater::port::Cluster;
use headwater::prelude::*;
use tracing_subscriber::EnvFilter;

use crate::cli::Options;
use crate::feed::Feed;
use crate::interrupt::Interrupt;
use crate::progress::Progress;
use crate::samples::samples;
use crate::{topics, topology};

/// Records that the embedded broker is fed, unless the user says otherwise: some seconds' worth.
const DEMO_RECORDS: u64 = 3_000_000;
/// How long the feed waits for a batch to fill: not long, so that the first pair shows at once.
const FEED_LINGER_MS: u32 = 5;
/// How often the progress is shown, and how long an interrupt may go unnoticed.
const TICK: Duration = Duration::from_millis(100);

/// Runs until all records are doubled or the user ends it.
///
/// # Errors
/// What stopped it.
pub fn run(options: &Options) -> Result<()> {
    if options.bootstrap_servers.is_some() {
        run_on_kafka(options)
    } else {
        run_on_embedded_broker(options)
    }
}

fn run_on_kafka(options: &Options) -> Result<()> {
    let progress = Progress::start(options.records);
    start_log(&progress);
    let cluster = KafkaCluster::new(&options.config())?;
    topics::prepare(&cluster, options)?;
    let run = Run::start(cluster, options, progress)?;
    run.watch(options.records)
}

fn run_on_embedded_broker(options: &Options) -> Result<()> {
    let records = options.records.unwrap_or(DEMO_RECORDS);
    let progress = Progress::start(Some(records));
    start_log(&progress);
    let broker = EmbeddedBroker::start()?;
    progress.note(&format!(
        "embedded broker at {}: in memory, the newest 5 MiB of each partition, gone at the end; \
         use --bootstrap-servers HOST:PORT to run on Kafka",
        broker.bootstrap_servers()
    ));
    for topic in [&options.input_topic, &options.output_topic] {
        broker.create_topic(topic, options.partitions)?;
    }
    let config = options.config();
    let run = Run::start(broker.cluster(&config)?, options, progress)?;
    let cluster = broker.cluster(&config.set("producer.linger.ms", FEED_LINGER_MS))?;
    let feed = Feed::start(&cluster, &options.input_topic, records, run.app.handle())?;
    let outcome = run.watch(Some(records));
    outcome.and(feed.stop())
}

/// The application, and what it shows of itself.
struct Run {
    app: App,
    samples: Receiver<String>,
    interrupt: Interrupt,
    progress: Progress,
}

impl Run {
    fn start(cluster: impl Cluster, options: &Options, progress: Progress) -> Result<Self> {
        let (look, samples) = samples();
        let topology = topology::doubling(&options.input_topic, &options.output_topic, look)?;
        let app = App::builder(topology, options.config())
            .failure_policy(topology::failure_policy(options.on_bad_record))
            .start(cluster)?;
        let interrupt = Interrupt::listen().context("cannot listen for signals")?;
        Ok(Self {
            app,
            samples,
            interrupt,
            progress,
        })
    }

    /// Shows the progress until `records` are doubled, the user interrupts or the application
    /// ends by itself; then ends in order, with everything committed.
    fn watch(mut self, records: Option<u64>) -> Result<()> {
        let handle = self.app.handle();
        let is_done = || records.is_some_and(|records| handle.totals().produced >= records);
        while !is_done() && !self.interrupt.is_raised() && !handle.state().has_ended() {
            match self.samples.recv_timeout(TICK) {
                Ok(sample) => self.progress.print(&sample),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                    self.progress.show(handle.totals(), handle.lag_records());
                }
            }
        }
        for sample in self.samples.try_iter() {
            self.progress.print(&sample);
        }
        let outcome = self.app.shutdown();
        let totals = handle.totals();
        self.progress.end(totals);
        outcome?;
        if totals.committed < totals.consumed {
            tracing::warn!(
                "only {} of {} records are committed; the rest will be doubled again",
                totals.committed,
                totals.consumed
            );
        }
        Ok(())
    }
}

/// Log lines go to stderr; `RUST_LOG` says how many.
fn start_log(progress: &Progress) {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(progress.log_writer())
        .with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr()))
        .with_target(false)
        .init();
}
