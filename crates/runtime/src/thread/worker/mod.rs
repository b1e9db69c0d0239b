//! A worker: runs its tasks one after the other, sends their outputs, commits on time.
//!
//! Order of a turn: hear the mailbox, then for each task process a slice and send its outputs
//! in one burst, then punctuate by the wall clock, then commit if it is time. When nothing
//! moves it waits for the mailbox. It never waits for the poller, and the poller waits for it
//! only while partitions are taken away.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::mpsc::SyncSender;
use std::time::Duration;

use headwater_core::processor::TaskCounters;
use headwater_core::record::{Offset, TopicPartition};
use headwater_core::time::Timestamp;
use headwater_core::topology::{TaskId, Topology};

use super::flow::Flow;
use super::mailbox::{Mailbox, Message};
use crate::commit::{self, CommitOutcome};
use crate::error::AppError;
use crate::port::{OffsetCommitter, Producer, Wake};
use crate::settings::Settings;
use crate::system_clock::Clock;
use crate::task::{SliceEnd, Task, TaskError, TaskSetup};
use crate::telemetry::Totals;
use crate::thread::counts::ProducerCounts;
use crate::topics::purge::Purge;

/// Records of one task before the next has its turn.
const SLICE_RECORDS: usize = 2_000;
/// A worker looks around at least so often, whatever it waits for.
const WAIT_MAX: Duration = Duration::from_secs(1);

/// How a worker tells the poller that it cannot go on.
pub(crate) type ReportFailure = Box<dyn Fn(usize, AppError) + Send>;

/// What a worker needs from the application.
pub(crate) struct WorkerSetup {
    pub(crate) index: usize,
    pub(crate) topology: Topology,
    pub(crate) settings: Arc<Settings>,
    pub(crate) mailbox: Arc<Mailbox>,
    pub(crate) committer: Arc<dyn OffsetCommitter>,
    pub(crate) poller: Arc<dyn Wake>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) totals: Arc<Totals>,
    pub(crate) purge: Arc<Purge>,
    pub(crate) report: ReportFailure,
}

/// A task with what the worker keeps about it.
struct Running {
    task: Task,
    flows: Vec<Arc<Flow>>,
    suspended: bool,
    published: TaskCounters,
    uncommitted: u64,
}

/// Whether the worker goes on.
#[derive(PartialEq, Eq)]
enum Turn {
    GoesOn,
    Ends,
}

struct Worker {
    setup: WorkerSetup,
    producer: Rc<RefCell<Box<dyn Producer>>>,
    tasks: BTreeMap<TaskId, Running>,
    inbox: VecDeque<Message>,
    commit_due: Duration,
    health: Health,
}

/// What a worker may still do.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Health {
    /// Everything.
    Sound,
    /// A task stopped: nothing is processed any more, what was finished may be committed.
    Stopped,
    /// An output may be lost: nothing may be committed any more.
    Tainted,
}

/// Runs a worker until it is told to end.
pub(crate) fn run(setup: WorkerSetup, producer: Box<dyn Producer>) {
    let commit_due = setup.clock.elapsed() + setup.settings.commit_interval;
    let mut worker = Worker {
        setup,
        producer: Rc::new(RefCell::new(producer)),
        tasks: BTreeMap::new(),
        inbox: VecDeque::new(),
        commit_due,
        health: Health::Sound,
    };
    while worker.turn() == Turn::GoesOn {}
}

impl Worker {
    fn turn(&mut self) -> Turn {
        let mailbox = Arc::clone(&self.setup.mailbox);
        mailbox.take(&mut self.inbox);
        while let Some(message) = self.inbox.pop_front() {
            if self.hear(message) == Turn::Ends {
                return Turn::Ends;
            }
        }
        let now = self.setup.clock.now();
        let mut moved = false;
        let mut wait_until: Option<Timestamp> = None;
        if self.health == Health::Sound {
            (moved, wait_until) = self.run_tasks(now);
            self.commit_if_due();
        }
        if !moved {
            mailbox.wait(self.wait_at_most(now, wait_until));
        }
        Turn::GoesOn
    }

    fn hear(&mut self, message: Message) -> Turn {
        match message {
            Message::Create(setup, flows) => self.create(setup, flows),
            Message::Records(task, lane, batch) => {
                if let Some(running) = self.tasks.get_mut(&task) {
                    running.task.enqueue(lane, batch);
                }
            }
            Message::CaughtUp(task, lane) => {
                if let Some(running) = self.tasks.get_mut(&task) {
                    running.task.caught_up(lane);
                }
            }
            Message::Suspend(tasks, until, answer) => self.suspend(&tasks, until, &answer),
            Message::Resume(tasks) => {
                for task in tasks {
                    if let Some(running) = self.tasks.get_mut(&task) {
                        running.suspended = false;
                    }
                }
            }
            Message::Close(tasks) => tasks.into_iter().for_each(|task| self.close(task)),
            Message::Finish(drain_until) => {
                self.finish(drain_until);
                return Turn::Ends;
            }
            Message::Abandon => return Turn::Ends,
        }
        Turn::GoesOn
    }

    fn create(&mut self, setup: TaskSetup, flows: Vec<Arc<Flow>>) {
        let id = setup.id;
        let counts = Box::new(ProducerCounts::new(Rc::clone(&self.producer)));
        let application_id = &self.setup.settings.application_id;
        let now = self.setup.clock.now();
        let topology = &self.setup.topology;
        let made = catch_unwind(AssertUnwindSafe(|| {
            Task::new(topology, application_id, setup, counts, now)
        }));
        match made.unwrap_or_else(|panic| Err(TaskError::panicked(&*panic))) {
            Ok(task) => {
                tracing::info!("task {id} runs on worker {}", self.setup.index);
                let running = Running {
                    task,
                    flows,
                    suspended: false,
                    published: TaskCounters::default(),
                    uncommitted: 0,
                };
                self.tasks.insert(id, running);
            }
            Err(source) => self.fail(AppError::Task { task: id, source }),
        }
    }

    /// A slice of each task; whether any record moved, and until when tasks wait at most.
    fn run_tasks(&mut self, now: Timestamp) -> (bool, Option<Timestamp>) {
        let mut moved = false;
        let mut wait_until: Option<Timestamp> = None;
        let ids: Vec<TaskId> = self.tasks.keys().copied().collect();
        for id in ids {
            match self.run_slice(id, now) {
                Ok(SliceEnd::More) => moved = true,
                Ok(SliceEnd::NeedsRecords) => {}
                Ok(SliceEnd::WaitsUntil(until)) => {
                    wait_until = Some(wait_until.map_or(until, |known| known.min(until)));
                }
                Err(error) => {
                    self.fail(error);
                    break;
                }
            }
        }
        (moved, wait_until)
    }

    fn run_slice(&mut self, id: TaskId, now: Timestamp) -> Result<SliceEnd, AppError> {
        let Some(running) = self.tasks.get_mut(&id) else {
            return Ok(SliceEnd::NeedsRecords);
        };
        if running.suspended {
            return Ok(SliceEnd::NeedsRecords);
        }
        let lanes = running.flows.len();
        let before: Vec<usize> = (0..lanes).map(|lane| running.task.buffered(lane)).collect();
        let mailbox = &self.setup.mailbox;
        let task = &mut running.task;
        // A panic poisons this task alone: its chains are not used again.
        let ended = catch_unwind(AssertUnwindSafe(|| {
            let ended = task.process(SLICE_RECORDS, now, || mailbox.is_urgent())?;
            task.punctuate_wall_clock(now)?;
            Ok(ended)
        }));
        let ended = ended.unwrap_or_else(|panic| Err(TaskError::panicked(&*panic)));
        if ended.is_err() {
            running.task.discard_unfinished();
        }
        for (lane, (flow, before)) in running.flows.iter().zip(before).enumerate() {
            let taken = before - running.task.buffered(lane);
            if taken > 0 && flow.subtract(taken) {
                self.setup.poller.wake();
            }
        }
        running.publish(&self.setup.totals);
        let sent = running.task.send_outputs(&mut **self.producer.borrow_mut());
        // An output that may be lost weighs more than a record that failed: see `Health`.
        sent.map_err(|source| self.cannot_go_on(source))?;
        ended.map_err(|source| AppError::Task { task: id, source })
    }

    fn commit_if_due(&mut self) {
        let now = self.setup.clock.elapsed();
        let mut asked = false;
        for running in self.tasks.values_mut() {
            asked |= running.task.take_commit_request();
        }
        if !asked && now < self.commit_due {
            return;
        }
        self.commit_due = now + self.setup.settings.commit_interval;
        let ids: Vec<TaskId> = self.tasks.keys().copied().collect();
        if let Err(error) = self.commit(&ids) {
            self.fail(error);
        }
    }

    /// Commits these tasks; what they have processed counts as committed then.
    fn commit(&mut self, ids: &[TaskId]) -> Result<(), AppError> {
        let mut tasks: Vec<&mut Running> = self
            .tasks
            .iter_mut()
            .filter(|(id, running)| {
                ids.contains(id) && !running.suspended && !running.has_lost_lanes()
            })
            .map(|(_, running)| running)
            .collect();
        let flows = tasks
            .iter()
            .flat_map(|running| running.flows.iter().cloned());
        let flows: Vec<Arc<Flow>> = flows.collect();
        let outcome = commit::at_least_once(
            tasks.iter_mut().map(|running| &mut running.task),
            &mut **self.producer.borrow_mut(),
            &*self.setup.committer,
            self.setup.settings.flush_timeout,
            || !flows.iter().any(|flow| flow.has_ended()),
        );
        match outcome {
            Ok(CommitOutcome::Committed(positions)) => {
                self.setup.purge.committed(&positions);
                for running in tasks {
                    let done = std::mem::take(&mut running.uncommitted);
                    self.setup.totals.add_committed(done);
                }
                Ok(())
            }
            // Whatever was consumed moved a position, so here nothing waits to be counted.
            Ok(CommitOutcome::Nothing | CommitOutcome::NotOwner | CommitOutcome::Unanswered) => {
                Ok(())
            }
            Err(source) => Err(self.cannot_go_on(source)),
        }
    }

    fn suspend(
        &mut self,
        ids: &[TaskId],
        until: Duration,
        answer: &SyncSender<Vec<(TopicPartition, Offset)>>,
    ) {
        let too_late = self.setup.clock.elapsed() >= until;
        if self.health == Health::Sound
            && !too_late
            && let Err(error) = self.commit(ids)
        {
            self.fail(error);
        }
        let mut committed = Vec::new();
        for id in ids {
            if let Some(running) = self.tasks.get_mut(id) {
                running.suspended = true;
                committed.extend(running.task.committed_positions());
            }
        }
        // Nobody listens any more if it took too long.
        let _ = answer.send(committed);
    }

    fn close(&mut self, id: TaskId) {
        if let Some(running) = self.tasks.remove(&id) {
            tracing::info!("task {id} leaves worker {}", self.setup.index);
            let close = AssertUnwindSafe(|| running.task.close());
            if let Err(panic) = catch_unwind(close) {
                tracing::error!("task {id} closing: {}", TaskError::panicked(&*panic));
            }
        }
    }

    /// Processes what is queued until the time given, commits, closes.
    fn finish(&mut self, drain_until: Duration) {
        while self.health == Health::Sound && self.setup.clock.elapsed() < drain_until {
            let now = self.setup.clock.now();
            if !self.run_tasks(now).0 {
                break;
            }
        }
        let ids: Vec<TaskId> = self.tasks.keys().copied().collect();
        // After a task stopped this commits what was finished before; the failed record is not in.
        if self.health != Health::Tainted
            && let Err(error) = self.commit(&ids)
        {
            self.fail(error);
        }
        for id in ids {
            self.close(id);
        }
    }

    fn fail(&mut self, error: AppError) {
        self.health = match error {
            AppError::Task { .. } if self.health != Health::Tainted => Health::Stopped,
            _ => Health::Tainted,
        };
        (self.setup.report)(self.setup.index, error);
    }

    fn cannot_go_on(&self, source: crate::port::ClientError) -> AppError {
        AppError::Worker {
            worker: self.setup.index,
            source,
        }
    }

    /// How long nothing will happen unless something arrives.
    fn wait_at_most(&self, now: Timestamp, tasks_wait_until: Option<Timestamp>) -> Duration {
        if self.health != Health::Sound {
            return WAIT_MAX;
        }
        let punctuations = self
            .tasks
            .values()
            .filter(|running| !running.suspended)
            .filter_map(|running| running.task.next_wall_clock_punctuation());
        let next = punctuations.chain(tasks_wait_until).min();
        let until_next = next.map_or(WAIT_MAX, |next| {
            let millis = next.as_millis().saturating_sub(now.as_millis());
            Duration::from_millis(u64::try_from(millis).unwrap_or(0))
        });
        let until_commit = self.commit_due.saturating_sub(self.setup.clock.elapsed());
        until_next.min(until_commit).min(WAIT_MAX)
    }
}

impl Running {
    /// Whether the poller has taken a partition away and the word of it is still in the mailbox.
    fn has_lost_lanes(&self) -> bool {
        self.flows.iter().any(|flow| flow.has_ended())
    }

    fn publish(&mut self, totals: &Totals) {
        let counters = self.task.counters();
        self.uncommitted += counters.consumed - self.published.consumed;
        totals.add(&self.published, &counters);
        self.published = counters;
    }
}

#[cfg(test)]
mod tests;
