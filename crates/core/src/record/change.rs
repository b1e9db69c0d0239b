//! What flows out of a table: the new value of a key, with the old one where it is asked for.

use crate::time::Timestamp;

/// A value with the time it holds from.
///
/// Semantics: `org.apache.kafka.streams.state.ValueAndTimestamp`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamped<V> {
    /// The value.
    pub value: V,
    /// Since when it holds: the largest timestamp of the records it was made of.
    pub timestamp: Timestamp,
}

impl<V> Stamped<V> {
    /// A value at a time.
    pub const fn new(value: V, timestamp: Timestamp) -> Self {
        Self { value, timestamp }
    }

    /// Another value at the same time.
    pub fn map<V2>(self, map: impl FnOnce(V) -> V2) -> Stamped<V2> {
        Stamped::new(map(self.value), self.timestamp)
    }
}

/// An update of a table's row.
///
/// Semantics: `org.apache.kafka.streams.kstream.internals.Change`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Change<V> {
    /// The value from now on; `None` deletes the row.
    pub new: Option<V>,
    /// The value before, if somebody downstream needs it and there was one.
    pub old: Option<V>,
    /// Whether the new value is the newest by time; only a versioned table has others.
    pub is_latest: bool,
}

impl<V> Change<V> {
    /// An update of the newest value.
    pub const fn new(new: Option<V>, old: Option<V>) -> Self {
        Self {
            new,
            old,
            is_latest: true,
        }
    }

    /// The same update without its old value, where it is not asked for.
    #[must_use]
    pub fn with_old_if(self, wanted: bool) -> Self {
        Self {
            old: self.old.filter(|_| wanted),
            ..self
        }
    }
}
