//! Which rows of a key-value store may have died, by the last moment of their lives.

use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;
use std::sync::Arc;

use crate::dsl::Ttl;
use crate::processor::TaskTimes;
use crate::time::Timestamp;

/// One entry per key, which comes due when the row would die as it was when the entry was made.
/// A row that was updated meanwhile gets another entry only then: an update costs a look-up, and
/// allocates only for a new key. The store fills it again when it is restored.
pub(super) struct Expiry {
    ttl: Ttl,
    times: Rc<TaskTimes>,
    by_time: BTreeSet<(i64, Arc<[u8]>)>,
    by_key: HashMap<Arc<[u8]>, i64>,
}

impl Expiry {
    pub(super) fn new(ttl: Ttl, times: Rc<TaskTimes>) -> Self {
        Self {
            ttl,
            times,
            by_time: BTreeSet::new(),
            by_key: HashMap::new(),
        }
    }

    /// The time by which rows die.
    pub(super) fn now(&self) -> Timestamp {
        self.times.now(self.ttl.clock)
    }

    /// The last moment of a row of this time.
    pub(super) fn last_ms(&self, timestamp: Timestamp) -> i64 {
        self.ttl.last_ms(timestamp)
    }

    /// Whether a row of this time is dead.
    pub(super) fn is_dead(&self, timestamp: Timestamp) -> bool {
        self.last_ms(timestamp) < self.now().as_millis()
    }

    /// Notes a row that was put. An older timestamp than before brings its end forward.
    pub(super) fn note(&mut self, key: &[u8], timestamp: Timestamp) {
        let last_ms = self.last_ms(timestamp);
        match self.by_key.get_mut(key) {
            Some(noted_ms) if *noted_ms <= last_ms => {}
            Some(noted_ms) => {
                let key: Arc<[u8]> = key.into();
                self.by_time.remove(&(*noted_ms, Arc::clone(&key)));
                *noted_ms = last_ms;
                self.by_time.insert((last_ms, key));
            }
            None => {
                let key: Arc<[u8]> = key.into();
                self.by_time.insert((last_ms, Arc::clone(&key)));
                self.by_key.insert(key, last_ms);
            }
        }
    }

    /// Whether an entry is due.
    pub(super) fn is_due(&self) -> bool {
        let first = self.by_time.first();
        first.is_some_and(|(last_ms, _)| *last_ms < self.now().as_millis())
    }

    /// Takes out the entry that is due first.
    pub(super) fn take_due(&mut self) -> Option<Arc<[u8]>> {
        if !self.is_due() {
            return None;
        }
        let (_, key) = self.by_time.pop_first()?;
        self.by_key.remove(&key);
        Some(key)
    }
}
