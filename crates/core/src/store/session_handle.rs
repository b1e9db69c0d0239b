//! Session stores as processors work with them.

use std::fmt;

use super::access::Access;
use super::{PutSession, SessionRows, StoreError};
use crate::processor::StoreWriter;
use crate::time::Timestamp;
use crate::window::Window;

/// A session store of the processor's task: values by key and session, kept for the store's
/// retention. Handles share the store.
///
/// Semantics: `org.apache.kafka.streams.state.SessionStore`.
pub struct SessionStore<K, V> {
    rows: Access<SessionRows<K, V>>,
}

impl<K: 'static, V: 'static> SessionStore<K, V> {
    pub(crate) const fn new(rows: Access<SessionRows<K, V>>) -> Self {
        Self { rows }
    }

    /// The value of one session of a key.
    ///
    /// # Errors
    /// If the store cannot be read, or its bytes are not what the codec reads.
    pub fn get(&self, key: &K, session: Window) -> Result<Option<V>, StoreError> {
        self.rows.rows().get(key, session)
    }

    /// Sets the value of a session; `None` removes it. A session that ended before the store's
    /// retention is dropped and counted.
    ///
    /// # Errors
    /// If the store cannot be written, or a codec refuses the key or value.
    pub fn put(
        &self,
        key: &K,
        session: Window,
        value: Option<&V>,
        context: &mut impl StoreWriter,
    ) -> Result<(), StoreError> {
        self.rows.write(context, |rows, cause, task| {
            if rows.put(key, session, value, cause, task)? == PutSession::Expired {
                task.drop_record("its session is older than the store keeps");
            }
            Ok(())
        })
    }

    /// Removes a session, and gives the value it had.
    ///
    /// # Errors
    /// As [`put`](Self::put).
    pub fn remove(
        &self,
        key: &K,
        session: Window,
        context: &mut impl StoreWriter,
    ) -> Result<Option<V>, StoreError> {
        let held = self.get(key, session)?;
        self.put(key, session, None, context)?;
        Ok(held)
    }

    /// The sessions of a key that end at `earliest_end` or later and begin at `latest_start` or
    /// earlier, by their ends: those that a session between these times would be merged with.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub fn find(
        &self,
        key: &K,
        earliest_end: Timestamp,
        latest_start: Timestamp,
    ) -> Result<Vec<(Window, V)>, StoreError> {
        let mut found = Vec::new();
        let (end_ms, start_ms) = (earliest_end.as_millis(), latest_start.as_millis());
        self.rows
            .rows()
            .visit_key(key, end_ms, start_ms, |session, value| {
                found.push((session, value));
            })?;
        Ok(found)
    }

    /// All sessions of a key, by their ends.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub fn fetch(&self, key: &K) -> Result<Vec<(Window, V)>, StoreError> {
        let time = Timestamp::from_millis;
        self.find(key, time(0), time(i64::MAX))
    }
}

impl<K, V> fmt::Debug for SessionStore<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionStore").finish_non_exhaustive()
    }
}
