//! One scan over a cache and the engine below it: cached values win.

use std::cmp::Ordering;
use std::iter::Peekable;

use super::cache::CachedEntries;
use crate::StateError;
use crate::engine::{Cursor, Direction};

/// Stands on the smaller of two heads; on the cached one where both have the key.
pub(super) struct Merged<'s, C> {
    cached: Peekable<CachedEntries<'s, C>>,
    stored: Box<dyn Cursor + 's>,
    direction: Direction,
    /// The cached entry it stands on; otherwise it stands on the stored one.
    on_cached: Option<(&'s [u8], &'s [u8])>,
}

impl<'s, C> Merged<'s, C> {
    pub(super) fn new(
        cached: Peekable<CachedEntries<'s, C>>,
        stored: Box<dyn Cursor + 's>,
        direction: Direction,
    ) -> Result<Self, StateError> {
        let mut merged = Self {
            cached,
            stored,
            direction,
            on_cached: None,
        };
        merged.settle()?;
        Ok(merged)
    }

    /// Finds which head is next, passing over deletions and what they hide.
    fn settle(&mut self) -> Result<(), StateError> {
        self.on_cached = None;
        while let Some(&(key, value)) = self.cached.peek() {
            match self.stored_against(key) {
                Some(Ordering::Less) => return Ok(()),
                Some(Ordering::Equal) => self.stored.advance()?,
                _ => {}
            }
            self.cached.next();
            if let Some(value) = value {
                self.on_cached = Some((key, value));
                return Ok(());
            }
        }
        Ok(())
    }

    /// Whether the stored head comes before this key.
    fn stored_against(&self, key: &[u8]) -> Option<Ordering> {
        let (stored, _) = self.stored.entry()?;
        Some(match self.direction {
            Direction::Forward => stored.cmp(key),
            Direction::Reverse => key.cmp(stored),
        })
    }
}

impl<C> Cursor for Merged<'_, C> {
    fn entry(&self) -> Option<(&[u8], &[u8])> {
        self.on_cached.or_else(|| self.stored.entry())
    }

    fn advance(&mut self) -> Result<(), StateError> {
        if self.on_cached.is_none() {
            self.stored.advance()?;
        }
        self.settle()
    }
}
