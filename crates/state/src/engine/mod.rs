//! Engines: ordered maps of bytes, the ground that every store stands on.

mod memory;

pub use memory::Memory;

use std::borrow::Cow;
use std::fmt;
use std::ops::Bound;

use crate::StateError;

/// Which way a scan goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From the smallest key up.
    Forward,
    /// From the largest key down.
    Reverse,
}

/// Keys between two bounds, in the order of unsigned bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KeyRange<'a> {
    /// Where it begins.
    pub from: Bound<&'a [u8]>,
    /// Where it ends.
    pub to: Bound<&'a [u8]>,
}

impl<'a> KeyRange<'a> {
    /// Every key.
    pub const ALL: KeyRange<'static> = KeyRange {
        from: Bound::Unbounded,
        to: Bound::Unbounded,
    };

    /// Keys from `from` to `to`, both included.
    pub const fn inclusive(from: &'a [u8], to: &'a [u8]) -> Self {
        Self {
            from: Bound::Included(from),
            to: Bound::Included(to),
        }
    }

    /// Keys from `from`, included, to `to`, excluded.
    pub const fn half_open(from: &'a [u8], to: &'a [u8]) -> Self {
        Self {
            from: Bound::Included(from),
            to: Bound::Excluded(to),
        }
    }

    /// Whether no key can lie in it.
    pub fn is_empty(&self) -> bool {
        match (self.from, self.to) {
            (Bound::Included(from), Bound::Included(to)) => from > to,
            (
                Bound::Included(from) | Bound::Excluded(from),
                Bound::Included(to) | Bound::Excluded(to),
            ) => from >= to,
            _ => false,
        }
    }

    pub(crate) const fn bounds(&self) -> (Bound<&'a [u8]>, Bound<&'a [u8]>) {
        (self.from, self.to)
    }
}

/// A position in a scan: stands on an entry until it is advanced past the last.
pub trait Cursor {
    /// The entry it stands on; `None` at the end.
    fn entry(&self) -> Option<(&[u8], &[u8])>;

    /// Goes to the next entry.
    ///
    /// # Errors
    /// If the engine fails.
    fn advance(&mut self) -> Result<(), StateError>;
}

impl fmt::Debug for dyn Cursor + '_ {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cursor").finish_non_exhaustive()
    }
}

/// An ordered map of bytes.
pub trait Engine: fmt::Debug + Send + Sync {
    /// The value of a key.
    ///
    /// # Errors
    /// If the engine fails.
    fn get(&self, key: &[u8]) -> Result<Option<Cow<'_, [u8]>>, StateError>;

    /// Sets the value of a key.
    ///
    /// # Errors
    /// If the engine fails.
    fn put(&mut self, key: &[u8], value: &[u8]) -> Result<(), StateError>;

    /// Removes a key, if it is there.
    ///
    /// # Errors
    /// If the engine fails.
    fn delete(&mut self, key: &[u8]) -> Result<(), StateError>;

    /// Removes every key of a range.
    ///
    /// # Errors
    /// If the engine fails.
    fn delete_range(&mut self, range: KeyRange<'_>) -> Result<(), StateError>;

    /// The entries of a range, in order.
    ///
    /// # Errors
    /// If the engine fails.
    fn scan<'s>(
        &'s self,
        range: KeyRange<'_>,
        direction: Direction,
    ) -> Result<Box<dyn Cursor + 's>, StateError>;

    /// About how many entries there are.
    fn approximate_len(&self) -> u64;
}
