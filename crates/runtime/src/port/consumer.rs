//! Reading: subscription, batches, rebalances, committed offsets.

use std::sync::Arc;
use std::time::Duration;

use headwater_core::record::{Offset, RawRecord, TopicPartition};
use headwater_core::time::Timestamp;

use super::ClientError;

/// How partitions are spread over the members of the group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Assignor {
    /// Every partition on its own, moving as few as possible, the rest running on.
    CooperativeSticky,
    /// The same partition number of every topic together, as tasks with several sources need it.
    Range,
}

/// How an instance joins its group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsumerSettings {
    /// Group id: the application id.
    pub group_id: String,
    /// How partitions are spread.
    pub assignor: Assignor,
    /// Whether [`ConsumerEvent::CaughtUp`] is wanted.
    pub report_caught_up: bool,
    /// At most so many records in one [`ConsumerEvent::Fetched`].
    pub batch_records_max: usize,
}

/// What to read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subscription {
    /// Topics by name.
    pub topics: Vec<String>,
    /// Topics whose whole name matches one of these regular expressions, now or later.
    pub patterns: Vec<String>,
}

/// Records of one partition in offset order, in the client's own memory.
pub trait FetchedBatch: Send {
    /// How many records; never 0.
    fn len(&self) -> usize;

    /// Whether there is none. A client never hands out such a batch.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The record at `index`, which is less than [`len`](Self::len).
    fn record(&self, index: usize) -> RawRecord<'_>;
}

/// What a poll brought.
pub enum ConsumerEvent {
    /// Records to process.
    Fetched {
        /// Where they were read.
        partition: TopicPartition,
        /// The records.
        batch: Box<dyn FetchedBatch>,
    },
    /// The partition has been read to its end; no longer true once records arrive.
    CaughtUp(TopicPartition),
    /// The assignment is about to change. The group waits for [`Consumer::complete`].
    Rebalance(Rebalance),
    /// Reading failed in a way that polling on does not cure; the consumer stays usable if the
    /// kind is not [`Fatal`](super::ClientErrorKind::Fatal).
    Failed(ClientError),
}

impl std::fmt::Debug for ConsumerEvent {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Fetched { partition, batch } => f
                .debug_struct("Fetched")
                .field("partition", partition)
                .field("records", &batch.len())
                .finish(),
            Self::CaughtUp(partition) => f.debug_tuple("CaughtUp").field(partition).finish(),
            Self::Rebalance(rebalance) => f.debug_tuple("Rebalance").field(rebalance).finish(),
            Self::Failed(error) => f.debug_tuple("Failed").field(error).finish(),
        }
    }
}

/// Whether a rebalance takes everything away first or only what moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RebalanceProtocol {
    /// All partitions are revoked, then all are assigned anew.
    Eager,
    /// Only what moves is revoked or assigned.
    Cooperative,
}

/// One step of a rebalance, to be answered with [`Consumer::complete`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rebalance {
    /// These partitions come; under [`RebalanceProtocol::Eager`] they are all there is.
    Assigned(Vec<TopicPartition>),
    /// These partitions go; committing for them is still allowed.
    Revoked(Vec<TopicPartition>, RebalanceProtocol),
    /// These partitions are gone; committing for them is too late.
    Lost(Vec<TopicPartition>),
}

/// Where reading a partition starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StartAt {
    /// After the committed offset, else where `auto.offset.reset` says.
    Committed,
    /// At the oldest record.
    Beginning,
    /// After the newest record.
    End,
    /// At this offset.
    Offset(Offset),
    /// At the first record stamped at this time or later.
    Time(Timestamp),
}

/// Reads the partitions that the group gives this instance.
///
/// All methods are called from one thread, the polling thread; [`wake`](Wake::wake) and
/// [`OffsetCommitter`] are for the others.
pub trait Consumer: Send {
    /// Joins the group for these topics.
    ///
    /// # Errors
    /// If a pattern is malformed or the client refuses the subscription.
    fn subscribe(&mut self, subscription: &Subscription) -> Result<(), ClientError>;

    /// Appends what has arrived to `events`, waiting for the first at most `timeout` or until
    /// woken. Keeps the membership alive; must be called more often than
    /// `max.poll.interval.ms`. At most one batch per partition that is not paused.
    fn poll(&mut self, timeout: Duration, events: &mut Vec<ConsumerEvent>);

    /// Answers a rebalance: starts reading what was assigned at these places, or lets go what
    /// was revoked or lost (`starts` is then empty).
    ///
    /// # Errors
    /// If the client refuses; the instance is out of step with its group then.
    fn complete(
        &mut self,
        rebalance: &Rebalance,
        starts: &[(TopicPartition, StartAt)],
    ) -> Result<(), ClientError>;

    /// Stops handing out records of these partitions; what is prefetched is kept.
    fn pause(&mut self, partitions: &[TopicPartition]);

    /// Hands out records of these partitions again, from where it stopped.
    fn resume(&mut self, partitions: &[TopicPartition]);

    /// Reads an assigned partition from another place on; what is prefetched is dropped.
    ///
    /// # Errors
    /// If the partition is not assigned.
    fn seek(&mut self, partition: &TopicPartition, start: StartAt) -> Result<(), ClientError>;

    /// The offset after the newest record of an assigned partition, as the last answer to a fetch
    /// had it: asks nobody. `None` while it is not known, and for a client that cannot tell.
    fn end_offset(&self, partition: &TopicPartition) -> Option<Offset> {
        let _ = partition;
        None
    }

    /// Ends a wait in [`poll`](Self::poll) from any thread.
    fn waker(&self) -> Arc<dyn Wake>;

    /// Reads and writes committed offsets from any thread.
    fn committer(&self) -> Arc<dyn OffsetCommitter>;

    /// Leaves the group and closes. Nothing is committed.
    fn close(self: Box<Self>);
}

/// Ends a wait in [`Consumer::poll`]. A wake that comes before the wait is not lost.
pub trait Wake: Send + Sync {
    /// Ends the current wait, or the next.
    fn wake(&self);
}

/// A position to commit: the next record to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OffsetToCommit {
    /// Where.
    pub partition: TopicPartition,
    /// The next record to read.
    pub offset: Offset,
    /// Text kept beside the offset.
    pub metadata: String,
}

/// A position found committed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Committed {
    /// The next record to read.
    pub offset: Offset,
    /// Text kept beside the offset.
    pub metadata: String,
}

/// Committed offsets of the group, callable from any thread.
pub trait OffsetCommitter: Send + Sync {
    /// Commits positions as the member this instance is now, and waits for the answer.
    ///
    /// # Errors
    /// [`NotOwner`](super::ClientErrorKind::NotOwner) if the group has moved on;
    /// [`TimedOut`](super::ClientErrorKind::TimedOut) if the outcome is unknown.
    fn commit(&self, offsets: &[OffsetToCommit]) -> Result<(), ClientError>;

    /// What is committed for these partitions, in their order.
    ///
    /// # Errors
    /// If the coordinator does not answer in time.
    fn committed(
        &self,
        partitions: &[TopicPartition],
        timeout: Duration,
    ) -> Result<Vec<Option<Committed>>, ClientError>;
}
