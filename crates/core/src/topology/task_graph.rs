//! The chains of one task, ready to run on one thread.

use std::cell::RefCell;
use std::fmt;
use std::rc::Rc;

use super::store_node::StoreLog;
use super::wiring::{BeforeFlush, Flush};
use super::{Punctuated, SourceNode, Staged};
use crate::failure::TaskFailure;
use crate::processor::{PunctuationKind, TaskContext};
use crate::record::{Offset, RawRecord};
use crate::store::{RestoreRecord, StoreContent, StoreError, TaskStore};
use crate::time::Timestamp;

/// The processors of one task. Not `Send`: it stays on the thread that made it.
pub struct TaskGraph {
    pub(crate) sources: Vec<Box<dyn SourceNode>>,
    /// Which source reads each lane.
    pub(crate) source_of_lane: Vec<usize>,
    pub(crate) processors: Vec<Rc<RefCell<dyn Punctuated>>>,
    /// In the order in which they are flushed: those upstream first.
    pub(crate) stores: Vec<TaskStoreSlot>,
}

/// A store of a task, with what flushing it does beyond writing.
pub(crate) struct TaskStoreSlot {
    pub(crate) name: String,
    pub(crate) changelog: Option<StoreLog>,
    pub(crate) store: Rc<RefCell<dyn TaskStore>>,
    pub(crate) flush: Option<Flush>,
    pub(crate) before: Option<BeforeFlush>,
}

impl TaskGraph {
    /// Calls every processor's `init`, once, before the first record.
    ///
    /// # Errors
    /// If one stops the task.
    pub fn init(&mut self, task: &mut TaskContext) -> Result<(), Box<TaskFailure>> {
        task.release();
        self.processors
            .iter()
            .try_for_each(|processor| processor.borrow_mut().init(task))
    }

    /// Decodes a record and keeps it as the head of its lane.
    ///
    /// # Errors
    /// If it cannot be read and the policy is to stop.
    pub fn stage(
        &mut self,
        lane: usize,
        raw: &mut RawRecord<'_>,
        partition_time: Timestamp,
        task: &mut TaskContext,
    ) -> Result<Staged, Box<TaskFailure>> {
        task.take(lane, raw.offset);
        let source = self.source(lane);
        let staged = source.stage(lane, raw, partition_time, task)?;
        if staged == Staged::Dropped {
            task.count_consumed();
        }
        Ok(staged)
    }

    /// Processes the head of a lane, which stands at this offset and time.
    ///
    /// # Errors
    /// If a node stops the task.
    pub fn process(
        &mut self,
        lane: usize,
        offset: Offset,
        timestamp: Timestamp,
        task: &mut TaskContext,
    ) -> Result<(), Box<TaskFailure>> {
        task.take(lane, offset);
        task.advance(timestamp);
        self.source(lane).forward(lane, task)
    }

    /// Runs the punctuations that are due by this clock; says whether any was.
    ///
    /// # Errors
    /// If a processor stops the task.
    pub fn punctuate(
        &mut self,
        kind: PunctuationKind,
        task: &mut TaskContext,
    ) -> Result<bool, Box<TaskFailure>> {
        let now = match kind {
            PunctuationKind::StreamTime => task.stream_time(),
            PunctuationKind::WallClock => task.wall_clock(),
        };
        if !now.is_valid() {
            return Ok(false);
        }
        let mut any = false;
        while let Some((owner, id)) = task.punctuations.take_due(kind, now) {
            task.release();
            any = true;
            if let Some(processor) = self.processors.get(owner) {
                processor.borrow_mut().punctuate(id, now, task)?;
            }
        }
        Ok(any)
    }

    /// When the next punctuation by this clock is due.
    pub fn next_punctuation(&self, kind: PunctuationKind, task: &TaskContext) -> Option<Timestamp> {
        task.punctuations.next_due(kind)
    }

    /// Writes what waits in the caches of all stores, each before those downstream of it, and
    /// pushes what tables pass on.
    ///
    /// # Errors
    /// If a node stops the task.
    pub fn flush(&mut self, task: &mut TaskContext) -> Result<(), Box<TaskFailure>> {
        for slot in &mut self.stores {
            if let Some(before) = &slot.before {
                (before.borrow_mut())(task)?;
            }
            match &mut slot.flush {
                Some(flush) => flush(task)?,
                None => {
                    if let Err(error) = slot.store.borrow_mut().flush(task) {
                        task.settle_store(&slot.name, error)?;
                    }
                }
            }
        }
        Ok(())
    }

    /// The stores, with the topics they are restored from.
    pub fn stores(&self) -> impl Iterator<Item = (&str, Option<&StoreLog>)> {
        let stores = self.stores.iter();
        stores.map(|slot| (slot.name.as_str(), slot.changelog.as_ref()))
    }

    /// Puts a record of a changelog back into its store, before the first record is processed.
    ///
    /// # Errors
    /// If the store does not understand it.
    pub fn restore(
        &mut self,
        store: &str,
        key: &[u8],
        value: Option<&[u8]>,
        timestamp: Timestamp,
    ) -> Result<(), StoreError> {
        let record = RestoreRecord {
            key,
            value,
            timestamp,
        };
        match self.stores.iter().find(|slot| slot.name == store) {
            Some(slot) => slot.store.borrow_mut().restore(&record),
            None => Ok(()),
        }
    }

    /// What a store holds, for tests; `None` if the task has no such store.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn content(&self, store: &str) -> Option<Result<StoreContent, StoreError>> {
        let slot = self.stores.iter().find(|slot| slot.name == store)?;
        Some(slot.store.borrow().content())
    }

    /// Calls every processor's `close`, once, after the last record.
    pub fn close(&mut self) {
        for processor in &self.processors {
            processor.borrow_mut().close();
        }
    }

    fn source(&mut self, lane: usize) -> &mut Box<dyn SourceNode> {
        self.source_of_lane
            .get(lane)
            .and_then(|&source| self.sources.get_mut(source))
            .expect("every lane has its source since the task was made")
    }
}

impl fmt::Debug for TaskGraph {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TaskGraph")
            .field("sources", &self.sources.len())
            .field("processors", &self.processors.len())
            .finish_non_exhaustive()
    }
}
