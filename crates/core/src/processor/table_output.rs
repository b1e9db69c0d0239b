//! Where a table that is kept in a store passes its updates on: at once, or when the store's
//! cache is flushed.

use std::cell::RefCell;
use std::rc::Rc;

use headwater_state::layer::ReadOld;

use super::{Shared, Sink, TaskContext};
use crate::failure::Step;
use crate::record::{Change, Record};
use crate::store::FlushTable;

/// The output side of a table with a store `S`.
///
/// Semantics: `org.apache.kafka.streams.kstream.internals.TimestampedTupleForwarder` and
/// `TimestampedCacheFlushListener`.
pub(crate) struct TableOutput<K, V, S> {
    name: Rc<str>,
    store: Rc<RefCell<S>>,
    sends_old: bool,
    next: Shared<K, Change<V>>,
}

impl<K: 'static, V: 'static, S: FlushTable<K, V>> TableOutput<K, V, S> {
    pub(crate) fn new(
        name: &str,
        store: Rc<RefCell<S>>,
        sends_old: bool,
        next: Box<dyn Sink<K, Change<V>>>,
    ) -> Self {
        Self {
            name: name.into(),
            store,
            sends_old,
            next: Shared::new(next),
        }
    }

    /// Another handle to the same output.
    pub(crate) fn handle(&self) -> Self {
        Self {
            name: Rc::clone(&self.name),
            store: Rc::clone(&self.store),
            sends_old: self.sends_old,
            next: self.next.handle(),
        }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn store(&self) -> &RefCell<S> {
        &self.store
    }

    /// Whether somebody downstream needs old values.
    pub(crate) const fn sends_old(&self) -> bool {
        self.sends_old
    }

    /// Passes on an update that was just put into the store. With a cache it goes on when the
    /// cache is flushed, which is now if the cache is over its budget.
    pub(crate) fn updated(&mut self, record: Record<K, Change<V>>, task: &mut TaskContext) -> Step {
        self.update_with(|| record, task)
    }

    /// As [`updated`](Self::updated); the record is made only if it goes on now.
    pub(crate) fn update_with(
        &mut self,
        record: impl FnOnce() -> Record<K, Change<V>>,
        task: &mut TaskContext,
    ) -> Step {
        let (is_cached, is_over_budget) = {
            let store = self.store.borrow();
            (store.is_cached(), store.is_over_budget())
        };
        match (is_cached, is_over_budget) {
            (false, _) => {
                let record = record().map_value(|change| change.with_old_if(self.sends_old));
                self.next.push(record, task)
            }
            (true, true) => self.flush(task),
            (true, false) => Ok(()),
        }
    }

    /// Writes what waits in the cache, row by row, and passes each on. The store is not held
    /// meanwhile: what is downstream may look it up.
    pub(crate) fn flush(&mut self, task: &mut TaskContext) -> Step {
        let old = if self.sends_old {
            ReadOld::Always
        } else {
            ReadOld::OfDeletions
        };
        let in_hand = task.swap_in_hand(super::InHand::default());
        let flushed = self.flush_all(old, task);
        task.swap_in_hand(in_hand);
        flushed
    }

    fn flush_all(&mut self, old: ReadOld, task: &mut TaskContext) -> Step {
        loop {
            let next = self.store.borrow_mut().flush_next(old, task);
            match next {
                Ok(None) => return Ok(()),
                Ok(Some(flushed)) => {
                    task.swap_in_hand(flushed.in_hand);
                    let sends_old = self.sends_old;
                    let record = flushed.record;
                    let record = record.map_value(|change| change.with_old_if(sends_old));
                    self.next.push(record, task)?;
                }
                Err(error) => task.settle_store(&self.name, error)?,
            }
        }
    }
}
