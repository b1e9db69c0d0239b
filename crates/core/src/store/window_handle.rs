//! Window stores as processors work with them.

use std::cell::RefCell;
use std::fmt;
use std::ops::ControlFlow;
use std::rc::Rc;

use headwater_state::engine::Direction;

use super::{Cause, FlushTable as _, PutWindow, StoreError, TaskStore as _, Visit, WindowRows};
use crate::processor::StoreWriter;
use crate::record::Headers;
use crate::time::Timestamp;

type Rows<K, V> = Rc<RefCell<WindowRows<K, V>>>;

/// A window store of the processor's task: values by key and start of a window, kept for the
/// store's retention. Handles share the store.
///
/// Semantics: `org.apache.kafka.streams.state.WindowStore`.
pub struct WindowStore<K, V> {
    rows: Rows<K, V>,
}

impl<K: 'static, V: 'static> WindowStore<K, V> {
    pub(crate) const fn new(rows: Rows<K, V>) -> Self {
        Self { rows }
    }

    /// The value of a key in the window that begins then.
    ///
    /// # Errors
    /// If the store cannot be read, or its bytes are not what the codec reads.
    pub fn get(&self, key: &K, start: Timestamp) -> Result<Option<V>, StoreError> {
        let found = self.rows.borrow_mut().get(key, start.as_millis())?;
        Ok(found.map(|found| found.value))
    }

    /// Sets the value of a key in the window that begins then; `None` removes it. A window older
    /// than the store's retention is dropped and counted.
    ///
    /// # Errors
    /// If the store cannot be written, or a codec refuses the key or value.
    pub fn put(
        &self,
        key: &K,
        value: Option<&V>,
        start: Timestamp,
        context: &mut impl StoreWriter,
    ) -> Result<(), StoreError> {
        let timestamp = context.write_time();
        let task = context.writing_task().0;
        let cause = Cause {
            timestamp,
            headers: Headers::new(),
            in_hand: task.in_hand(),
        };
        let mut rows = self.rows.borrow_mut();
        let start_ms = start.as_millis();
        if rows.put(key, start_ms, value, timestamp, cause, task)? == PutWindow::Expired {
            task.drop_record("its window is older than the store keeps");
        }
        if rows.is_over_budget() {
            rows.flush(task)?;
        }
        Ok(())
    }

    /// The values of a key in the windows that begin from `from` to `to`, both included, by
    /// their starts.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub fn fetch(
        &self,
        key: &K,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<(Timestamp, V)>, StoreError> {
        self.fetched(key, from, to, Direction::Forward)
    }

    /// As [`fetch`](Self::fetch), the latest first.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub fn fetch_reverse(
        &self,
        key: &K,
        from: Timestamp,
        to: Timestamp,
    ) -> Result<Vec<(Timestamp, V)>, StoreError> {
        self.fetched(key, from, to, Direction::Reverse)
    }

    /// Shows `visit` the values of all keys in the windows that begin from `from` to `to`, both
    /// included, until it breaks. The store must not be written meanwhile.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub fn visit_all(
        &self,
        from: Timestamp,
        to: Timestamp,
        mut visit: impl FnMut(K, Timestamp, V) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        let rows = self.rows.borrow();
        let mut failed = None;
        rows.visit_all(from.as_millis(), to.as_millis(), |key, start_ms, found| {
            let key = match rows.decode_key(key) {
                Ok(key) => key,
                Err(error) => {
                    failed = Some(error);
                    return Visit::Stop;
                }
            };
            match visit(key, Timestamp::from_millis(start_ms), found.value) {
                ControlFlow::Continue(()) => Visit::GoOn,
                ControlFlow::Break(()) => Visit::Stop,
            }
        })?;
        failed.map_or(Ok(()), Err)
    }

    fn fetched(
        &self,
        key: &K,
        from: Timestamp,
        to: Timestamp,
        direction: Direction,
    ) -> Result<Vec<(Timestamp, V)>, StoreError> {
        let mut found = Vec::new();
        let mut rows = self.rows.borrow_mut();
        let (from, to) = (from.as_millis(), to.as_millis());
        rows.visit_key(key, from, to, direction, |start_ms, row| {
            found.push((Timestamp::from_millis(start_ms), row.value));
            Visit::GoOn
        })?;
        Ok(found)
    }
}

impl<K, V> fmt::Debug for WindowStore<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WindowStore").finish_non_exhaustive()
    }
}
