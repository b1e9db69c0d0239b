//! A task: one sub-topology on one partition number, with the queues it reads.
//!
//! Invariant: the position of a lane is the offset after the last record that was processed or
//! dropped, so committing it after the outputs are acknowledged never skips a record.

mod choose;
mod error;
mod lane;
mod turns;

pub use error::TaskError;
pub use lane::LaneStart;

use std::collections::{HashMap, VecDeque};
use std::error::Error;

use headwater_core::config::TaskIdle;
use headwater_core::failure::FailurePolicy;
use headwater_core::processor::{PartitionCounts, PunctuationKind, TaskContext, TaskCounters};
use headwater_core::record::{Offset, TopicPartition};
use headwater_core::store::{CacheBudget, GlobalStores};
use headwater_core::time::Timestamp;
use headwater_core::topology::{Staged, TaskGraph, TaskId, Topology};

use crate::commit::metadata;
use crate::port::{ClientError, FetchedBatch, OffsetToCommit, Producer, TopicHandle};
use choose::Choice;
use lane::Lane;
use turns::Turns;

/// Outputs are sent at the latest when so many wait, so that a `flat_map` that multiplies
/// records cannot fill memory within one slice.
const OUTPUT_RECORDS_MAX: usize = 4_096;
/// The same in bytes.
const OUTPUT_BYTES_MAX: usize = 1024 * 1024;

/// What a task is made of.
#[derive(Debug)]
pub struct TaskSetup {
    /// Which task.
    pub id: TaskId,
    /// Its partitions, each with where it stands.
    pub lanes: Vec<LaneStart>,
    /// What to do about records that fail.
    pub failure_policy: FailurePolicy,
    /// How long to wait for empty partitions.
    pub idling: TaskIdle,
    /// What the caches of its stores draw on.
    pub cache: CacheBudget,
    /// The global stores of the instance.
    pub global_stores: GlobalStores,
}

/// Why a slice of processing ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SliceEnd {
    /// The budget is used up, or outputs have to be sent: call again.
    More,
    /// No record can be processed until one arrives.
    NeedsRecords,
    /// Some partitions are empty and waited for until this wall-clock time.
    WaitsUntil(Timestamp),
}

/// A running task. It stays on the thread that made it.
#[derive(Debug)]
pub struct Task {
    context: TaskContext,
    graph: TaskGraph,
    lanes: Vec<Lane>,
    /// Lanes that were empty and have records again, in the order in which they came.
    arrived: VecDeque<usize>,
    turns: Turns,
    idling: TaskIdle,
    /// The producer's handles of the output topics, by their place in the output buffer.
    handles: Vec<TopicHandle>,
    /// How many outputs are of records and punctuations that were processed to their end.
    outputs_finished: usize,
}

/// Tells partition counts that a task was told, for a driver that has no producer to ask.
#[derive(Debug, Default)]
pub struct FixedCounts(pub HashMap<String, u32>);

impl PartitionCounts for FixedCounts {
    fn partitions(&mut self, topic: &str) -> Result<u32, Box<dyn Error + Send + Sync>> {
        let known = self.0.get(topic).copied();
        known.ok_or_else(|| format!("topic {topic} is not there").into())
    }
}

impl Task {
    /// Makes a task without state to restore, and calls its processors' `init`.
    ///
    /// # Errors
    /// If a processor fails in `init`.
    pub fn new(
        topology: &Topology,
        application_id: &str,
        setup: TaskSetup,
        partition_counts: Box<dyn PartitionCounts>,
        now: Timestamp,
    ) -> Result<Self, TaskError> {
        let mut task = Self::prepare(topology, application_id, setup, partition_counts, now);
        task.init()?;
        Ok(task)
    }

    /// Makes a task, whose stores may be restored before [`init`](Self::init).
    pub fn prepare(
        topology: &Topology,
        application_id: &str,
        setup: TaskSetup,
        partition_counts: Box<dyn PartitionCounts>,
        now: Timestamp,
    ) -> Self {
        let partitions = setup.lanes.iter().map(|lane| lane.partition.clone());
        let partitions = partitions.collect();
        let mut context =
            TaskContext::new(setup.id, partitions, setup.failure_policy, partition_counts);
        context.set_wall_clock(now);
        context.set_cache_budget(setup.cache);
        context.set_global_stores(setup.global_stores);
        for lane in &setup.lanes {
            context.restore_stream_time(lane.partition_time);
            context.restore_metadata(&lane.processors);
        }
        let graph = topology.instantiate(&mut context, application_id);
        Self {
            context,
            graph,
            lanes: setup.lanes.iter().map(Lane::new).collect(),
            arrived: VecDeque::new(),
            turns: Turns::default(),
            idling: setup.idling,
            handles: Vec::new(),
            outputs_finished: 0,
        }
    }

    /// Calls the processors' `init`, once, after the stores are restored.
    ///
    /// # Errors
    /// If a processor fails in `init`.
    pub fn init(&mut self) -> Result<(), TaskError> {
        self.graph.init(&mut self.context)?;
        Ok(())
    }

    /// Which task this is.
    pub const fn id(&self) -> TaskId {
        self.context.task()
    }

    /// What it has counted.
    pub const fn counters(&self) -> TaskCounters {
        self.context.counters()
    }

    /// The partitions it reads, by lane.
    pub fn partitions(&self) -> &[TopicPartition] {
        self.context.lanes()
    }

    /// How many fetched records wait in a lane.
    pub fn buffered(&self, lane: usize) -> usize {
        self.lanes.get(lane).map_or(0, Lane::buffered)
    }

    /// Queues records of a lane.
    pub fn enqueue(&mut self, lane: usize, batch: Box<dyn FetchedBatch>) {
        if let Some(queue) = self.lanes.get_mut(lane) {
            let was_empty = queue.is_empty();
            queue.enqueue(batch);
            if was_empty && !queue.is_empty() {
                self.arrived.push_back(lane);
            }
        }
    }

    /// Notes that a lane has been read to its end.
    pub fn caught_up(&mut self, lane: usize) {
        if let Some(lane) = self.lanes.get_mut(lane) {
            lane.caught_up();
        }
    }

    /// Processes at most `budget` records, fewer if `interrupted` says so.
    ///
    /// # Errors
    /// If a record stops the task. Its position stays before that record.
    pub fn process(
        &mut self,
        budget: usize,
        now: Timestamp,
        interrupted: impl Fn() -> bool,
    ) -> Result<SliceEnd, TaskError> {
        self.context.set_wall_clock(now);
        for _ in 0..budget {
            let lane = match self.next_lane(now)? {
                Choice::Lane(lane) => lane,
                Choice::NeedsRecords => return Ok(SliceEnd::NeedsRecords),
                Choice::WaitsUntil(time) => return Ok(SliceEnd::WaitsUntil(time)),
            };
            self.process_head(lane)?;
            self.punctuate(PunctuationKind::StreamTime)?;
            if self.outputs_are_full() || interrupted() {
                break;
            }
        }
        Ok(SliceEnd::More)
    }

    /// Runs the wall-clock punctuations that are due.
    ///
    /// # Errors
    /// If a processor stops the task.
    pub fn punctuate_wall_clock(&mut self, now: Timestamp) -> Result<(), TaskError> {
        self.context.set_wall_clock(now);
        self.punctuate(PunctuationKind::WallClock)
    }

    /// When the next wall-clock punctuation is due.
    pub fn next_wall_clock_punctuation(&self) -> Option<Timestamp> {
        self.graph
            .next_punctuation(PunctuationKind::WallClock, &self.context)
    }

    /// Writes what waits in the caches of the stores, and all that follows from it: the first
    /// step of a commit.
    ///
    /// # Errors
    /// If a node stops the task.
    pub fn flush_caches(&mut self, now: Timestamp) -> Result<(), TaskError> {
        self.context.set_wall_clock(now);
        self.context.release();
        self.graph.flush(&mut self.context)?;
        self.outputs_finished = self.context.outputs().len();
        Ok(())
    }

    /// The chains of the task and its stores, for a driver that restores and shows them.
    pub const fn graph_mut(&mut self) -> &mut TaskGraph {
        &mut self.graph
    }

    /// Whether a processor asked for a commit since this was last asked.
    pub fn take_commit_request(&mut self) -> bool {
        self.context.take_commit_request()
    }

    /// Hands what waits in the output buffer to the producer, in one burst.
    ///
    /// # Errors
    /// If the producer refuses; nothing may be committed for this task then.
    pub fn send_outputs(&mut self, producer: &mut dyn Producer) -> Result<(), ClientError> {
        let outputs = self.context.outputs_mut();
        for topic in outputs.topics().iter().skip(self.handles.len()) {
            self.handles.push(producer.topic(topic)?);
        }
        for record in outputs.records() {
            if let Some(&handle) = self.handles.get(record.topic.place()) {
                producer.send(handle, &record)?;
            }
        }
        outputs.clear();
        self.outputs_finished = 0;
        Ok(())
    }

    /// What waits to be sent, for a driver that sends by itself.
    pub const fn context_mut(&mut self) -> &mut TaskContext {
        &mut self.context
    }

    /// The positions that moved since they were last committed; all that were reached if
    /// operators have something new to keep beside them.
    pub fn positions_to_commit(&self) -> Vec<OffsetToCommit> {
        let lanes = self.lanes.iter().zip(self.context.lanes());
        let metadata = self.context.metadata();
        let to_commit = if self.context.has_new_metadata() {
            Lane::position
        } else {
            Lane::uncommitted
        };
        lanes
            .filter_map(|(lane, partition)| {
                Some(OffsetToCommit {
                    partition: partition.clone(),
                    offset: to_commit(lane)?,
                    metadata: metadata::encode(lane.partition_time(), metadata),
                })
            })
            .collect()
    }

    /// Notes that these positions were committed.
    pub fn committed(&mut self, offsets: &[OffsetToCommit]) {
        let mut any = false;
        for (lane, partition) in self.lanes.iter_mut().zip(self.context.lanes()) {
            if let Some(done) = offsets.iter().find(|done| done.partition == *partition) {
                lane.set_committed(done.offset);
                any = true;
            }
        }
        if any {
            self.context.metadata_committed();
        }
    }

    /// The positions that this task has committed, some time or other.
    pub fn committed_positions(&self) -> Vec<(TopicPartition, Offset)> {
        let lanes = self.lanes.iter().zip(self.context.lanes());
        lanes
            .filter_map(|(lane, partition)| Some((partition.clone(), lane.committed()?)))
            .collect()
    }

    /// Calls the processors' `close`.
    pub fn close(mut self) {
        self.graph.close();
    }

    fn next_lane(&mut self, now: Timestamp) -> Result<Choice, TaskError> {
        while let Some(&lane) = self.arrived.front() {
            self.fill_head(lane)?;
            self.arrived.pop_front();
            if let Some((_, at)) = self.lanes.get(lane).and_then(Lane::head) {
                self.turns.offer(lane, at);
            }
        }
        // Nearly every task reads one partition: no choice to make.
        if let [only] = self.lanes.as_slice() {
            return Ok(match only.head() {
                Some(_) => Choice::Lane(0),
                None => Choice::NeedsRecords,
            });
        }
        let earliest = self.turns.first();
        Ok(choose::next(&mut self.lanes, earliest, self.idling, now))
    }

    /// Decodes records of a lane until one stands at its head or none is left.
    fn fill_head(&mut self, index: usize) -> Result<(), TaskError> {
        let Some(lane) = self.lanes.get_mut(index) else {
            return Ok(());
        };
        while lane.head().is_none() {
            let partition_time = lane.partition_time();
            let Some(mut raw) = lane.peek() else {
                return Ok(());
            };
            let offset = raw.offset;
            match self
                .graph
                .stage(index, &mut raw, partition_time, &mut self.context)?
            {
                Staged::At(timestamp) => lane.stage(offset, timestamp),
                Staged::Dropped => lane.drop_front(offset),
            }
        }
        Ok(())
    }

    /// Drops the outputs of a record that was not finished, so that what was finished before it
    /// can be committed.
    pub fn discard_unfinished(&mut self) {
        self.context.outputs_mut().truncate(self.outputs_finished);
    }

    fn process_head(&mut self, index: usize) -> Result<(), TaskError> {
        let head = self.lanes.get(index).and_then(Lane::head);
        let (offset, timestamp) = head.expect("a lane is chosen for its head");
        self.graph
            .process(index, offset, timestamp, &mut self.context)?;
        if let Some(lane) = self.lanes.get_mut(index) {
            lane.finish_head();
            self.turns.take_first();
            if !lane.is_empty() {
                self.arrived.push_back(index);
            }
        }
        self.outputs_finished = self.context.outputs().len();
        Ok(())
    }

    fn punctuate(&mut self, kind: PunctuationKind) -> Result<(), TaskError> {
        if self.graph.punctuate(kind, &mut self.context)? {
            self.outputs_finished = self.context.outputs().len();
        }
        Ok(())
    }

    fn outputs_are_full(&self) -> bool {
        let outputs = self.context.outputs();
        outputs.len() >= OUTPUT_RECORDS_MAX || outputs.bytes_len() >= OUTPUT_BYTES_MAX
    }
}

#[cfg(test)]
mod tests;
