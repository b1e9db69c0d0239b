//! What a worker is told, in order.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::time::Duration;

use headwater_core::record::{Offset, TopicPartition};
use headwater_core::topology::TaskId;

use super::flow::Flow;
use crate::port::FetchedBatch;
use crate::task::TaskSetup;

/// Something for a worker to do.
pub(crate) enum Message {
    /// Run this task; lanes in the order of the setup, each with its flow.
    Create(TaskSetup, Vec<Arc<Flow>>),
    /// Records for a lane.
    Records(TaskId, usize, Box<dyn FetchedBatch>),
    /// A lane has been read to its end.
    CaughtUp(TaskId, usize),
    /// Commit these tasks and process no further until told; answer with what they have committed. After
    /// the moment given it is too late to commit: the partitions are another member's by then.
    Suspend(
        Vec<TaskId>,
        Duration,
        SyncSender<Vec<(TopicPartition, Offset)>>,
    ),
    /// Go on with these suspended tasks.
    Resume(Vec<TaskId>),
    /// Close these tasks, suspended or running, without committing.
    Close(Vec<TaskId>),
    /// Process what is queued until the moment given, commit everything, close and end.
    Finish(Duration),
    /// End at once, committing nothing.
    Abandon,
}

impl Message {
    /// Whether processing has to stop between two records to hear this.
    const fn is_urgent(&self) -> bool {
        !matches!(self, Self::Records(..) | Self::CaughtUp(..))
    }
}

/// The queue between the poller and one worker.
///
/// Bounded by the flows: a partition whose flow is full is paused, so at most the bound plus
/// one batch of each partition is in here or in the task's queues.
#[derive(Default)]
pub(crate) struct Mailbox {
    queue: Mutex<VecDeque<Message>>,
    arrived: Condvar,
    urgent: AtomicBool,
}

impl Mailbox {
    pub(crate) fn send(&self, message: Message) {
        let urgent = message.is_urgent();
        self.lock().push_back(message);
        if urgent {
            self.urgent.store(true, Ordering::Release);
        }
        self.arrived.notify_one();
    }

    /// Moves everything that has arrived into `into`.
    pub(crate) fn take(&self, into: &mut VecDeque<Message>) {
        let mut queue = self.lock();
        self.urgent.store(false, Ordering::Relaxed);
        into.append(&mut queue);
    }

    /// Waits until something arrives or `timeout` is over.
    pub(crate) fn wait(&self, timeout: Duration) {
        let queue = self.lock();
        let waited = self
            .arrived
            .wait_timeout_while(queue, timeout, |queue| queue.is_empty());
        drop(waited);
    }

    /// Whether something urgent waits; cheap enough to ask for each record.
    pub(crate) fn is_urgent(&self) -> bool {
        self.urgent.load(Ordering::Relaxed)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, VecDeque<Message>> {
        // A panic while holding the lock leaves a queue that is still a queue.
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
