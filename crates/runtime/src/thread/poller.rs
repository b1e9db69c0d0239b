//! The polling thread: owns the consumer, hands records to workers, changes the assignment.
//!
//! It never waits for processing except while partitions are being taken away, and then at most
//! for a stated time: a slow record costs no membership. How the assignment changes is told in
//! `rebalance/apply.rs`.

use std::sync::Arc;
use std::time::Duration;

use headwater_core::record::TopicPartition;
use headwater_core::topology::Topology;

use super::lag;
use super::mailbox::Message;
use crate::app_state::{AppState, StateCell};
use crate::error::AppError;
use crate::port::{ClientErrorKind, Consumer, ConsumerEvent, FetchedBatch, OffsetCommitter};
use crate::rebalance::Assignment;
use crate::settings::Settings;
use crate::system_clock::Clock;
use crate::telemetry::Totals;
use crate::thread::control::{Control, UncaughtResponse};
use crate::thread::pool::WorkerPool;

/// How often the lag is measured.
const LAG_INTERVAL: Duration = Duration::from_millis(100);

/// What the polling thread works with.
pub(crate) struct Poller {
    pub(crate) consumer: Box<dyn Consumer>,
    pub(crate) committer: Arc<dyn OffsetCommitter>,
    pub(crate) topology: Topology,
    pub(crate) settings: Arc<Settings>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) state: Arc<StateCell>,
    pub(crate) control: Arc<Control>,
    pub(crate) workers: WorkerPool,
    pub(crate) totals: Arc<Totals>,
    pub(crate) assignment: Assignment,
}

impl Poller {
    /// Polls until the application is told to stop or cannot go on; returns why.
    pub(crate) fn run(mut self) -> Result<(), AppError> {
        let mut events = Vec::new();
        let mut summary_due = self.settings.summary_interval;
        let mut lag_due = Duration::ZERO;
        let outcome = loop {
            if self.control.stop_requested() {
                break Ok(());
            }
            if let Some((worker, error)) = self.control.take_failure()
                && let Err(error) = self.respond_to(worker, error)
            {
                break Err(error);
            }
            self.resume_drained();
            summary_due = self.summarise(summary_due);
            lag_due = self.measure_lag(lag_due);
            self.consumer.poll(self.settings.poll_interval, &mut events);
            if let Err(error) = events.drain(..).try_for_each(|event| self.take(event)) {
                break Err(error);
            }
        };
        self.stop(outcome)
    }

    /// Logs what has been done so far if it is time; returns when the next line is due.
    fn summarise(&self, due: Option<Duration>) -> Option<Duration> {
        let now = self.clock.elapsed();
        if due.is_none_or(|due| now < due) {
            return due;
        }
        let done = self.totals.read();
        tracing::info!(
            "{} tasks; {} records consumed, {} produced, {} dropped, {} committed so far",
            self.assignment.tasks.len(),
            done.consumed,
            done.produced,
            done.dropped,
            done.committed
        );
        Some(now + self.settings.summary_interval?)
    }

    /// Publishes how many records wait if it is time; returns when the next look is due.
    fn measure_lag(&self, due: Duration) -> Duration {
        let now = self.clock.elapsed();
        if now < due {
            return due;
        }
        let lag = lag::records_waiting(&self.assignment.routes, &*self.consumer);
        self.totals.set_lag(lag);
        now + LAG_INTERVAL
    }

    fn take(&mut self, event: ConsumerEvent) -> Result<(), AppError> {
        match event {
            ConsumerEvent::Fetched { partition, batch } => self.hand_over(&partition, batch),
            ConsumerEvent::CaughtUp(partition) => {
                if let Some(route) = self.assignment.routes.get(&partition) {
                    let message = Message::CaughtUp(route.task, route.lane);
                    self.workers.send(route.worker, message);
                }
            }
            ConsumerEvent::Rebalance(rebalance) => self.rebalance(&rebalance)?,
            ConsumerEvent::Failed(error) if error.kind() == ClientErrorKind::Fatal => {
                return Err(AppError::client("the consumer cannot go on")(error));
            }
            ConsumerEvent::Failed(error) => tracing::warn!("consumer: {error}"),
        }
        Ok(())
    }

    fn hand_over(&mut self, partition: &TopicPartition, batch: Box<dyn FetchedBatch>) {
        // What was fetched before a rebalance took its partition away is dropped here.
        let Some(route) = self.assignment.routes.get_mut(partition) else {
            return;
        };
        let records = batch.len();
        route.next_fetch = Some(batch.record(records - 1).offset.next());
        let must_pause = route.flow.add(records);
        let message = Message::Records(route.task, route.lane, batch);
        self.workers.send(route.worker, message);
        // The answer that brought these records told the end as well; an end-of-partition mark
        // would come with the next answer only, and other inputs of the task would wait for it.
        if self.consumer.end_offset(partition) == route.next_fetch {
            let message = Message::CaughtUp(route.task, route.lane);
            self.workers.send(route.worker, message);
        }
        if must_pause {
            self.consumer.pause(std::slice::from_ref(partition));
            self.assignment.paused.insert(partition.clone());
        }
    }

    fn resume_drained(&mut self) {
        let routes = &self.assignment.routes;
        let paused = self.assignment.paused.iter();
        let drained: Vec<TopicPartition> = paused
            .filter(|partition| {
                routes
                    .get(partition)
                    .is_none_or(|route| route.flow.resume())
            })
            .cloned()
            .collect();
        if !drained.is_empty() {
            self.consumer.resume(&drained);
            for partition in drained {
                self.assignment.paused.remove(&partition);
            }
        }
    }

    /// Asks the application what to do about a worker that cannot go on.
    fn respond_to(&mut self, worker: usize, error: AppError) -> Result<(), AppError> {
        tracing::error!("{error}");
        match self.control.uncaught(&error) {
            UncaughtResponse::ShutDown => Err(error),
            UncaughtResponse::ReplaceWorker => self.replace(worker),
        }
    }

    /// Ends in order: workers drain, commit and close; then the consumer leaves the group.
    fn stop(self, outcome: Result<(), AppError>) -> Result<(), AppError> {
        let next = match outcome {
            Ok(()) => AppState::PendingShutdown,
            Err(_) => AppState::PendingError,
        };
        self.state.advance(next);
        let drain = match outcome {
            Ok(()) => self.settings.drain_timeout,
            // What is still queued is left to the next start.
            Err(_) => Duration::ZERO,
        };
        let finished = self
            .workers
            .finish(self.clock.elapsed() + drain, self.settings.shutdown_timeout);
        self.consumer.close();
        let late_failure = self.control.take_failure().map(|(_, error)| error);
        outcome.and(finished).and(late_failure.map_or(Ok(()), Err))
    }
}
