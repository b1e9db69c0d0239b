//! What a task lends to its operators: times, the record in hand, outputs, failures, punctuation.

use std::error::Error;
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;

use headwater_state::layer::CacheBudget;

use super::{ProcessorMetadata, PunctuationKind, PunctuationSchedule, RecordContext, TaskTimes};
use crate::failure::{
    Decision, FailedRecord, FailedStep, Failure, FailurePolicy, SkipLog, Step, TaskFailure,
};
use crate::record::{Offset, Origin, OutputBuffer, Partition, Record, TopicPartition};
use crate::store::{Cause, GlobalStores, StoreError};
use crate::time::Timestamp;
use crate::topology::TaskId;

/// Index of an input partition within its task.
type Lane = usize;

/// The record being processed, by lane and offset; none during a punctuation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct InHand(Option<(Lane, Offset)>);

/// `statestore.cache.max.bytes` of Kafka Streams.
const CACHE_BYTES_MAX: usize = 10 * 1024 * 1024;

/// Knows how many partitions an output topic has; asked only for partitioners of the user.
pub trait PartitionCounts {
    /// Partitions of the topic.
    ///
    /// # Errors
    /// If the topic is not there or cannot be looked up.
    fn partitions(&mut self, topic: &str) -> Result<u32, Box<dyn Error + Send + Sync>>;
}

/// What a task has counted since it was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct TaskCounters {
    /// Input records taken from their queues, dropped ones included.
    pub consumed: u64,
    /// Records dropped on the way: undecodable, late, without a key where one is needed
    /// (Kafka Streams' `dropped-records`).
    pub dropped: u64,
    /// Records appended to the output buffer.
    pub produced: u64,
}

/// The context of one task, lent to each operator in turn.
pub struct TaskContext {
    task: TaskId,
    lanes: Vec<TopicPartition>,
    in_hand: InHand,
    times: Rc<TaskTimes>,
    commit_requested: bool,
    counters: TaskCounters,
    policy: FailurePolicy,
    skip_log: SkipLog,
    partition_counts: Box<dyn PartitionCounts>,
    cache: CacheBudget,
    globals: GlobalStores,
    metadata: ProcessorMetadata,
    metadata_changed: bool,
    pub(crate) outputs: OutputBuffer,
    pub(crate) punctuations: PunctuationSchedule,
}

impl TaskContext {
    /// The context of a task that reads these partitions.
    pub fn new(
        task: TaskId,
        lanes: Vec<TopicPartition>,
        policy: FailurePolicy,
        partition_counts: Box<dyn PartitionCounts>,
    ) -> Self {
        Self {
            task,
            lanes,
            in_hand: InHand::default(),
            times: Rc::default(),
            commit_requested: false,
            counters: TaskCounters::default(),
            policy,
            skip_log: SkipLog::new(),
            partition_counts,
            cache: CacheBudget::new(CACHE_BYTES_MAX),
            globals: GlobalStores::default(),
            metadata: ProcessorMetadata::default(),
            metadata_changed: false,
            outputs: OutputBuffer::default(),
            punctuations: PunctuationSchedule::default(),
        }
    }

    /// Its times, for its stores.
    pub(crate) const fn times(&self) -> &Rc<TaskTimes> {
        &self.times
    }

    /// Which task this is.
    pub const fn task(&self) -> TaskId {
        self.task
    }

    /// Highest timestamp the task has processed; [`Timestamp::UNKNOWN`] before the first.
    pub fn stream_time(&self) -> Timestamp {
        self.times.now(PunctuationKind::StreamTime)
    }

    /// Wall-clock time, as of the last time the runtime looked: once per batch.
    pub fn wall_clock(&self) -> Timestamp {
        self.times.now(PunctuationKind::WallClock)
    }

    /// Sets the wall clock. Time that goes back is taken as it is.
    pub fn set_wall_clock(&mut self, now: Timestamp) {
        self.times.set_wall_clock(now);
    }

    /// Sets stream time, found again in the committed offsets.
    pub fn restore_stream_time(&mut self, time: Timestamp) {
        self.times.observe(time);
    }

    /// Takes over what operators kept beside a committed offset; before the task is made.
    pub fn restore_metadata(&mut self, metadata: &ProcessorMetadata) {
        self.metadata.merge(metadata);
    }

    /// What operators keep beside committed offsets.
    pub const fn metadata(&self) -> &ProcessorMetadata {
        &self.metadata
    }

    /// Whether operators changed what they keep since it was last committed.
    pub const fn has_new_metadata(&self) -> bool {
        self.metadata_changed
    }

    /// Notes that what operators keep was committed.
    pub fn metadata_committed(&mut self) {
        self.metadata_changed = false;
    }

    /// Keeps a time beside the offsets that are committed next.
    pub(crate) fn keep_metadata(&mut self, store: &str, time_ms: i64) {
        self.metadata.set(store, time_ms);
        self.metadata_changed = true;
    }

    /// Where the record in hand was read; none during a punctuation.
    pub fn origin(&self) -> Option<Origin<'_>> {
        let (lane, offset) = self.in_hand.0?;
        let read = self.lanes.get(lane)?;
        Some(Origin {
            topic: &read.topic,
            partition: read.partition,
            offset,
        })
    }

    /// The input partitions, by lane.
    pub fn lanes(&self) -> &[TopicPartition] {
        &self.lanes
    }

    /// Takes a record in hand that has no time yet.
    pub fn take(&mut self, lane: usize, offset: Offset) {
        self.in_hand = InHand(Some((lane, offset)));
    }

    /// Puts the record in hand at its time and advances stream time.
    pub fn advance(&mut self, timestamp: Timestamp) {
        self.count_consumed();
        self.times.observe(timestamp);
    }

    /// Lets go of the record in hand: what follows is a punctuation or a flush.
    pub fn release(&mut self) {
        self.in_hand = InHand::default();
    }

    /// What the caches of the task's stores draw on; set before the task is made.
    pub fn set_cache_budget(&mut self, budget: CacheBudget) {
        self.cache = budget;
    }

    pub(crate) const fn cache_budget(&self) -> &CacheBudget {
        &self.cache
    }

    /// The global stores of the instance, which all of its tasks read; set before the task is
    /// made.
    pub fn set_global_stores(&mut self, globals: GlobalStores) {
        self.globals = globals;
    }

    pub(crate) const fn global_stores(&self) -> &GlobalStores {
        &self.globals
    }

    /// What a record that waits in a buffer keeps beside its key and value.
    pub(crate) fn record_context<K, V>(&self, record: &Record<K, V>) -> RecordContext {
        let in_hand = self.in_hand.0;
        let read = in_hand.and_then(|(lane, offset)| Some((self.lanes.get(lane)?, offset)));
        let (timestamp, headers) = (record.timestamp, record.headers.clone());
        match read {
            Some((read, offset)) => RecordContext {
                timestamp,
                headers,
                topic: Arc::clone(&read.topic),
                partition: read.partition,
                offset,
            },
            None => RecordContext {
                timestamp,
                headers,
                topic: Arc::default(),
                partition: Partition::new(-1),
                offset: Offset::new(-1),
            },
        }
    }

    /// The record of a context, to be taken in hand; none if this task does not read its topic.
    pub(crate) fn in_hand_of(&self, context: &RecordContext) -> InHand {
        let lane = self
            .lanes
            .iter()
            .position(|lane| lane.partition == context.partition && lane.topic == context.topic);
        InHand(lane.map(|lane| (lane, context.offset)))
    }

    /// What a write that this record causes keeps of it.
    pub(crate) fn cause<K, V>(&self, record: &Record<K, V>) -> Cause {
        Cause {
            timestamp: record.timestamp,
            headers: record.headers.clone(),
            in_hand: self.in_hand,
        }
    }

    /// Takes another record in hand, to forward what it caused earlier; gives back the one that
    /// was.
    pub(crate) fn swap_in_hand(&mut self, in_hand: InHand) -> InHand {
        std::mem::replace(&mut self.in_hand, in_hand)
    }

    pub(crate) const fn in_hand(&self) -> InHand {
        self.in_hand
    }

    /// Asks for a commit after this record.
    pub fn request_commit(&mut self) {
        self.commit_requested = true;
    }

    /// Whether a commit was asked for; asking again starts anew.
    pub fn take_commit_request(&mut self) -> bool {
        std::mem::take(&mut self.commit_requested)
    }

    /// The counters.
    pub const fn counters(&self) -> TaskCounters {
        self.counters
    }

    /// What waits to be sent.
    pub const fn outputs(&self) -> &OutputBuffer {
        &self.outputs
    }

    /// What waits to be sent, to be cleared once it is.
    pub const fn outputs_mut(&mut self) -> &mut OutputBuffer {
        &mut self.outputs
    }

    pub(crate) fn count_consumed(&mut self) {
        self.counters.consumed += 1;
    }

    pub(crate) fn count_produced(&mut self) {
        self.counters.produced += 1;
    }

    pub(crate) fn partitions_of(
        &mut self,
        topic: &str,
    ) -> Result<u32, Box<dyn Error + Send + Sync>> {
        self.partition_counts.partitions(topic)
    }

    /// Asks the policy about a failure: `Ok` goes on without the record, `Err` stops the task.
    #[cold]
    pub(crate) fn settle(
        &mut self,
        step: FailedStep,
        node: &str,
        reason: Box<dyn Error + Send + Sync>,
    ) -> Step {
        let decision = self.policy.decide(&FailedRecord {
            step,
            node,
            origin: self.origin(),
            reason: &*reason,
        });
        let failure = self.failure(step, node, reason);
        match decision {
            Decision::Stop => Err(Box::new(failure)),
            Decision::Skip => {
                self.counters.dropped += 1;
                self.skip_log
                    .skipped(&failure, self.times.now(PunctuationKind::WallClock));
                Ok(())
            }
        }
    }

    /// Settles a failure of user code. If its cause is the engine of a store, the record is not
    /// to blame and the task stops.
    #[cold]
    pub(crate) fn settle_failure(&mut self, node: &str, failure: Failure) -> Step {
        match failure.into_inner().downcast::<StoreError>() {
            Ok(error) => self.settle_store(node, *error),
            Err(reason) => self.settle(FailedStep::Process, node, reason),
        }
    }

    /// Settles an error of a store: bytes that a codec refuses and rows that cannot be computed
    /// are the record's fault, an engine that fails is not.
    #[cold]
    pub(crate) fn settle_store(&mut self, node: &str, error: StoreError) -> Step {
        match error {
            StoreError::Codec { .. }
            | StoreError::Computed { .. }
            | StoreError::ReadOnly { .. } => self.settle(FailedStep::Process, node, error.into()),
            StoreError::State { .. } => self.stop(FailedStep::Process, node, error.into()),
        }
    }

    /// Stops the task whatever the policy: the cause is not the record.
    #[cold]
    pub(crate) fn stop(
        &self,
        step: FailedStep,
        node: &str,
        reason: Box<dyn Error + Send + Sync>,
    ) -> Step {
        Err(Box::new(self.failure(step, node, reason)))
    }

    fn failure(
        &self,
        step: FailedStep,
        node: &str,
        reason: Box<dyn Error + Send + Sync>,
    ) -> TaskFailure {
        let origin = self.origin();
        TaskFailure {
            step,
            node: node.to_owned(),
            origin: origin.map(|at| (at.topic.to_owned(), at.partition, at.offset)),
            reason,
        }
    }

    /// Drops the record in hand because it cannot take part, and says why at a bounded rate.
    #[cold]
    pub(crate) fn drop_record(&mut self, why: &str) {
        self.counters.dropped += 1;
        let line = match self.origin() {
            Some(origin) => format!("record of {origin}: {why}"),
            None => why.to_owned(),
        };
        self.skip_log
            .skipped(&line, self.times.now(PunctuationKind::WallClock));
    }
}

impl fmt::Debug for TaskContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaskContext")
            .field("task", &self.task)
            .field("stream_time", &self.stream_time())
            .field("counters", &self.counters)
            .finish_non_exhaustive()
    }
}
