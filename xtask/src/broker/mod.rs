//! A real Apache Kafka in one JVM: fetched once, started in seconds, killed by process id.
//!
//! Reading order: `artifacts` gets the jars, `home` is the folder one broker lives in, `config` is what Kafka reads
//! there, `ports` and `ready` connect to it, `topics` calls Kafka's own tool.

mod artifacts;
mod config;
mod home;
mod java;
mod ports;
mod ready;
mod topics;

use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process};

use crate::clock;
use crate::progress::Step;

pub use artifacts::LIBS_VARIABLE;
pub(crate) use artifacts::{kafka_libs, streams_libs};
use config::Ports;
use home::Home;
pub(crate) use java::Java;

/// The Apache Kafka that tests and benchmarks run against.
pub const KAFKA_VERSION: &str = "4.3.1";
/// Names the address of the broker to the tests.
pub const BROKER_VARIABLE: &str = "HEADWATER_BROKER";

/// A start takes four seconds on an idle machine; a loaded one may be ten times slower.
const START_LIMIT: Duration = Duration::from_secs(90);
/// A controlled shutdown takes about a second; after this it becomes a kill.
const STOP_LIMIT: Duration = Duration::from_secs(20);
/// Another process may take a port between our look and Kafka's bind.
const START_ATTEMPTS: usize = 3;

/// A running broker. Dropping it kills the process, waits for it, and removes a temporary data folder.
///
/// A `static` is never dropped: keep the guard in the function that needs the broker, or share the broker of
/// `cargo xtask test` through `HEADWATER_BROKER`.
#[derive(Debug)]
pub struct Broker {
    child: Option<Child>,
    ports: Ports,
    home: Home,
    java: Java,
    libs: PathBuf,
}

/// Where a broker listens and keeps its data; the default is a free port and a temporary folder.
#[derive(Debug, Clone, Default)]
pub struct BrokerOptions {
    /// The port of clients; free ones are chosen when unset, or those of the last run on the same `data`.
    pub port: Option<u16>,
    /// The folder of configuration, data and log; kept when the broker ends.
    pub data: Option<PathBuf>,
}

impl Broker {
    /// Starts a broker on a free port with fresh data, and waits until it answers.
    ///
    /// The first call on a machine fetches Kafka (55 MB).
    ///
    /// # Errors
    /// Java or Maven missing, Kafka not fetched, or the broker not started; the end of its log is in the message.
    pub fn start() -> Result<Self> {
        Self::start_with(&BrokerOptions::default())
    }

    /// [`Broker::start`] on a given port or folder.
    ///
    /// # Errors
    /// As [`Broker::start`].
    pub fn start_with(options: &BrokerOptions) -> Result<Self> {
        let java = Java::provide()?;
        let libs = kafka_libs()?;
        let mut attempt = 1;
        loop {
            let home = Home::open(options.data.as_deref())?;
            let ports = ports::choose(options.port, home.last_ports())?;
            let mut broker = Self {
                child: None,
                ports,
                home,
                java: java.clone(),
                libs: libs.clone(),
            };
            broker.home.prepare(&broker.java, &broker.libs, ports)?;
            match broker.resume() {
                Err(error)
                    if attempt < START_ATTEMPTS
                        && lost_its_port(&error)
                        && options.port.is_none() =>
                {
                    attempt += 1;
                }
                outcome => return outcome.map(|()| broker),
            }
        }
    }

    /// The address for `bootstrap.servers`.
    pub fn address(&self) -> String {
        self.ports.client_address().to_string()
    }

    /// The folder of Kafka's jars, for its own tools.
    pub fn libs(&self) -> &Path {
        &self.libs
    }

    /// The log that the broker writes.
    pub fn log(&self) -> PathBuf {
        self.home.log()
    }

    /// The process id, while the broker runs.
    pub fn process_id(&self) -> Option<u32> {
        self.child.as_ref().map(Child::id)
    }

    /// A command that runs the main class `main` of Kafka's jars, such as `org.apache.kafka.tools.GroupsCommand`.
    pub fn tool(&self, main: &str) -> Command {
        let mut command = self.home.tool_command(&self.java, &self.libs);
        command.arg(main);
        command
    }

    /// Creates a topic with replication 1 and these `settings` (`("cleanup.policy", "compact")`).
    ///
    /// # Errors
    /// What Kafka's `TopicCommand` prints: the topic exists, a setting is unknown.
    pub fn create_topic(
        &self,
        topic: &str,
        partitions: u32,
        settings: &[(&str, &str)],
    ) -> Result<()> {
        topics::create(self.topic_command(), topic, partitions, settings)
    }

    /// Deletes a topic.
    ///
    /// # Errors
    /// What Kafka's `TopicCommand` prints: the topic does not exist.
    pub fn delete_topic(&self, topic: &str) -> Result<()> {
        topics::delete(self.topic_command(), topic)
    }

    /// Kills the broker as a power cut would and waits until it is gone; its data stay.
    ///
    /// # Errors
    /// The process could not be waited for.
    pub fn kill(&mut self) -> Result<()> {
        if let Some(mut child) = self.child.take() {
            child
                .kill()
                .and_then(|()| child.wait())
                .context("cannot kill the broker")?;
        }
        Ok(())
    }

    /// Asks the broker to end, as an operator would, and kills it when it takes longer than 20 s; its data stay.
    ///
    /// # Errors
    /// The process could not be waited for.
    pub fn stop(&mut self) -> Result<()> {
        let Some(child) = &mut self.child else {
            return Ok(());
        };
        if let Some(id) = Pid::from_raw(child.id().cast_signed()) {
            // An error means that it ended by itself.
            let _ = kill_process(id, Signal::TERM);
            clock::wait_uninterrupted(STOP_LIMIT, || !matches!(child.try_wait(), Ok(None)));
        }
        self.kill()
    }

    /// Starts a killed or stopped broker again, on the same ports and data, and waits until it answers.
    ///
    /// # Errors
    /// The broker runs already, ended during its start, or did not answer in time.
    pub fn resume(&mut self) -> Result<()> {
        if self.child.is_some() {
            bail!("the broker at {} runs already", self.address());
        }
        let step = Step::start(format!(
            "starting Kafka {KAFKA_VERSION} at {}",
            self.address()
        ));
        self.child = Some(self.home.spawn(&self.java, &self.libs)?);
        if let Err(error) = self.await_answer() {
            self.kill()?;
            return Err(error);
        }
        step.finish();
        Ok(())
    }

    /// [`Broker::kill`], then [`Broker::resume`].
    ///
    /// The controller lets the new process in when the session of the killed one has expired: this takes about 12 s.
    /// After [`Broker::stop`] a broker is back in 2 s.
    ///
    /// # Errors
    /// As [`Broker::resume`].
    pub fn restart(&mut self) -> Result<()> {
        self.kill()?;
        self.resume()
    }

    fn topic_command(&self) -> Command {
        let mut command = self.tool("org.apache.kafka.tools.TopicCommand");
        command.args(["--bootstrap-server", &self.address()]);
        command
    }

    fn await_answer(&mut self) -> Result<()> {
        let address = self.ports.client_address();
        let answered = clock::poll(START_LIMIT, || {
            self.fail_if_ended()?;
            Ok(ready::answers(address).then_some(()))
        })?;
        answered.with_context(|| {
            format!(
                "Kafka did not answer within {} s; end of its log:\n{}",
                START_LIMIT.as_secs(),
                self.home.log_tail()
            )
        })
    }

    /// Fails when the process is gone.
    pub(crate) fn fail_if_ended(&mut self) -> Result<()> {
        let Some(child) = &mut self.child else {
            bail!("the broker is not running")
        };
        match child.try_wait().context("cannot look after the broker")? {
            None => Ok(()),
            Some(status) => bail!(
                "Kafka ended ({status}); end of its log:\n{}",
                self.home.log_tail()
            ),
        }
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        if let Err(error) = self.kill() {
            eprintln!("{error:#}");
        }
    }
}

fn lost_its_port(error: &anyhow::Error) -> bool {
    format!("{error:#}").contains("Address already in use")
}
