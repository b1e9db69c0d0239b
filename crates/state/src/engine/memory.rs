//! The engine in memory, which is also the model that every other engine must equal.

use std::borrow::Cow;
use std::collections::{BTreeMap, btree_map};

use super::{Cursor, Direction, Engine, KeyRange};
use crate::StateError;

/// An ordered map in memory.
#[derive(Debug, Default)]
pub struct Memory {
    entries: BTreeMap<Box<[u8]>, Box<[u8]>>,
}

impl Memory {
    /// An empty map.
    pub fn new() -> Self {
        Self::default()
    }
}

impl Engine for Memory {
    fn get(&self, key: &[u8]) -> Result<Option<Cow<'_, [u8]>>, StateError> {
        Ok(self.entries.get(key).map(|value| Cow::Borrowed(&**value)))
    }

    fn put(&mut self, key: &[u8], value: &[u8]) -> Result<(), StateError> {
        match self.entries.get_mut(key) {
            // Counters keep their length: their bytes are overwritten where they lie.
            Some(held) if held.len() == value.len() => held.copy_from_slice(value),
            Some(held) => *held = value.into(),
            None => {
                self.entries.insert(key.into(), value.into());
            }
        }
        Ok(())
    }

    fn delete(&mut self, key: &[u8]) -> Result<(), StateError> {
        self.entries.remove(key);
        Ok(())
    }

    fn delete_range(&mut self, range: KeyRange<'_>) -> Result<(), StateError> {
        if range.is_empty() {
            return Ok(());
        }
        let doomed: Vec<Box<[u8]>> = self
            .entries
            .range::<[u8], _>(range.bounds())
            .map(|(key, _)| key.clone())
            .collect();
        for key in doomed {
            self.entries.remove(&key);
        }
        Ok(())
    }

    fn scan<'s>(
        &'s self,
        range: KeyRange<'_>,
        direction: Direction,
    ) -> Result<Box<dyn Cursor + 's>, StateError> {
        let range = if range.is_empty() {
            btree_map::Range::default()
        } else {
            self.entries.range::<[u8], _>(range.bounds())
        };
        let mut cursor = MemoryCursor {
            range,
            direction,
            entry: None,
        };
        cursor.advance()?;
        Ok(Box::new(cursor))
    }

    fn approximate_len(&self) -> u64 {
        self.entries.len() as u64
    }
}

struct MemoryCursor<'s> {
    range: btree_map::Range<'s, Box<[u8]>, Box<[u8]>>,
    direction: Direction,
    entry: Option<(&'s [u8], &'s [u8])>,
}

impl Cursor for MemoryCursor<'_> {
    fn entry(&self) -> Option<(&[u8], &[u8])> {
        self.entry
    }

    fn advance(&mut self) -> Result<(), StateError> {
        let next = match self.direction {
            Direction::Forward => self.range.next(),
            Direction::Reverse => self.range.next_back(),
        };
        self.entry = next.map(|(key, value)| (&**key, &**value));
        Ok(())
    }
}
