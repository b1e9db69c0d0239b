//! What a processor may do besides computing.

use std::fmt;
use std::time::Duration;

use super::{PunctuationId, PunctuationKind, Sink, TaskContext};
use crate::failure::{Failure, TaskFailure};
use crate::record::{Origin, Record};
use crate::time::Timestamp;
use crate::topology::TaskId;

/// The context of a [`Processor`](super::Processor) that forwards keys `K` and values `V`.
///
/// Semantics: `org.apache.kafka.streams.processor.api.ProcessorContext`.
pub struct ProcessorContext<'a, K, V> {
    next: &'a mut dyn Sink<K, V>,
    task: &'a mut TaskContext,
    owner: usize,
    /// A failure downstream that stops the task, whatever the processor makes of the error.
    stopped: Option<Box<TaskFailure>>,
}

impl<'a, K, V> ProcessorContext<'a, K, V> {
    pub(crate) fn new(
        next: &'a mut dyn Sink<K, V>,
        task: &'a mut TaskContext,
        owner: usize,
    ) -> Self {
        Self {
            next,
            task,
            owner,
            stopped: None,
        }
    }

    /// Forwards a record to every child, which process it before this returns.
    ///
    /// # Errors
    /// If the task has to stop: return the error at once.
    pub fn forward(&mut self, record: Record<K, V>) -> Result<(), Failure> {
        if self.stopped.is_some() {
            return Err(Failure::new("the task is stopping"));
        }
        self.next.push(record, self.task).map_err(|stop| {
            self.stopped = Some(stop);
            Failure::new("the task is stopping")
        })
    }

    /// Calls [`Processor::punctuate`](super::Processor::punctuate) at each interval, at least a
    /// millisecond.
    pub fn schedule(&mut self, kind: PunctuationKind, interval: Duration) -> PunctuationId {
        let now = self.task.wall_clock();
        self.task
            .punctuations
            .schedule(self.owner, kind, interval, now)
    }

    /// Ends a scheduled punctuation.
    pub fn cancel(&mut self, id: PunctuationId) {
        self.task.punctuations.cancel(id);
    }

    /// Asks for a commit soon, without waiting for the commit interval.
    pub fn request_commit(&mut self) {
        self.task.request_commit();
    }

    /// Which task this is.
    pub fn task(&self) -> TaskId {
        self.task.task()
    }

    /// Where the record in hand was read; none during a punctuation.
    pub fn origin(&self) -> Option<Origin<'_>> {
        self.task.origin()
    }

    /// Highest timestamp the task has processed; [`Timestamp::UNKNOWN`] before the first.
    pub fn stream_time(&self) -> Timestamp {
        self.task.stream_time()
    }

    /// Wall-clock time, as of the start of the batch.
    pub fn wall_clock(&self) -> Timestamp {
        self.task.wall_clock()
    }

    /// Settles what the processor returned: a stop from downstream wins over its own result.
    pub(crate) fn finish(self) -> Result<(), Box<TaskFailure>> {
        self.stopped.map_or(Ok(()), Err)
    }
}

impl<K, V> fmt::Debug for ProcessorContext<'_, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ProcessorContext")
            .field("task", &self.task)
            .finish_non_exhaustive()
    }
}
