//! Carrying out a change of partitions: the polling thread's part of a rebalance.
//!
//! Order of a revoke: workers stop between two records, commit and answer; the consumer lets the
//! partitions go; tasks that leave are closed. Order of an assign: committed offsets are read;
//! tasks that stay go on, the others are made; the consumer starts reading. So a record can
//! reach a worker only after its task has.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::time::Duration;

use headwater_core::record::{Offset, TopicPartition};
use headwater_core::store::{CacheBudget, GlobalStores};
use headwater_core::topology::{OffsetReset, SourceTopics, TaskId};

use super::assignment::Route;
use super::{TaskLanes, changes, place, tasks_of};
use crate::app_state::AppState;
use crate::error::AppError;
use crate::port::{Committed, Rebalance, RebalanceProtocol, StartAt};
use crate::task::{LaneStart, TaskSetup};
use crate::thread::flow::Flow;
use crate::thread::mailbox::Message;
use crate::thread::poller::Poller;

/// The longest a worker may take to commit before its partitions are let go without it.
const REVOKE_BUDGET: Duration = Duration::from_secs(30);
/// The longest wait for the coordinator to say what is committed.
const COMMITTED_TIMEOUT: Duration = Duration::from_secs(10);

/// Where reading starts.
type Starts = Vec<(TopicPartition, StartAt)>;

/// What is committed, where anything is.
type CommittedOffsets = HashMap<TopicPartition, Committed>;

impl Poller {
    /// Carries out one step of a rebalance and answers it.
    pub(crate) fn rebalance(&mut self, rebalance: &Rebalance) -> Result<(), AppError> {
        tracing::info!("rebalance: {rebalance:?}");
        self.state.advance(AppState::Rebalancing);
        let starts = match rebalance {
            Rebalance::Assigned(partitions) => self.assigned(partitions)?,
            Rebalance::Revoked(partitions, protocol) => self.revoked(partitions, *protocol)?,
            Rebalance::Lost(partitions) => {
                self.lost(partitions);
                Vec::new()
            }
        };
        let moved: BTreeSet<&TopicPartition> = match rebalance {
            Rebalance::Assigned(partitions) => partitions.iter().collect(),
            _ => BTreeSet::new(),
        };
        let (starts, seeks): (Vec<_>, Vec<_>) = starts
            .into_iter()
            .partition(|(partition, _)| moved.contains(partition));
        let completed = self.consumer.complete(rebalance, &starts);
        completed.map_err(AppError::client("the assignment cannot be changed"))?;
        for (partition, start) in seeks {
            let sought = self.consumer.seek(&partition, start);
            sought.map_err(AppError::client(format!("cannot go back in {partition}")))?;
        }
        if matches!(rebalance, Rebalance::Assigned(_)) {
            self.state.advance(AppState::Running);
        }
        Ok(())
    }

    fn assigned(&mut self, partitions: &[TopicPartition]) -> Result<Starts, AppError> {
        let mut owned: BTreeSet<TopicPartition> = partitions.iter().cloned().collect();
        for (id, lanes) in &self.assignment.tasks {
            if !self.assignment.suspended.contains(id) {
                owned.extend(lanes.iter().cloned());
            }
        }
        self.reshape(&owned, partitions)
    }

    fn revoked(
        &mut self,
        partitions: &[TopicPartition],
        protocol: RebalanceProtocol,
    ) -> Result<Starts, AppError> {
        let gone: BTreeSet<&TopicPartition> = partitions.iter().collect();
        let touched = self.tasks_reading(&gone);
        self.suspend(&touched);
        if protocol == RebalanceProtocol::Eager {
            self.assignment.suspended.extend(touched);
            return Ok(Starts::new());
        }
        let mut owned: BTreeSet<TopicPartition> =
            self.assignment.tasks.values().flatten().cloned().collect();
        owned.retain(|partition| !gone.contains(partition));
        self.close(&touched);
        // A task that keeps some of its lanes is made anew with those.
        self.reshape(&owned, &[])
    }

    fn lost(&mut self, partitions: &[TopicPartition]) {
        let gone: BTreeSet<&TopicPartition> = partitions.iter().collect();
        let touched = self.tasks_reading(&gone);
        self.close(&touched);
    }

    /// Makes the tasks be what these partitions make up; says where to read `assigned` from, and
    /// any other partition whose task had to be made anew.
    fn reshape(
        &mut self,
        owned: &BTreeSet<TopicPartition>,
        assigned: &[TopicPartition],
    ) -> Result<Starts, AppError> {
        let wanted = tasks_of(&self.topology, &self.settings.application_id, owned);
        // What is about to be made anew is committed first, so that it begins where it was.
        let touched = changes(&self.assignment.tasks, wanted.clone()).close;
        self.commit_running(&touched);
        let committed = self.committed(owned, assigned);
        let stale = self.stale_tasks(committed.as_ref());
        let running = self.assignment.tasks.iter();
        let usable = running.filter(|(id, _)| !stale.contains(id));
        let usable = usable.map(|(id, lanes)| (*id, lanes.clone())).collect();
        let mut changes = changes(&usable, wanted);
        changes.close.extend(stale);
        self.close(&changes.close);
        let mut starts = self.resume_kept(&changes.keep, assigned)?;
        starts.extend(self.create(&changes.create, committed.as_ref())?);
        Ok(starts)
    }

    /// What is committed for the partitions that may start anew; `None` if the coordinator does
    /// not answer.
    fn committed(
        &self,
        owned: &BTreeSet<TopicPartition>,
        assigned: &[TopicPartition],
    ) -> Option<CommittedOffsets> {
        let asked: BTreeSet<&TopicPartition> = owned.iter().chain(assigned).collect();
        let asked: Vec<TopicPartition> = asked.into_iter().cloned().collect();
        if asked.is_empty() {
            return Some(CommittedOffsets::new());
        }
        match self.committer.committed(&asked, COMMITTED_TIMEOUT) {
            Ok(found) => {
                let found = asked.into_iter().zip(found);
                Some(
                    found
                        .filter_map(|(partition, found)| Some((partition, found?)))
                        .collect(),
                )
            }
            Err(error) => {
                tracing::warn!("committed offsets are not known yet: {error}");
                None
            }
        }
    }

    /// Suspended tasks whose partitions somebody else has moved on with meanwhile.
    fn stale_tasks(&self, committed: Option<&CommittedOffsets>) -> Vec<TaskId> {
        let moved = |partition: &TopicPartition| {
            let route = self.assignment.routes.get(partition);
            let ours = route.and_then(|route| route.committed);
            let theirs = committed.and_then(|found| found.get(partition));
            theirs.is_some_and(|found| Some(found.offset) != ours)
        };
        let tasks = self.assignment.tasks.iter();
        tasks
            .filter(|(id, _)| self.assignment.suspended.contains(id))
            .filter(|(_, lanes)| lanes.iter().any(moved))
            .map(|(id, _)| *id)
            .collect()
    }

    fn tasks_reading(&self, partitions: &BTreeSet<&TopicPartition>) -> Vec<TaskId> {
        let tasks = self.assignment.tasks.iter();
        tasks
            .filter(|(_, lanes)| lanes.iter().any(|lane| partitions.contains(lane)))
            .map(|(id, _)| *id)
            .collect()
    }

    /// Commits running tasks that are about to be closed because they get other lanes.
    fn commit_running(&mut self, tasks: &[TaskId]) {
        let suspended = &self.assignment.suspended;
        let running = tasks.iter().filter(|id| !suspended.contains(id));
        let running: Vec<TaskId> = running.copied().collect();
        self.suspend(&running);
    }

    /// Lets workers commit these tasks and hold them, and notes what they have committed.
    fn suspend(&mut self, tasks: &[TaskId]) {
        let until = self.clock.elapsed() + REVOKE_BUDGET;
        let answers: Vec<_> = self
            .by_worker(tasks)
            .into_iter()
            .map(|(worker, tasks)| {
                let (sender, receiver) = sync_channel(1);
                let message = Message::Suspend(tasks, until, sender);
                self.workers.send(worker, message);
                (worker, receiver)
            })
            .collect();
        for (worker, answer) in answers {
            match answer.recv_timeout(until.saturating_sub(self.clock.elapsed())) {
                Ok(committed) => self.note_committed(committed),
                Err(RecvTimeoutError::Timeout) => tracing::warn!(
                    "worker {worker} did not commit in time; its records will be processed again"
                ),
                Err(RecvTimeoutError::Disconnected) => {}
            }
        }
    }

    fn note_committed(&mut self, committed: Vec<(TopicPartition, Offset)>) {
        for (partition, offset) in committed {
            if let Some(route) = self.assignment.routes.get_mut(&partition) {
                route.committed = Some(offset);
            }
        }
    }

    /// Closes these tasks without a commit. Workers do so when they come to it: nothing that
    /// they do for these tasks later can be committed.
    fn close(&mut self, tasks: &[TaskId]) {
        for (worker, tasks) in self.by_worker(tasks) {
            self.workers.send(worker, Message::Close(tasks));
        }
        for id in tasks {
            for lane in self.assignment.tasks.remove(id).unwrap_or_default() {
                if let Some(route) = self.assignment.routes.remove(&lane) {
                    route.flow.end();
                }
                if self.assignment.paused.remove(&lane) {
                    self.consumer.resume(std::slice::from_ref(&lane));
                }
            }
            self.assignment.worker_of.remove(id);
            self.assignment.suspended.remove(id);
        }
    }

    fn resume_kept(
        &mut self,
        kept: &[TaskId],
        assigned: &[TopicPartition],
    ) -> Result<Starts, AppError> {
        let mut starts = Vec::new();
        for partition in assigned {
            let Some(route) = self.assignment.routes.get(partition) else {
                continue;
            };
            if kept.contains(&route.task) {
                let next = route.next_fetch.or(route.committed);
                let start = match next {
                    Some(next) => StartAt::Offset(next),
                    None => self.start_without_commit(partition)?,
                };
                starts.push((partition.clone(), start));
            }
        }
        self.assignment.suspended.clear();
        for (worker, tasks) in self.by_worker(kept) {
            self.workers.send(worker, Message::Resume(tasks));
        }
        Ok(starts)
    }

    fn create(
        &mut self,
        new: &TaskLanes,
        committed: Option<&CommittedOffsets>,
    ) -> Result<Starts, AppError> {
        let mut starts = Vec::new();
        let placed = place(new, self.loads());
        for (id, lanes) in new {
            let worker = placed.get(id).copied().unwrap_or(0);
            let mut setup = TaskSetup {
                id: *id,
                lanes: Vec::with_capacity(lanes.len()),
                failure_policy: self.workers.failure_policy(),
                idling: self.settings.idling,
                cache: CacheBudget::new(self.settings.cache_bytes_max),
                global_stores: GlobalStores::default(),
            };
            let mut flows = Vec::with_capacity(lanes.len());
            for (lane, partition) in lanes.iter().enumerate() {
                let found = committed.and_then(|known| known.get(partition));
                let metadata = found.map(|found| found.metadata.as_str());
                setup
                    .lanes
                    .push(LaneStart::committed(partition.clone(), metadata));
                let flow = Arc::new(Flow::new(self.settings.buffered_records_max));
                flows.push(Arc::clone(&flow));
                let route = Route {
                    task: *id,
                    lane,
                    worker,
                    flow,
                    next_fetch: None,
                    committed: found.map(|found| found.offset),
                };
                self.assignment.routes.insert(partition.clone(), route);
                let start = match (committed, found) {
                    (_, Some(found)) => StartAt::Offset(found.offset),
                    (Some(_), None) => self.start_without_commit(partition)?,
                    // Not known: the client asks again by itself. A reset of the source must
                    // not jump over what may be committed.
                    (None, None) => StartAt::Committed,
                };
                starts.push((partition.clone(), start));
            }
            self.workers.send(worker, Message::Create(setup, flows));
            self.assignment.tasks.insert(*id, lanes.clone());
            self.assignment.worker_of.insert(*id, worker);
        }
        Ok(starts)
    }

    /// Where a source says to start when nothing is committed.
    fn start_without_commit(&self, partition: &TopicPartition) -> Result<StartAt, AppError> {
        let subtopologies = self.topology.subtopologies().iter();
        let mut sources = subtopologies.flat_map(|subtopology| &subtopology.sources);
        let application_id = &self.settings.application_id;
        let source = sources.find(|source| source.reads(&partition.topic, application_id));
        if source.is_some_and(|source| matches!(source.topics, SourceTopics::Internal(_))) {
            // Its records follow from inputs that are committed: none may be passed over.
            return Ok(StartAt::Beginning);
        }
        Ok(match source.and_then(|source| source.reset) {
            None => StartAt::Committed,
            Some(OffsetReset::Earliest) => StartAt::Beginning,
            Some(OffsetReset::Latest) => StartAt::End,
            Some(OffsetReset::By(ago)) => StartAt::Time(self.clock.now().saturating_sub(ago)),
            Some(OffsetReset::Fail) => {
                return Err(AppError::NoPosition {
                    partition: partition.to_string(),
                });
            }
        })
    }

    fn by_worker(&self, tasks: &[TaskId]) -> BTreeMap<usize, Vec<TaskId>> {
        let mut by_worker: BTreeMap<usize, Vec<TaskId>> = BTreeMap::new();
        for id in tasks {
            if let Some(&worker) = self.assignment.worker_of.get(id) {
                by_worker.entry(worker).or_default().push(*id);
            }
        }
        by_worker
    }

    fn loads(&self) -> Vec<usize> {
        let mut loads = vec![0; self.workers.len()];
        for &worker in self.assignment.worker_of.values() {
            if let Some(load) = loads.get_mut(worker) {
                *load += 1;
            }
        }
        loads
    }

    /// Starts a worker in the place of one that failed; its tasks begin again where they were
    /// last committed.
    pub(crate) fn replace(&mut self, worker: usize) -> Result<(), AppError> {
        let on_worker = self.assignment.worker_of.iter();
        let tasks: Vec<TaskId> = on_worker
            .filter(|(_, on)| **on == worker)
            .map(|(id, _)| *id)
            .collect();
        // The assign that follows an eager revoke makes suspended tasks anew by itself.
        let suspended = self.assignment.suspended.clone();
        let lanes: TaskLanes = tasks
            .iter()
            .filter(|id| !suspended.contains(id))
            .filter_map(|id| Some((*id, self.assignment.tasks.get(id)?.clone())))
            .collect();
        self.close(&tasks);
        self.workers.replace(worker)?;
        let partitions: BTreeSet<TopicPartition> = lanes.values().flatten().cloned().collect();
        let committed = self.committed(&partitions, &[]);
        for (partition, start) in self.create(&lanes, committed.as_ref())? {
            let sought = self.consumer.seek(&partition, start);
            sought.map_err(AppError::client(format!("cannot go back in {partition}")))?;
        }
        Ok(())
    }
}
