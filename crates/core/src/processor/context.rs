//! What a processor may do besides computing.

use std::fmt;
use std::time::Duration;

use super::{PunctuationId, PunctuationKind, Shared, Sink, TaskContext};
use crate::failure::{Failure, TaskFailure};
use crate::record::{Origin, Record};
use crate::time::Timestamp;
use crate::topology::TaskId;

/// Where a processor forwards to.
pub(crate) struct Children<K, V> {
    /// All of them.
    pub(crate) all: Box<dyn Sink<K, V>>,
    /// The name of the only one.
    pub(crate) only: Option<String>,
    /// Each by its name, where there are several.
    pub(crate) named: Vec<(String, Shared<K, V>)>,
}

impl<K, V> Children<K, V> {
    fn by_name(&mut self, name: &str) -> Option<&mut dyn Sink<K, V>> {
        if self.only.as_deref() == Some(name) {
            return Some(&mut *self.all);
        }
        let mut named = self.named.iter_mut();
        let (_, sink) = named.find(|(known, _)| known == name)?;
        Some(sink)
    }

    fn names(&self) -> Vec<&str> {
        let named = self.named.iter().map(|(name, _)| name.as_str());
        named.chain(self.only.as_deref()).collect()
    }
}

/// What a processor writes its stores with: its context.
pub trait StoreWriter {
    #[doc(hidden)]
    fn writing_task(&mut self) -> Option<WritingTask<'_>>;

    #[doc(hidden)]
    fn write_time(&self) -> Timestamp;
}

/// The task of a processor that writes a store.
#[doc(hidden)]
#[derive(Debug)]
pub struct WritingTask<'t>(pub(crate) &'t mut TaskContext);

impl<K, V> StoreWriter for ProcessorContext<'_, K, V> {
    fn writing_task(&mut self) -> Option<WritingTask<'_>> {
        Some(WritingTask(self.task))
    }

    fn write_time(&self) -> Timestamp {
        self.now
    }
}

/// The context of a [`Processor`](super::Processor) that forwards keys `K` and values `V`.
///
/// Semantics: `org.apache.kafka.streams.processor.api.ProcessorContext`.
pub struct ProcessorContext<'a, K, V> {
    children: &'a mut Children<K, V>,
    task: &'a mut TaskContext,
    owner: usize,
    /// The time of the record in hand, or of the punctuation.
    now: Timestamp,
    /// A failure downstream that stops the task, whatever the processor makes of the error.
    stopped: Option<Box<TaskFailure>>,
}

impl<'a, K, V> ProcessorContext<'a, K, V> {
    pub(crate) fn new(
        children: &'a mut Children<K, V>,
        task: &'a mut TaskContext,
        owner: usize,
        now: Timestamp,
    ) -> Self {
        Self {
            children,
            task,
            owner,
            now,
            stopped: None,
        }
    }

    /// Refuses what no topic could hold (`org.apache.kafka.streams.processor.api.Record`).
    fn check_time(record: &Record<K, V>) -> Result<(), Failure> {
        if record.timestamp.is_valid() {
            return Ok(());
        }
        let time = record.timestamp;
        Err(Failure::new(format!(
            "the timestamp {time} of a forwarded record is negative"
        )))
    }

    /// Forwards a record to every child, which process it before this returns.
    ///
    /// # Errors
    /// If its timestamp is negative, or the task has to stop: return the error at once.
    pub fn forward(&mut self, record: Record<K, V>) -> Result<(), Failure> {
        if self.stopped.is_some() {
            return Err(Failure::new("the task is stopping"));
        }
        Self::check_time(&record)?;
        self.children.all.push(record, self.task).map_err(|stop| {
            self.stopped = Some(stop);
            Failure::new("the task is stopping")
        })
    }

    /// Forwards a record to the child of this name alone.
    ///
    /// # Errors
    /// If there is no such child, or the task has to stop: return the error at once.
    pub fn forward_to(&mut self, child: &str, record: Record<K, V>) -> Result<(), Failure> {
        if self.stopped.is_some() {
            return Err(Failure::new("the task is stopping"));
        }
        Self::check_time(&record)?;
        let Some(sink) = self.children.by_name(child) else {
            return Err(Failure::new(format!(
                "there is no child {child}; the children are {}",
                self.children.names().join(", ")
            )));
        };
        sink.push(record, self.task).map_err(|stop| {
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
