//! A store as its task sees it: to be flushed, restored, shown.

use std::any::Any;
use std::cell::RefCell;
use std::rc::Rc;

use super::{StoreContent, StoreError};
use crate::processor::TaskContext;
use crate::time::Timestamp;

/// One record of a changelog, to be put back into its store.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RestoreRecord<'a> {
    pub(crate) key: &'a [u8],
    pub(crate) value: Option<&'a [u8]>,
    pub(crate) timestamp: Timestamp,
}

/// What every store can do, whatever it holds.
pub(crate) trait TaskStore {
    /// Deletes the rows that have died, telling nobody.
    fn expire(&mut self, task: &mut TaskContext) -> Result<(), StoreError> {
        let _ = task;
        Ok(())
    }

    /// Writes what waits in the cache, telling nobody.
    fn flush(&mut self, task: &mut TaskContext) -> Result<(), StoreError>;

    /// Puts a record of the changelog back.
    fn restore(&mut self, record: &RestoreRecord<'_>) -> Result<(), StoreError>;

    /// Everything it holds.
    fn content(&self) -> Result<StoreContent, StoreError>;
}

/// A store that was opened for a task: the same one, typed and untyped.
pub(crate) struct OpenStore {
    pub(crate) store: Rc<RefCell<dyn TaskStore>>,
    /// `Rc<RefCell<T>>` of the same store.
    typed: Box<dyn Any>,
}

impl OpenStore {
    pub(crate) fn new<T: TaskStore + 'static>(store: T) -> Self {
        let store = Rc::new(RefCell::new(store));
        Self {
            store: Rc::clone(&store) as _,
            typed: Box::new(store),
        }
    }

    /// The store as what it is; `None` if it is something else.
    pub(crate) fn typed<T: 'static>(&self) -> Option<Rc<RefCell<T>>> {
        self.typed.downcast_ref::<Rc<RefCell<T>>>().map(Rc::clone)
    }
}
