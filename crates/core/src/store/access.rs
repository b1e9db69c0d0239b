//! How the handles of processors reach the rows of a store.

use std::cell::{RefCell, RefMut};
use std::rc::Rc;

use super::{Cause, FlushTable, StoreError, TaskStore};
use crate::processor::{StoreWriter, TaskContext};
use crate::record::Headers;

/// Who writes what waits in a cache that has become too large.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Overflow {
    /// The handle, at once.
    Flushed,
    /// The table whose store it is, with its next update or the next commit: what waits goes on
    /// downstream.
    LeftToTable,
}

/// The rows of a store, shared by its handles and its table.
pub(crate) struct Access<R> {
    name: Rc<str>,
    rows: Rc<RefCell<R>>,
    overflow: Overflow,
}

impl<R> Access<R> {
    pub(crate) fn new(name: &str, rows: Rc<RefCell<R>>, overflow: Overflow) -> Self {
        Self {
            name: name.into(),
            rows,
            overflow,
        }
    }

    /// The rows, to be read: most reads use buffers of the store.
    pub(crate) fn rows(&self) -> RefMut<'_, R> {
        self.rows.borrow_mut()
    }

    /// Handles that outlive a call, such as iterations.
    pub(crate) fn shared(&self) -> Rc<RefCell<R>> {
        Rc::clone(&self.rows)
    }

    /// Writes rows on behalf of the record in hand.
    pub(crate) fn write<K, V, T>(
        &self,
        context: &mut impl StoreWriter,
        write: impl FnOnce(&mut R, Cause, &mut TaskContext) -> Result<T, StoreError>,
    ) -> Result<T, StoreError>
    where
        R: FlushTable<K, V> + TaskStore,
    {
        let timestamp = context.write_time();
        let Some(task) = context.writing_task() else {
            return Err(StoreError::ReadOnly {
                store: self.name.to_string(),
            });
        };
        let task = task.0;
        let cause = Cause {
            timestamp,
            headers: Headers::new(),
            in_hand: task.in_hand(),
        };
        let mut rows = self.rows.borrow_mut();
        let written = write(&mut rows, cause, task)?;
        if self.overflow == Overflow::Flushed && rows.is_over_budget() {
            TaskStore::flush(&mut *rows, task)?;
        }
        Ok(written)
    }
}
