//! When rows that have died are deleted, besides at each commit: before the next record of their
//! table, and by the wall clock.

use std::time::Duration;

use super::Punctuated;
use super::wiring::BeforeFlush;
use crate::failure::{Step, TaskFailure};
use crate::processor::{PunctuationId, PunctuationKind, Sink, TaskContext};
use crate::record::Record;
use crate::time::Timestamp;

/// How often rows that die by the wall clock are looked for while nothing else happens. Reads do
/// not see them meanwhile.
const EVERY: Duration = Duration::from_secs(1);

/// Deletes rows by the wall clock.
pub(super) struct ExpireRows {
    pub(super) owner: usize,
    pub(super) expire: BeforeFlush,
}

impl Punctuated for ExpireRows {
    fn init(&mut self, task: &mut TaskContext) -> Result<(), Box<TaskFailure>> {
        let (kind, now) = (PunctuationKind::WallClock, task.wall_clock());
        task.punctuations.schedule(self.owner, kind, EVERY, now);
        Ok(())
    }

    fn punctuate(
        &mut self,
        _: PunctuationId,
        _: Timestamp,
        task: &mut TaskContext,
    ) -> Result<(), Box<TaskFailure>> {
        (self.expire.borrow_mut())(task)
    }

    fn close(&mut self) {}
}

/// Deletes rows before a record of their table: what it is added to must not be dead.
pub(super) struct ExpireFirst<K, V> {
    pub(super) expire: BeforeFlush,
    pub(super) next: Box<dyn Sink<K, V>>,
}

impl<K, V> Sink<K, V> for ExpireFirst<K, V> {
    fn push(&mut self, record: Record<K, V>, task: &mut TaskContext) -> Step {
        (self.expire.borrow_mut())(task)?;
        self.next.push(record, task)
    }
}
