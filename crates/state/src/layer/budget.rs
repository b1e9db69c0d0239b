//! How many bytes the caches of a task may hold together.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// A budget that several caches draw on (`statestore.cache.max.bytes`). Clones share it.
#[derive(Clone, Debug)]
pub struct CacheBudget {
    bytes_max: usize,
    used: Arc<AtomicUsize>,
}

impl CacheBudget {
    /// A budget of so many bytes; with none there are no caches.
    pub fn new(bytes_max: usize) -> Self {
        Self {
            bytes_max,
            used: Arc::default(),
        }
    }

    /// Whether there is nothing to draw on.
    pub const fn is_empty(&self) -> bool {
        self.bytes_max == 0
    }

    /// How many bytes are held.
    pub fn used(&self) -> usize {
        self.used.load(Ordering::Relaxed)
    }

    /// Whether more is held than allowed.
    pub fn is_exceeded(&self) -> bool {
        self.used() > self.bytes_max
    }

    pub(super) fn take(&self, bytes: usize) {
        self.used.fetch_add(bytes, Ordering::Relaxed);
    }

    pub(super) fn give_back(&self, bytes: usize) {
        self.used.fetch_sub(bytes, Ordering::Relaxed);
    }
}
