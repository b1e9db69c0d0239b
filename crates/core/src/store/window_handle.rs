//! Window stores as processors work with them.

use std::fmt;
use std::ops::ControlFlow;

use headwater_state::engine::Direction;

use super::access::Access;
use super::{PutWindow, StoreError, Visit, WindowRows};
use crate::processor::StoreWriter;
use crate::record::Stamped;
use crate::time::Timestamp;

/// How many rows a visit reads at once.
const PAGE_ROWS: usize = 256;

/// A window store of the processor's task: values by key and start of a window, kept for the
/// store's retention. Handles share the store.
///
/// Semantics: `org.apache.kafka.streams.state.WindowStore`.
pub struct WindowStore<K, V> {
    rows: Access<WindowRows<K, V>>,
}

/// A window store that keeps a timestamp with each value, as tables in windows do.
///
/// Semantics: `org.apache.kafka.streams.state.TimestampedWindowStore`.
pub struct TimestampedWindowStore<K, V> {
    rows: Access<WindowRows<K, V>>,
}

impl<K: 'static, V: 'static> WindowStore<K, V> {
    pub(crate) const fn new(rows: Access<WindowRows<K, V>>) -> Self {
        Self { rows }
    }

    /// The value of a key in the window that begins then.
    ///
    /// # Errors
    /// If the store cannot be read, or its bytes are not what the codec reads.
    pub fn get(&self, key: &K, start: Timestamp) -> Result<Option<V>, StoreError> {
        let found = self.rows.rows().get(key, start.as_millis())?;
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
        self.rows
            .put(key, value, start, Timestamp::UNKNOWN, context)
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
        let fetched = self.rows.fetch(key, from, to, Direction::Forward)?;
        Ok(without_times(fetched))
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
        let fetched = self.rows.fetch(key, from, to, Direction::Reverse)?;
        Ok(without_times(fetched))
    }

    /// Shows `visit` the values of all keys in the windows that begin from `from` to `to`, both
    /// included, until it breaks. The store must not be used meanwhile.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    ///
    /// # Panics
    /// If `visit` uses the store.
    pub fn visit_all(
        &self,
        from: Timestamp,
        to: Timestamp,
        mut visit: impl FnMut(K, Timestamp, V) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        self.rows
            .visit_all(from, to, |key, start, found| visit(key, start, found.value))
    }
}

impl<K: 'static, V: 'static> TimestampedWindowStore<K, V> {
    pub(crate) const fn new(rows: Access<WindowRows<K, V>>) -> Self {
        Self { rows }
    }

    /// The value of a key in the window that begins then, with its timestamp.
    ///
    /// # Errors
    /// If the store cannot be read, or its bytes are not what the codec reads.
    pub fn get(&self, key: &K, start: Timestamp) -> Result<Option<Stamped<V>>, StoreError> {
        self.rows.rows().get(key, start.as_millis())
    }

    /// Sets the value of a key in the window that begins then; `None` removes it. A window older
    /// than the store's retention is dropped and counted.
    ///
    /// # Errors
    /// If the store cannot be written, or a codec refuses the key or value.
    pub fn put(
        &self,
        key: &K,
        value: Option<&Stamped<V>>,
        start: Timestamp,
        context: &mut impl StoreWriter,
    ) -> Result<(), StoreError> {
        let timestamp = value.map_or(Timestamp::UNKNOWN, |value| value.timestamp);
        let value = value.map(|value| &value.value);
        self.rows.put(key, value, start, timestamp, context)
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
    ) -> Result<Vec<(Timestamp, Stamped<V>)>, StoreError> {
        self.rows.fetch(key, from, to, Direction::Forward)
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
    ) -> Result<Vec<(Timestamp, Stamped<V>)>, StoreError> {
        self.rows.fetch(key, from, to, Direction::Reverse)
    }

    /// Shows `visit` the values of all keys in the windows that begin from `from` to `to`, both
    /// included, until it breaks. The store must not be used meanwhile.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    ///
    /// # Panics
    /// If `visit` uses the store.
    pub fn visit_all(
        &self,
        from: Timestamp,
        to: Timestamp,
        visit: impl FnMut(K, Timestamp, Stamped<V>) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        self.rows.visit_all(from, to, visit)
    }
}

impl<K: 'static, V: 'static> Access<WindowRows<K, V>> {
    fn put(
        &self,
        key: &K,
        value: Option<&V>,
        start: Timestamp,
        timestamp: Timestamp,
        context: &mut impl StoreWriter,
    ) -> Result<(), StoreError> {
        let start_ms = start.as_millis();
        self.write(context, |rows, cause, task| {
            if rows.put(key, start_ms, value, timestamp, cause, task)? == PutWindow::Expired {
                task.drop_record("its window is older than the store keeps");
            }
            Ok(())
        })
    }

    fn fetch(
        &self,
        key: &K,
        from: Timestamp,
        to: Timestamp,
        direction: Direction,
    ) -> Result<Vec<(Timestamp, Stamped<V>)>, StoreError> {
        let mut found = Vec::new();
        let (from, to) = (from.as_millis(), to.as_millis());
        self.rows()
            .visit_key(key, from, to, direction, |start_ms, row| {
                found.push((Timestamp::from_millis(start_ms), row));
                Visit::GoOn
            })?;
        Ok(found)
    }

    fn visit_all(
        &self,
        from: Timestamp,
        to: Timestamp,
        mut visit: impl FnMut(K, Timestamp, Stamped<V>) -> ControlFlow<()>,
    ) -> Result<(), StoreError> {
        let times = (from.as_millis(), to.as_millis());
        let mut after: Option<Vec<u8>> = None;
        loop {
            // The store is not held while a page of it is visited: it may be read meanwhile.
            let (page, last) = self.page(after.as_deref(), times)?;
            for (key, start, row) in page {
                if visit(key, start, row).is_break() {
                    return Ok(());
                }
            }
            if last.is_none() {
                return Ok(());
            }
            after = last;
        }
    }

    /// The next rows, and the local key of the last where there may be more.
    fn page(&self, after: Option<&[u8]>, times: (i64, i64)) -> Result<Page<K, V>, StoreError> {
        let rows = self.rows();
        let (mut page, mut last, mut failed) = (Vec::new(), None, None);
        rows.visit_all(after, times, |local, found, row| {
            match rows.decode_key(found.key) {
                Ok(key) => page.push((key, Timestamp::from_millis(found.start_ms), row)),
                Err(error) => {
                    failed = Some(error);
                    return Visit::Stop;
                }
            }
            if page.len() < PAGE_ROWS {
                return Visit::GoOn;
            }
            last = Some(local.to_vec());
            Visit::Stop
        })?;
        failed.map_or(Ok((page, last)), Err)
    }
}

/// Rows with their windows' starts, and where to go on.
type Page<K, V> = (Vec<(K, Timestamp, Stamped<V>)>, Option<Vec<u8>>);

fn without_times<V>(fetched: Vec<(Timestamp, Stamped<V>)>) -> Vec<(Timestamp, V)> {
    let fetched = fetched.into_iter();
    fetched.map(|(start, row)| (start, row.value)).collect()
}

impl<K, V> fmt::Debug for WindowStore<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WindowStore").finish_non_exhaustive()
    }
}

impl<K, V> fmt::Debug for TimestampedWindowStore<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TimestampedWindowStore")
            .finish_non_exhaustive()
    }
}
