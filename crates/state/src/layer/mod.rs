//! What a write goes through: the cache, then the changelog and the engine together.

mod budget;
mod cache;
mod merge;
mod order;
mod row;
#[cfg(test)]
mod tests;

pub use budget::CacheBudget;
pub use cache::Scans;

use std::borrow::Cow;
use std::fmt;

use crate::StateError;
use crate::engine::{Cursor, Direction, Engine, KeyRange};
use cache::WriteCache;
use merge::Merged;

/// Takes each write that reaches the engine, to log it.
pub trait Changelog<C> {
    /// Logs the new value of a key; `None` is its deletion.
    fn log(&mut self, key: &[u8], value: Option<&[u8]>, cause: &C);
}

/// When a flush reads the value that the engine held before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadOld {
    /// Always: somebody downstream needs it.
    Always,
    /// Only for deletions: one of what was never written is not passed on.
    OfDeletions,
    /// Never: nobody is told.
    Never,
}

/// Whether two values of a key are the same, whatever else differs between them.
pub type Same = fn(&[u8], &[u8]) -> bool;

/// An engine with, optionally, a write-back cache above it.
///
/// `C` says what caused a write; it is kept with a cached value and handed on when that is
/// written. Semantics: `CachingKeyValueStore` and kin over `ChangeLoggingKeyValueBytesStore`.
pub struct Layered<C> {
    cache: Option<WriteCache<C>>,
    engine: Box<dyn Engine>,
    same: Option<Same>,
}

impl<C> Layered<C> {
    /// An engine whose writes go through at once.
    pub fn direct(engine: Box<dyn Engine>) -> Self {
        Self {
            cache: None,
            engine,
            same: None,
        }
    }

    /// An engine below a cache that draws on this budget.
    pub fn cached(engine: Box<dyn Engine>, budget: CacheBudget, scans: Scans) -> Self {
        Self {
            cache: Some(WriteCache::new(budget, scans)),
            engine,
            same: None,
        }
    }

    /// Lets the engine keep what it has where a cached value is the same when it is flushed.
    #[must_use]
    pub fn keeping_same(self, same: Same) -> Self {
        Self {
            same: Some(same),
            ..self
        }
    }

    /// Whether writes wait in a cache.
    pub const fn is_cached(&self) -> bool {
        self.cache.is_some()
    }

    /// The newest value of a key.
    ///
    /// # Errors
    /// If the engine fails.
    pub fn get(&mut self, key: &[u8]) -> Result<Option<Cow<'_, [u8]>>, StateError> {
        let Some(cache) = &mut self.cache else {
            return self.engine.get(key);
        };
        let slot = if let Some(slot) = cache.find(key) {
            slot
        } else {
            // Room is made first, so that the value itself is not what leaves. What waits to be
            // written may leave none: then what is read is not kept.
            cache.evict_clean();
            if cache.is_over_budget() {
                return self.engine.get(key);
            }
            match self.engine.get(key)? {
                None => return Ok(None),
                Some(value) => cache.keep(key, &value),
            }
        };
        Ok(cache.value(slot).map(Cow::Borrowed))
    }

    /// As [`get`](Self::get), for somebody who acts on the value before it is written: if it is
    /// deleted before that, the deletion is passed on.
    ///
    /// # Errors
    /// If the engine fails.
    pub fn get_shown(&mut self, key: &[u8]) -> Result<Option<Cow<'_, [u8]>>, StateError> {
        if let Some(cache) = &mut self.cache {
            cache.show(key);
        }
        self.get(key)
    }

    /// The value that the cache holds of a key; it is not looked for in the engine.
    pub fn get_cached(&mut self, key: &[u8]) -> Option<&[u8]> {
        let cache = self.cache.as_mut()?;
        let slot = cache.find(key)?;
        cache.value(slot)
    }

    /// Sets the value of a key, or deletes it. Below a cache the write waits for a flush.
    ///
    /// # Errors
    /// If the engine fails.
    pub fn put(
        &mut self,
        key: &[u8],
        value: Option<&[u8]>,
        cause: C,
        log: &mut dyn Changelog<C>,
    ) -> Result<(), StateError> {
        match &mut self.cache {
            Some(cache) => {
                cache.write(key, value, cause);
                cache.evict_clean();
                Ok(())
            }
            None => write_through(&mut *self.engine, key, value, &cause, log),
        }
    }

    /// Whether the cache holds more than its budget, so that it has to be flushed.
    pub fn is_over_budget(&self) -> bool {
        self.cache.as_ref().is_some_and(WriteCache::is_over_budget)
    }

    /// Writes the waiting entry that was updated first, and gives it to `read` with the value
    /// the engine held before, where that was asked for. `None` when nothing waits.
    ///
    /// A deletion of what the engine never held is passed over where deletions are read, unless
    /// it was shown to somebody while it waited.
    ///
    /// # Errors
    /// If the engine fails.
    pub fn flush_next<R>(
        &mut self,
        old: ReadOld,
        log: &mut dyn Changelog<C>,
        read: impl FnOnce(&[u8], Option<&[u8]>, Option<&[u8]>, C) -> R,
    ) -> Result<Option<R>, StateError> {
        self.flush_next_where(|_| true, old, log, read)
    }

    /// As [`flush_next`](Self::flush_next), in a store that shows only some of its keys: what
    /// it does not show counts as never held.
    ///
    /// # Errors
    /// If the engine fails.
    pub fn flush_next_where<R>(
        &mut self,
        is_shown: impl Fn(&[u8]) -> bool,
        old: ReadOld,
        log: &mut dyn Changelog<C>,
        read: impl FnOnce(&[u8], Option<&[u8]>, Option<&[u8]>, C) -> R,
    ) -> Result<Option<R>, StateError> {
        let Some(cache) = &mut self.cache else {
            return Ok(None);
        };
        while let Some(write) = cache.next_write() {
            let (key, value, cause) = (write.key, write.value, write.cause);
            let is_news = write.was_shown;
            let reads = match old {
                ReadOld::Always => true,
                ReadOld::OfDeletions => value.is_none(),
                ReadOld::Never => false,
            };
            let before = if (reads || self.same.is_some()) && is_shown(key) {
                self.engine.get(key)?.map(Cow::into_owned)
            } else {
                None
            };
            if reads && value.is_none() && before.is_none() && !is_news {
                continue;
            }
            if let (Some(same), Some(value), Some(before)) = (self.same, value, &before)
                && same(value, before)
            {
                // The cache may not know better than the engine.
                let key = key.to_vec();
                cache.keep(&key, before);
                continue;
            }
            write_through(&mut *self.engine, key, value, &cause, log)?;
            return Ok(Some(read(key, value, before.as_deref(), cause)));
        }
        cache.evict_clean();
        Ok(None)
    }

    /// The entries of a range in order, the newest values of them.
    ///
    /// # Errors
    /// If the engine fails.
    pub fn scan(
        &self,
        range: KeyRange<'_>,
        direction: Direction,
    ) -> Result<Box<dyn Cursor + '_>, StateError> {
        self.scan_apart(range, range, direction)
    }

    /// As [`scan`](Self::scan), over one range of what is cached and another of what lies below:
    /// a store that hides expired keys hides only those that were written.
    ///
    /// # Errors
    /// If the engine fails.
    pub fn scan_apart(
        &self,
        cached: KeyRange<'_>,
        stored: KeyRange<'_>,
        direction: Direction,
    ) -> Result<Box<dyn Cursor + '_>, StateError> {
        let stored = self.engine.scan(stored, direction)?;
        Ok(match &self.cache {
            None => stored,
            Some(cache) => {
                let mut cached = cache.scan(cached, direction).peekable();
                if cached.peek().is_none() {
                    return Ok(stored);
                }
                Box::new(Merged::new(cached, stored, direction)?)
            }
        })
    }

    /// The engine, past the cache: for restoring and for dropping what has expired.
    pub fn engine_mut(&mut self) -> &mut dyn Engine {
        &mut *self.engine
    }

    /// The engine, past the cache.
    pub fn engine(&self) -> &dyn Engine {
        &*self.engine
    }
}

fn write_through<C>(
    engine: &mut dyn Engine,
    key: &[u8],
    value: Option<&[u8]>,
    cause: &C,
    log: &mut dyn Changelog<C>,
) -> Result<(), StateError> {
    match value {
        Some(value) => engine.put(key, value)?,
        None => engine.delete(key)?,
    }
    log.log(key, value, cause);
    Ok(())
}

impl<C> fmt::Debug for Layered<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Layered")
            .field("cache", &self.cache)
            .field("engine", &self.engine)
            .finish_non_exhaustive()
    }
}
