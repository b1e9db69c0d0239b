//! The write-back cache: the newest values of recently used keys, and which are still to be
//! written.
//!
//! Facts from apache/kafka `NamedCache`: dirty keys leave in the order of their last update,
//! clean ones by least recent use, and evicting one dirty key means writing all of them.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use hashbrown::HashMap;

use super::budget::CacheBudget;
use super::order::Order;
use crate::engine::{Direction, KeyRange};

/// What an entry costs beside its bytes: slot, links and index.
const ENTRY_OVERHEAD_BYTES: usize = 136;

/// How often a cache is scanned in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scans {
    /// Hardly ever: keys are sorted when it happens.
    Rare,
    /// For each record, as sessions and sliding windows do: keys are kept in order.
    Frequent,
}

/// A cached value: `None` is a deletion yet to be written.
struct Entry<C> {
    key: Arc<[u8]>,
    value: Option<Vec<u8>>,
    /// What caused the write; `None` once it is written.
    dirty: Option<C>,
}

/// A write-back cache; `C` says what caused a write and comes out again with it.
pub(super) struct WriteCache<C> {
    budget: CacheBudget,
    slots: Vec<Option<Entry<C>>>,
    free: Vec<usize>,
    by_key: HashMap<Arc<[u8]>, usize>,
    in_order: Option<BTreeMap<Arc<[u8]>, usize>>,
    recency: Order,
    writes: Order,
}

/// A key with its cached value; a deletion is `None`.
pub(super) type CachedEntry<'c> = (&'c [u8], Option<&'c [u8]>);

/// Where an entry lies, until the cache is changed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slot(usize);

impl<C> WriteCache<C> {
    pub(super) fn new(budget: CacheBudget, scans: Scans) -> Self {
        Self {
            budget,
            slots: Vec::new(),
            free: Vec::new(),
            by_key: HashMap::new(),
            in_order: (scans == Scans::Frequent).then(BTreeMap::new),
            recency: Order::default(),
            writes: Order::default(),
        }
    }

    pub(super) fn is_over_budget(&self) -> bool {
        self.budget.is_exceeded() && !self.by_key.is_empty()
    }

    /// The slot of a key, which is the most recently used from now on.
    pub(super) fn find(&mut self, key: &[u8]) -> Option<Slot> {
        let slot = *self.by_key.get(key)?;
        self.recency.touch(slot);
        Some(Slot(slot))
    }

    /// The value in a slot that was just found; a deletion is `None`.
    pub(super) fn value(&self, slot: Slot) -> Option<&[u8]> {
        self.slots.get(slot.0)?.as_ref()?.value.as_deref()
    }

    /// Sets a value that is still to be written.
    pub(super) fn write(&mut self, key: &[u8], value: Option<&[u8]>, cause: C) {
        let slot = self.set(key, value, Some(cause));
        self.writes.touch(slot);
    }

    /// Keeps a value that was read.
    pub(super) fn keep(&mut self, key: &[u8], value: &[u8]) -> Slot {
        Slot(self.set(key, Some(value), None))
    }

    /// Marks the earliest write as done and gives it out.
    pub(super) fn next_write(&mut self) -> Option<(CachedEntry<'_>, C)> {
        let slot = self.writes.first()?;
        self.writes.remove(slot);
        let entry = self.slots.get_mut(slot)?.as_mut()?;
        let cause = entry.dirty.take()?;
        Some(((&entry.key, entry.value.as_deref()), cause))
    }

    /// Lets go of what was least recently used until the budget is kept, or a write is still to
    /// be done.
    pub(super) fn evict_clean(&mut self) {
        while self.is_over_budget() {
            let Some(slot) = self.recency.first() else {
                return;
            };
            let is_dirty = |entry: &Entry<C>| entry.dirty.is_some();
            if self
                .slots
                .get(slot)
                .and_then(Option::as_ref)
                .is_some_and(is_dirty)
            {
                return;
            }
            self.forget(slot);
        }
    }

    /// The entries of a range in order; deletions are `None`.
    pub(super) fn scan(
        &self,
        range: KeyRange<'_>,
        direction: Direction,
    ) -> Box<dyn Iterator<Item = CachedEntry<'_>> + '_> {
        if range.is_empty() {
            return Box::new(std::iter::empty());
        }
        let slots: Box<dyn Iterator<Item = usize>> = match (&self.in_order, direction) {
            (Some(keys), Direction::Forward) => {
                Box::new(keys.range::<[u8], _>(range.bounds()).map(|(_, slot)| *slot))
            }
            (Some(keys), Direction::Reverse) => Box::new(
                keys.range::<[u8], _>(range.bounds())
                    .rev()
                    .map(|(_, slot)| *slot),
            ),
            (None, _) => Box::new(self.sorted(range, direction).into_iter()),
        };
        Box::new(slots.filter_map(|slot| {
            let entry = self.slots.get(slot)?.as_ref()?;
            Some((&*entry.key, entry.value.as_deref()))
        }))
    }

    fn sorted(&self, range: KeyRange<'_>, direction: Direction) -> Vec<usize> {
        use std::ops::RangeBounds as _;
        let bounds = range.bounds();
        let held = self.by_key.iter();
        let mut found: Vec<(&Arc<[u8]>, usize)> = held
            .filter(|(key, _)| bounds.contains(&***key))
            .map(|(key, slot)| (key, *slot))
            .collect();
        found.sort_unstable();
        if direction == Direction::Reverse {
            found.reverse();
        }
        found.into_iter().map(|(_, slot)| slot).collect()
    }

    fn set(&mut self, key: &[u8], value: Option<&[u8]>, dirty: Option<C>) -> usize {
        let length = value.map_or(0, <[u8]>::len);
        if let Some(&slot) = self.by_key.get(key) {
            self.recency.touch(slot);
            if let Some(Some(entry)) = self.slots.get_mut(slot) {
                self.budget.take(length);
                self.budget
                    .give_back(entry.value.as_ref().map_or(0, Vec::len));
                match (&mut entry.value, value) {
                    // The common case: the place of the old bytes is used again.
                    (Some(held), Some(value)) => {
                        held.clear();
                        held.extend_from_slice(value);
                    }
                    (held, value) => *held = value.map(<[u8]>::to_vec),
                }
                entry.dirty = dirty;
            }
            return slot;
        }
        let key: Arc<[u8]> = key.into();
        self.budget.take(ENTRY_OVERHEAD_BYTES + key.len() + length);
        let entry = Some(Entry {
            key: Arc::clone(&key),
            value: value.map(<[u8]>::to_vec),
            dirty,
        });
        let slot = self.free.pop().unwrap_or(self.slots.len());
        match self.slots.get_mut(slot) {
            Some(place) => *place = entry,
            None => self.slots.push(entry),
        }
        if let Some(keys) = &mut self.in_order {
            keys.insert(Arc::clone(&key), slot);
        }
        self.by_key.insert(key, slot);
        self.recency.touch(slot);
        slot
    }

    fn forget(&mut self, slot: usize) {
        self.recency.remove(slot);
        self.writes.remove(slot);
        let Some(entry) = self.slots.get_mut(slot).and_then(Option::take) else {
            return;
        };
        let length = entry.value.as_ref().map_or(0, Vec::len);
        self.budget
            .give_back(ENTRY_OVERHEAD_BYTES + entry.key.len() + length);
        self.by_key.remove(&entry.key);
        if let Some(keys) = &mut self.in_order {
            keys.remove(&entry.key);
        }
        self.free.push(slot);
    }
}

impl<C> Drop for WriteCache<C> {
    fn drop(&mut self) {
        for entry in self.slots.iter().flatten() {
            let length = entry.value.as_ref().map_or(0, Vec::len);
            self.budget
                .give_back(ENTRY_OVERHEAD_BYTES + entry.key.len() + length);
        }
    }
}

impl<C> fmt::Debug for WriteCache<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WriteCache")
            .field("entries", &self.by_key.len())
            .field("budget", &self.budget)
            .finish_non_exhaustive()
    }
}
