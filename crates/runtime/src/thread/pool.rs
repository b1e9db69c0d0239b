//! The worker threads: starting, replacing and ending them.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, sync_channel};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use headwater_core::failure::FailurePolicy;
use headwater_core::topology::Topology;

use super::control::Control;
use super::mailbox::{Mailbox, Message};
use super::worker::{self, WorkerSetup};
use crate::error::AppError;
use crate::port::{Cluster, OffsetCommitter, Wake};
use crate::settings::Settings;
use crate::system_clock::Clock;
use crate::telemetry::Totals;
use crate::topics::purge::Purge;

/// What all workers of an application share.
pub(crate) struct Shared {
    pub(crate) topology: Topology,
    pub(crate) settings: Arc<Settings>,
    pub(crate) cluster: Arc<dyn Cluster>,
    pub(crate) committer: Arc<dyn OffsetCommitter>,
    pub(crate) poller: Arc<dyn Wake>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) totals: Arc<Totals>,
    pub(crate) control: Arc<Control>,
    pub(crate) failure_policy: FailurePolicy,
    pub(crate) purge: Arc<Purge>,
}

struct Worker {
    mailbox: Arc<Mailbox>,
    thread: JoinHandle<()>,
    /// Disconnects when the thread has ended, so that waiting for it can have an end.
    ended: Receiver<()>,
}

/// The workers of an application.
pub(crate) struct WorkerPool {
    shared: Shared,
    workers: Vec<Worker>,
}

impl WorkerPool {
    pub(crate) fn start(shared: Shared) -> Result<Self, AppError> {
        let mut pool = Self {
            shared,
            workers: Vec::new(),
        };
        for index in 0..pool.shared.settings.workers {
            pool.workers.push(start(&pool.shared, index)?);
        }
        Ok(pool)
    }

    pub(crate) fn len(&self) -> usize {
        self.workers.len()
    }

    pub(crate) fn failure_policy(&self) -> FailurePolicy {
        self.shared.failure_policy.clone()
    }

    pub(crate) fn send(&self, worker: usize, message: Message) {
        if let Some(worker) = self.workers.get(worker) {
            worker.mailbox.send(message);
        }
    }

    /// Puts a new worker in the place of one that failed. The old one ends by itself.
    pub(crate) fn replace(&mut self, index: usize) -> Result<(), AppError> {
        self.send(index, Message::Abandon);
        let new = start(&self.shared, index)?;
        if let Some(worker) = self.workers.get_mut(index) {
            *worker = new;
        }
        Ok(())
    }

    /// Lets every worker drain until the moment given, commit and end; waits at most `budget`.
    pub(crate) fn finish(
        mut self,
        drain_until: Duration,
        budget: Duration,
    ) -> Result<(), AppError> {
        for worker in &self.workers {
            worker.mailbox.send(Message::Finish(drain_until));
        }
        let deadline = self.shared.clock.elapsed() + budget;
        let mut outcome = Ok(());
        for (index, worker) in std::mem::take(&mut self.workers).into_iter().enumerate() {
            let left = deadline.saturating_sub(self.shared.clock.elapsed());
            if worker.ended.recv_timeout(left) == Err(RecvTimeoutError::Timeout) {
                tracing::error!("worker {index} does not end; what it holds is not committed");
                continue;
            }
            if worker.thread.join().is_err() {
                outcome = Err(AppError::Thread(format!("headwater-worker-{index}")));
            }
        }
        outcome
    }
}

/// A pool that is dropped without [`finish`](WorkerPool::finish), because starting failed half-way
/// or the poller panicked, leaves no thread behind.
impl Drop for WorkerPool {
    fn drop(&mut self) {
        for worker in &self.workers {
            worker.mailbox.send(Message::Abandon);
        }
    }
}

fn start(shared: &Shared, index: usize) -> Result<Worker, AppError> {
    let producer = shared.cluster.producer();
    let producer = producer.map_err(AppError::client("cannot open a producer"))?;
    let mailbox = Arc::new(Mailbox::default());
    let control = Arc::clone(&shared.control);
    let panicked = Arc::clone(&shared.control);
    let setup = WorkerSetup {
        index,
        topology: shared.topology.clone(),
        settings: Arc::clone(&shared.settings),
        mailbox: Arc::clone(&mailbox),
        committer: Arc::clone(&shared.committer),
        poller: Arc::clone(&shared.poller),
        clock: Arc::clone(&shared.clock),
        totals: Arc::clone(&shared.totals),
        purge: Arc::clone(&shared.purge),
        report: Box::new(move |worker, error| control.report_failure(worker, error)),
    };
    let (alive, ended) = sync_channel(0);
    let thread = Builder::new().name(format!("headwater-worker-{index}"));
    let thread = thread.spawn(move || {
        let _alive = alive;
        let ended = catch_unwind(AssertUnwindSafe(|| worker::run(setup, producer)));
        if ended.is_err() {
            let name = format!("headwater-worker-{index}");
            panicked.report_failure(index, AppError::Thread(name));
        }
    });
    let thread = thread.map_err(|error| AppError::Thread(format!("worker {index}: {error}")))?;
    Ok(Worker {
        mailbox,
        thread,
        ended,
    })
}
