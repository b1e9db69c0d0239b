//! A buffer of values that wait, in the order of their times.
//!
//! Facts from apache/kafka `InMemoryTimeOrderedKeyValueChangeBuffer` and `BufferValue`.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// What Kafka Streams counts for the time of an entry.
const TIME_BYTES: u64 = 8;

/// What caused a value to wait; it counts towards the size of the buffer.
pub trait Footprint {
    /// How many bytes it counts for.
    fn footprint_bytes(&self) -> u64;
}

/// The value that a key had before the newest update.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Old {
    /// The same bytes as before the first update, held once.
    AsPrior,
    Other(Option<Box<[u8]>>),
}

/// The newest update of a key that waits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Buffered<C> {
    prior: Option<Box<[u8]>>,
    old: Old,
    new: Option<Box<[u8]>>,
    /// What caused the update.
    pub cause: C,
}

impl<C> Buffered<C> {
    /// An update; `prior` is the value before the first update that waited.
    pub fn new(prior: Option<&[u8]>, old: Option<&[u8]>, new: Option<&[u8]>, cause: C) -> Self {
        Self {
            prior: prior.map(Into::into),
            old: if old == prior {
                Old::AsPrior
            } else {
                Old::Other(old.map(Into::into))
            },
            new: new.map(Into::into),
            cause,
        }
    }

    /// The value before the first update that waits: what was last passed on.
    pub fn prior(&self) -> Option<&[u8]> {
        self.prior.as_deref()
    }

    /// The value before this update.
    pub fn old(&self) -> Option<&[u8]> {
        match &self.old {
            Old::AsPrior => self.prior(),
            Old::Other(old) => old.as_deref(),
        }
    }

    /// The value from now on; `None` is a deletion.
    pub fn new_value(&self) -> Option<&[u8]> {
        self.new.as_deref()
    }
}

impl<C: Footprint> Buffered<C> {
    fn bytes(&self, key: &[u8]) -> u64 {
        let length = |value: &Option<Box<[u8]>>| value.as_ref().map_or(0, |value| value.len());
        let old = match &self.old {
            Old::AsPrior => 0,
            Old::Other(old) => length(old),
        };
        let values = key.len() + length(&self.prior) + old + length(&self.new);
        TIME_BYTES + values as u64 + self.cause.footprint_bytes()
    }
}

/// An entry of a buffer.
#[derive(Debug)]
pub struct Waiting<'b, C> {
    /// Since when, by the clock of whoever put it there, its key waits.
    pub time_ms: i64,
    /// Its key.
    pub key: &'b [u8],
    /// Its newest update.
    pub update: &'b Buffered<C>,
}

/// Updates that wait, at most one per key, the earliest first; equal times by key.
///
/// A key keeps its place: later updates replace the value, not the time.
#[derive(Debug)]
pub struct TimeOrdered<C> {
    time_of: HashMap<Arc<[u8]>, i64>,
    waiting: BTreeMap<(i64, Arc<[u8]>), Buffered<C>>,
    /// Keys that were put or removed since they were last logged.
    changed: BTreeSet<Arc<[u8]>>,
    bytes: u64,
}

impl<C> Default for TimeOrdered<C> {
    fn default() -> Self {
        Self {
            time_of: HashMap::new(),
            waiting: BTreeMap::new(),
            changed: BTreeSet::new(),
            bytes: 0,
        }
    }
}

impl<C: Footprint> TimeOrdered<C> {
    /// An empty buffer.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets an update wait. `old` is the value before it; if its key does not wait yet, that is
    /// also what was last passed on.
    pub fn put(
        &mut self,
        time_ms: i64,
        key: &[u8],
        old: Option<&[u8]>,
        new: Option<&[u8]>,
        cause: C,
    ) {
        let prior = match self.get(key) {
            Some(waiting) => waiting.prior().map(<[u8]>::to_vec),
            None => old.map(<[u8]>::to_vec),
        };
        let update = Buffered::new(prior.as_deref(), old, new, cause);
        let key = self.insert(time_ms, key, update);
        self.changed.insert(key);
    }

    /// Puts an update of the changelog back.
    pub fn restore(&mut self, time_ms: i64, key: &[u8], update: Buffered<C>) {
        self.insert(time_ms, key, update);
    }

    /// Removes a key that the changelog says has left.
    pub fn restore_removal(&mut self, key: &[u8]) {
        self.take(key);
    }

    /// The entry that leaves first.
    pub fn first(&self) -> Option<Waiting<'_, C>> {
        self.iter().next()
    }

    /// Removes the entry that leaves first.
    pub fn remove_first(&mut self) {
        let first = self.waiting.keys().next();
        if let Some(key) = first.map(|(_, key)| Arc::clone(key)) {
            self.take(&key);
            self.changed.insert(key);
        }
    }

    /// The update of a key that waits.
    pub fn get(&self, key: &[u8]) -> Option<&Buffered<C>> {
        let (key, time) = self.time_of.get_key_value(key)?;
        self.waiting.get(&(*time, Arc::clone(key)))
    }

    /// All entries, in the order in which they leave.
    pub fn iter(&self) -> impl Iterator<Item = Waiting<'_, C>> {
        self.waiting.iter().map(|((time, key), update)| Waiting {
            time_ms: *time,
            key,
            update,
        })
    }

    /// Gives `log` each key that changed since the last call, with what waits of it: nothing, if
    /// it has left.
    pub fn log_changes(&mut self, mut log: impl FnMut(&[u8], Option<Waiting<'_, C>>)) {
        for key in std::mem::take(&mut self.changed) {
            let waiting = self.time_of.get(&key).and_then(|&time_ms| {
                let update = self.waiting.get(&(time_ms, Arc::clone(&key)))?;
                Some(Waiting {
                    time_ms,
                    key: &key,
                    update,
                })
            });
            log(&key, waiting);
        }
    }

    /// Forgets what changed, for a buffer without a changelog.
    pub fn forget_changes(&mut self) {
        self.changed.clear();
    }

    /// How many keys wait.
    pub fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// How many bytes wait, by Kafka Streams' count.
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The time of the entry that leaves first.
    pub fn min_time_ms(&self) -> Option<i64> {
        self.first().map(|first| first.time_ms)
    }

    fn insert(&mut self, time_ms: i64, key: &[u8], update: Buffered<C>) -> Arc<[u8]> {
        let (key, time_ms) = if let Some((key, time_ms)) = self.time_of.get_key_value(key) {
            (Arc::clone(key), *time_ms)
        } else {
            let key: Arc<[u8]> = key.into();
            self.time_of.insert(Arc::clone(&key), time_ms);
            (key, time_ms)
        };
        self.bytes += update.bytes(&key);
        let place = (time_ms, Arc::clone(&key));
        if let Some(replaced) = self.waiting.insert(place, update) {
            self.bytes -= replaced.bytes(&key);
        }
        key
    }

    fn take(&mut self, key: &[u8]) {
        let Some((key, time_ms)) = self.time_of.remove_entry(key) else {
            return;
        };
        let place = (time_ms, key);
        if let Some(taken) = self.waiting.remove(&place) {
            self.bytes -= taken.bytes(&place.1);
        }
    }
}
