//! An application: starting it, watching it, ending it.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{Builder, JoinHandle};

use headwater_core::config::StreamsConfig;
use headwater_core::failure::FailurePolicy;
use headwater_core::topology::{SourceTopics, Subtopology, Topology};

use crate::app_state::{AppState, StateCell, StateListener};
use crate::error::AppError;
use crate::port::{Assignor, Cluster, ConsumerSettings};
use crate::rebalance::Assignment;
use crate::settings::Settings;
use crate::system_clock::{Clock, SystemClock};
use crate::telemetry::{AppTotals, Totals};
use crate::thread::control::{Control, UncaughtHandler, UncaughtResponse};
use crate::thread::poller::Poller;
use crate::thread::pool::{Shared, WorkerPool};
use crate::topics::{self, purge::Purge};

/// What an application is made of, until it is started.
#[must_use = "nothing runs before `start`"]
pub struct AppBuilder {
    topology: Topology,
    config: StreamsConfig,
    failure_policy: FailurePolicy,
    on_state_change: Option<StateListener>,
    on_uncaught: UncaughtHandler,
}

impl AppBuilder {
    /// What to do about records that cannot be decoded, processed or encoded. Without it the
    /// first such record stops the application.
    pub fn failure_policy(self, failure_policy: FailurePolicy) -> Self {
        Self {
            failure_policy,
            ..self
        }
    }

    /// Calls `listener` with the new and the old state at each change, in order, on a thread of
    /// the library: it must not wait for the application.
    pub fn on_state_change(
        self,
        listener: impl Fn(AppState, AppState) + Send + Sync + 'static,
    ) -> Self {
        Self {
            on_state_change: Some(Box::new(listener)),
            ..self
        }
    }

    /// Decides what to do when a worker cannot go on. Without it the application shuts down.
    ///
    /// Semantics: `KafkaStreams.setUncaughtExceptionHandler` (KIP-671).
    pub fn on_uncaught(
        self,
        handler: impl Fn(&AppError) -> UncaughtResponse + Send + Sync + 'static,
    ) -> Self {
        Self {
            on_uncaught: Box::new(handler),
            ..self
        }
    }

    /// Waits for a broker, prepares the topics, joins the group and starts processing.
    ///
    /// # Errors
    /// If the configuration is refused, no broker answers within `default.api.timeout.ms`, an
    /// input topic is missing, or an internal topic is there with other partitions than needed.
    pub fn start(self, cluster: impl Cluster) -> Result<App, AppError> {
        let settings = Arc::new(Settings::of(&self.config)?);
        refuse_state(&self.topology)?;
        let cluster: Arc<dyn Cluster> = Arc::new(cluster);
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
        topics::prepare(&self.topology, &settings, &*cluster, &clock)?;

        let consumer = cluster.consumer(&consumer_settings(&self.topology, &settings));
        let mut consumer = consumer.map_err(AppError::client("cannot open a consumer"))?;
        let subscription = topics::subscription(&self.topology, &settings.application_id);
        let subscribed = consumer.subscribe(&subscription);
        subscribed.map_err(AppError::client("cannot subscribe"))?;

        let state = StateCell::new(self.on_state_change);
        let control = Control::new(consumer.waker(), self.on_uncaught);
        let totals = Arc::new(Totals::new(&settings.application_id));
        let purge = Purge::of(&self.topology, &settings.application_id);
        let admin = cluster.admin();
        let admin = admin.map_err(AppError::client("cannot open an admin client"))?;
        let workers = WorkerPool::start(Shared {
            topology: self.topology.clone(),
            settings: Arc::clone(&settings),
            cluster,
            committer: consumer.committer(),
            poller: consumer.waker(),
            clock: Arc::clone(&clock),
            totals: Arc::clone(&totals),
            control: Arc::clone(&control),
            failure_policy: self.failure_policy,
            purge: Arc::clone(&purge),
        })?;
        let purger = purge.start(admin, settings.purge_interval)?;
        state.advance(AppState::Rebalancing);
        let poller = Poller {
            committer: consumer.committer(),
            consumer,
            topology: self.topology,
            settings,
            clock,
            state: Arc::clone(&state),
            control: Arc::clone(&control),
            workers,
            totals: Arc::clone(&totals),
            assignment: Assignment::default(),
        };
        let thread = spawn(poller, Arc::clone(&state), purge, purger)?;
        Ok(App {
            handle: AppHandle {
                state,
                control,
                totals,
            },
            poller: Mutex::new(Some(thread)),
        })
    }
}

impl fmt::Debug for AppBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AppBuilder")
            .field("topology", &self.topology)
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}

/// State that could not be restored would be lost on the first restart.
fn refuse_state(topology: &Topology) -> Result<(), AppError> {
    let of_tasks = topology.subtopologies().iter();
    let subtopologies = of_tasks.chain(topology.global_subtopologies());
    let stores: Vec<String> = subtopologies
        .flat_map(|subtopology| subtopology.stores.iter().cloned())
        .collect();
    if stores.is_empty() {
        Ok(())
    } else {
        Err(AppError::Stateful { stores })
    }
}

type PollerThread = JoinHandle<Result<(), AppError>>;

/// A running application: one instance of its group.
///
/// Dropping it shuts it down and waits, as [`shutdown`](Self::shutdown) does.
///
/// Semantics: `org.apache.kafka.streams.KafkaStreams`.
#[derive(Debug)]
pub struct App {
    handle: AppHandle,
    poller: Mutex<Option<PollerThread>>,
}

impl App {
    /// An application that runs this topology with these settings.
    pub fn builder(topology: Topology, config: StreamsConfig) -> AppBuilder {
        AppBuilder {
            topology,
            config,
            failure_policy: FailurePolicy::default(),
            on_state_change: None,
            on_uncaught: Box::new(|_| UncaughtResponse::ShutDown),
        }
    }

    /// A handle for other threads, such as one that waits for signals.
    pub fn handle(&self) -> AppHandle {
        self.handle.clone()
    }

    /// The state.
    pub fn state(&self) -> AppState {
        self.handle.state()
    }

    /// What it has done so far.
    pub fn totals(&self) -> AppTotals {
        self.handle.totals()
    }

    /// Stops polling, processes what is fetched already (for a second at most by default),
    /// flushes, commits, leaves the group, and waits for all of that.
    ///
    /// # Errors
    /// What stopped the application, if it was not this call; or what could not be committed.
    pub fn shutdown(&self) -> Result<(), AppError> {
        self.handle.request_shutdown();
        self.wait()
    }

    /// Waits until the application ends, by [`AppHandle::request_shutdown`] or by an error.
    ///
    /// # Errors
    /// The error that ended it. Reported once, to the first who waits.
    pub fn wait(&self) -> Result<(), AppError> {
        let mut poller = self.poller.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(thread) = poller.take() else {
            return Ok(());
        };
        let outcome = thread.join();
        outcome.unwrap_or_else(|_| Err(AppError::Thread("headwater-poller".to_owned())))
    }
}

impl Drop for App {
    fn drop(&mut self) {
        if let Err(error) = self.shutdown() {
            tracing::error!("the application ended with an error that nobody waited for: {error}");
        }
    }
}

/// A way to watch and stop an application from anywhere.
#[derive(Clone)]
pub struct AppHandle {
    state: Arc<StateCell>,
    control: Arc<Control>,
    totals: Arc<Totals>,
}

impl AppHandle {
    /// The state.
    pub fn state(&self) -> AppState {
        self.state.get()
    }

    /// What it has done so far.
    pub fn totals(&self) -> AppTotals {
        self.totals.read()
    }

    /// How many records of its partitions are not processed yet, as far as the last fetches told;
    /// measured a few times a second. `None` while it is not known.
    pub fn lag_records(&self) -> Option<u64> {
        self.totals.lag()
    }

    /// Asks the application to end in good order; returns at once.
    pub fn request_shutdown(&self) {
        self.control.request_stop();
    }

    /// Waits until the state is one for which `reached` holds; returns it.
    pub fn wait_for_state(&self, reached: impl Fn(AppState) -> bool) -> AppState {
        self.state.wait(reached)
    }
}

impl fmt::Debug for AppHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AppHandle")
            .field("state", &self.state())
            .field("totals", &self.totals())
            .finish_non_exhaustive()
    }
}

fn spawn(
    poller: Poller,
    state: Arc<StateCell>,
    purge: Arc<Purge>,
    purger: Option<JoinHandle<()>>,
) -> Result<PollerThread, AppError> {
    let thread = Builder::new().name("headwater-poller".to_owned());
    let spawned = thread.spawn(move || {
        let outcome = catch_unwind(AssertUnwindSafe(|| poller.run()));
        let outcome =
            outcome.unwrap_or_else(|_| Err(AppError::Thread("headwater-poller".to_owned())));
        purge.stop();
        if let Some(Err(_)) = purger.map(JoinHandle::join) {
            tracing::error!("thread headwater-purge panicked");
        }
        if outcome.is_ok() {
            state.advance(AppState::NotRunning);
        } else {
            state.advance(AppState::PendingError);
            state.advance(AppState::Error);
        }
        outcome
    });
    spawned.map_err(|error| AppError::Thread(format!("headwater-poller: {error}")))
}

/// Tasks with several sources need the same partition number of each on one instance, which
/// only `range` gives; all others move one by one.
fn consumer_settings(topology: &Topology, settings: &Settings) -> ConsumerSettings {
    let several = topology.subtopologies().iter().any(reads_several_topics);
    ConsumerSettings {
        group_id: settings.application_id.clone(),
        assignor: if several {
            Assignor::Range
        } else {
            Assignor::CooperativeSticky
        },
        report_caught_up: several,
        batch_records_max: settings.batch_records_max,
    }
}

fn reads_several_topics(subtopology: &Subtopology) -> bool {
    let topics = subtopology
        .sources
        .iter()
        .map(|source| match &source.topics {
            SourceTopics::Named(names) => names.len(),
            SourceTopics::Internal(_) => 1,
            // Any number may match, now or later.
            SourceTopics::Pattern(_) => 2,
        });
    topics.sum::<usize>() > 1
}
