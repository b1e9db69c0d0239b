//! What operators keep beside the committed positions of their task.

use std::collections::BTreeMap;

/// Times that operators keep beside the committed positions of their task, by the names of their
/// stores: up to when results of closed windows were passed on.
///
/// Semantics: `org.apache.kafka.streams.processor.internals.ProcessorMetadata`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProcessorMetadata {
    times_ms: BTreeMap<String, i64>,
}

impl ProcessorMetadata {
    /// Whether nothing is kept.
    pub fn is_empty(&self) -> bool {
        self.times_ms.is_empty()
    }

    /// All times in milliseconds, with the names of the stores.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, i64)> {
        let times = self.times_ms.iter();
        times.map(|(store, &time_ms)| (store.as_str(), time_ms))
    }

    /// The time kept for a store, in milliseconds.
    pub fn get(&self, store: &str) -> Option<i64> {
        self.times_ms.get(store).copied()
    }

    /// Takes over what another knows; of two times for one store the later counts.
    pub fn merge(&mut self, other: &Self) {
        for (store, time_ms) in other.iter() {
            if self.get(store).is_none_or(|known_ms| known_ms < time_ms) {
                self.set(store, time_ms);
            }
        }
    }

    /// Keeps a time; only the first one for a store allocates.
    pub(crate) fn set(&mut self, store: &str, time_ms: i64) {
        match self.times_ms.get_mut(store) {
            Some(known_ms) => *known_ms = time_ms,
            None => {
                self.times_ms.insert(store.to_owned(), time_ms);
            }
        }
    }
}

impl FromIterator<(String, i64)> for ProcessorMetadata {
    fn from_iter<I: IntoIterator<Item = (String, i64)>>(times_ms: I) -> Self {
        Self {
            times_ms: times_ms.into_iter().collect(),
        }
    }
}
