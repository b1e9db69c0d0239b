//! Sessions in the order of their ends, for those that are emitted when they close.

use std::collections::BTreeSet;

use crate::codec::IsNull;
use crate::time::Timestamp;
use crate::window::Window;

/// Which sessions there are, by end, start and key.
///
/// Kafka Streams keeps such an index on disk
/// (`RocksDBTimeOrderedSessionSegmentedBytesStore`); this one is made again on restoring.
pub(crate) struct SessionsByEnd {
    sessions: BTreeSet<(i64, i64, Box<[u8]>)>,
    /// Sessions that end from here on are yet to be emitted.
    kept_from_ms: i64,
}

impl SessionsByEnd {
    pub(crate) const fn new() -> Self {
        Self {
            sessions: BTreeSet::new(),
            kept_from_ms: 0,
        }
    }

    /// Notes a session that was put, or forgets one that was deleted.
    pub(crate) fn note(&mut self, window: Window, key: &[u8], is_null: IsNull) {
        let session = (window.end.as_millis(), window.start.as_millis(), key.into());
        match is_null {
            IsNull::No => self.sessions.insert(session),
            IsNull::Yes => self.sessions.remove(&session),
        };
    }

    /// The sessions that end from `from_ms` to `to_ms`, both included.
    pub(crate) fn between(
        &self,
        from_ms: i64,
        to_ms: i64,
    ) -> impl Iterator<Item = (Window, &[u8])> {
        let time = Timestamp::from_millis;
        let first = (from_ms, i64::MIN, Box::default());
        let found = self.sessions.range(first..);
        let found = found.take_while(move |(end, _, _)| *end <= to_ms);
        found.map(move |(end, start, key)| (Window::new(time(*start), time(*end)), &**key))
    }

    /// The latest end of a session that is yet to be emitted.
    pub(crate) fn last_end_ms(&self) -> Option<i64> {
        let last_ms = self.sessions.last().map(|(end_ms, _, _)| *end_ms);
        last_ms.filter(|&last_ms| last_ms >= self.kept_from_ms)
    }

    /// Sessions that end up to here were emitted.
    pub(crate) fn emitted_to(&mut self, to_ms: i64) {
        self.kept_from_ms = self.kept_from_ms.max(to_ms.saturating_add(1));
    }

    pub(crate) const fn kept_from_ms(&self) -> i64 {
        self.kept_from_ms
    }

    /// Forgets the sessions that ended before this time.
    pub(crate) fn expire(&mut self, before_ms: i64) {
        let live = self
            .sessions
            .split_off(&(before_ms, i64::MIN, Box::default()));
        self.sessions = live;
    }
}
