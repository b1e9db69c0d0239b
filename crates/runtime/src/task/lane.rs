//! The queue of one input partition.

use std::collections::VecDeque;

use headwater_core::processor::ProcessorMetadata;
use headwater_core::record::{Offset, RawRecord, TopicPartition};
use headwater_core::time::Timestamp;

use crate::commit::metadata;
use crate::port::FetchedBatch;

/// A partition of a task, and where it stands when the task is made.
#[derive(Clone, Debug)]
pub struct LaneStart {
    /// The partition.
    pub partition: TopicPartition,
    /// Highest timestamp seen before, from the committed metadata.
    pub partition_time: Timestamp,
    /// What operators kept beside the committed offset.
    pub processors: ProcessorMetadata,
}

impl LaneStart {
    /// A partition of which this is committed, if anything is.
    pub fn committed(partition: TopicPartition, metadata: Option<&str>) -> Self {
        let decoded = metadata.map(metadata::decode).unwrap_or_default();
        Self {
            partition,
            partition_time: decoded.partition_time,
            processors: decoded.processors,
        }
    }
}

/// Fetched batches in order, the first of them partly done, and the decoded head.
pub(super) struct Lane {
    batches: VecDeque<Box<dyn FetchedBatch>>,
    /// Next record of the first batch.
    cursor: usize,
    /// Records in `batches` from the cursor on.
    buffered: usize,
    head: Option<(Offset, Timestamp)>,
    partition_time: Timestamp,
    position: Option<Offset>,
    committed: Option<Offset>,
    caught_up: bool,
    /// Since when it has been empty while others had records.
    pub(super) waited_since: Option<Timestamp>,
}

impl Lane {
    pub(super) const fn new(start: &LaneStart) -> Self {
        Self {
            batches: VecDeque::new(),
            cursor: 0,
            buffered: 0,
            head: None,
            partition_time: start.partition_time,
            position: None,
            committed: None,
            caught_up: false,
            waited_since: None,
        }
    }

    pub(super) fn enqueue(&mut self, batch: Box<dyn FetchedBatch>) {
        self.caught_up = false;
        self.buffered += batch.len();
        self.batches.push_back(batch);
    }

    /// Whether it has neither a head nor records that may become one.
    pub(super) const fn is_empty(&self) -> bool {
        self.head.is_none() && self.buffered == 0
    }

    pub(super) fn caught_up(&mut self) {
        self.caught_up = true;
    }

    pub(super) const fn is_caught_up(&self) -> bool {
        self.caught_up
    }

    pub(super) const fn buffered(&self) -> usize {
        self.buffered
    }

    pub(super) const fn head(&self) -> Option<(Offset, Timestamp)> {
        self.head
    }

    pub(super) const fn partition_time(&self) -> Timestamp {
        self.partition_time
    }

    /// The record to decode next.
    pub(super) fn peek(&self) -> Option<RawRecord<'_>> {
        let batch = self.batches.front()?;
        Some(batch.record(self.cursor))
    }

    /// The peeked record is decoded and stands at the head at this time.
    pub(super) fn stage(&mut self, offset: Offset, timestamp: Timestamp) {
        self.head = Some((offset, timestamp));
        self.step();
    }

    /// The peeked record was dropped.
    pub(super) fn drop_front(&mut self, offset: Offset) {
        self.position = Some(offset.next());
        self.step();
    }

    /// The head was processed.
    pub(super) fn finish_head(&mut self) {
        if let Some((offset, timestamp)) = self.head.take() {
            self.position = Some(offset.next());
            self.partition_time = self.partition_time.max(timestamp);
        }
    }

    /// The position, if it has moved since it was committed.
    pub(super) fn uncommitted(&self) -> Option<Offset> {
        self.position.filter(|_| self.position != self.committed)
    }

    /// The position, whether or not it has moved.
    pub(super) const fn position(&self) -> Option<Offset> {
        self.position
    }

    pub(super) fn set_committed(&mut self, offset: Offset) {
        self.committed = Some(offset);
    }

    /// The position last committed by this task.
    pub(super) const fn committed(&self) -> Option<Offset> {
        self.committed
    }

    fn step(&mut self) {
        self.cursor += 1;
        self.buffered -= 1;
        let done = self
            .batches
            .front()
            .is_some_and(|batch| self.cursor >= batch.len());
        if done {
            self.batches.pop_front();
            self.cursor = 0;
        }
    }
}

impl std::fmt::Debug for Lane {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Lane")
            .field("buffered", &self.buffered)
            .field("head", &self.head)
            .field("position", &self.position)
            .field("caught_up", &self.caught_up)
            .finish_non_exhaustive()
    }
}
