//! The windows of a store by the time they close, so that an emission reads closed ones only.

use headwater_state::StateError;
use headwater_state::engine::{Direction, Engine, KeyRange, Memory};

/// Bytes of a window's start before its key. Starts are not negative, so they sort as bytes.
const START_BYTES: usize = 8;

/// Windows that were not emitted yet, by start, then by key: `start(8) ‖ key`, without values.
///
/// All windows of a store have one size, so they close in the order of their starts.
#[derive(Debug)]
pub(super) struct ClosingWindows {
    engine: Box<dyn Engine>,
    /// Kept between calls, so that an entry that is there already costs no allocation.
    entry: Vec<u8>,
    /// Windows that begin up to here were emitted before the task was made: after a restart
    /// operators observe time anew, so that late records may reach them again.
    emitted_ms: i64,
}

impl ClosingWindows {
    pub(super) fn new() -> Self {
        Self {
            engine: Box::new(Memory::new()),
            entry: Vec::new(),
            emitted_ms: i64::MIN,
        }
    }

    pub(super) fn set_emitted(&mut self, start_ms: i64) {
        self.emitted_ms = start_ms;
    }

    pub(super) fn add(&mut self, start_ms: i64, key: &[u8]) -> Result<(), StateError> {
        if start_ms <= self.emitted_ms {
            return Ok(());
        }
        self.set_entry(start_ms, key);
        self.engine.put(&self.entry, &[])
    }

    pub(super) fn remove(&mut self, start_ms: i64, key: &[u8]) -> Result<(), StateError> {
        self.set_entry(start_ms, key);
        self.engine.delete(&self.entry)
    }

    /// Start of the window that closes next.
    pub(super) fn first_start_ms(&self) -> Result<Option<i64>, StateError> {
        let cursor = self.engine.scan(KeyRange::ALL, Direction::Forward)?;
        Ok(cursor.entry().and_then(|(entry, _)| start_of(entry)))
    }

    /// Start of the window that closes last.
    pub(super) fn last_start_ms(&self) -> Result<Option<i64>, StateError> {
        let cursor = self.engine.scan(KeyRange::ALL, Direction::Reverse)?;
        Ok(cursor.entry().and_then(|(entry, _)| start_of(entry)))
    }

    /// Takes out the window that closes next, if it starts by then: its start and key.
    pub(super) fn take_first(&mut self, until_ms: i64) -> Result<Option<(i64, &[u8])>, StateError> {
        let first = {
            let cursor = self.engine.scan(KeyRange::ALL, Direction::Forward)?;
            cursor.entry().and_then(|(entry, _)| {
                let start_ms = start_of(entry).filter(|&start_ms| start_ms <= until_ms)?;
                self.entry.clear();
                self.entry.extend_from_slice(entry);
                Some(start_ms)
            })
        };
        let Some(start_ms) = first else {
            return Ok(None);
        };
        self.engine.delete(&self.entry)?;
        let key = self.entry.get(START_BYTES..).unwrap_or_default();
        Ok(Some((start_ms, key)))
    }

    fn set_entry(&mut self, start_ms: i64, key: &[u8]) {
        self.entry.clear();
        self.entry.extend_from_slice(&start_ms.to_be_bytes());
        self.entry.extend_from_slice(key);
    }
}

fn start_of(entry: &[u8]) -> Option<i64> {
    entry
        .first_chunk::<START_BYTES>()
        .map(|start| i64::from_be_bytes(*start))
}
