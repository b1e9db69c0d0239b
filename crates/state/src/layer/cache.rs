//! The write-back cache: the newest values of recently used keys, and which are still to be
//! written.
//!
//! Facts from apache/kafka `NamedCache`: dirty keys leave in the order of their last update,
//! clean ones by least recent use, and evicting one dirty key means writing all of them.

use std::collections::{BTreeMap, btree_map};
use std::fmt;
use std::hash::BuildHasher as _;
use std::iter::Rev;

use hashbrown::{DefaultHashBuilder, HashTable};

use super::budget::CacheBudget;
use super::order::Order;
use super::row::Row;
use crate::engine::{Direction, KeyRange};

/// No slot.
const NONE: usize = usize::MAX;

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

/// A cached row.
struct Entry<C> {
    row: Row,
    /// Whether there is a value; a deletion yet to be written has none.
    has_value: bool,
    /// What caused the write; `None` once it is written.
    dirty: Option<C>,
    /// Whether the value was shown to somebody while it waited: its deletion is news to them.
    was_shown: bool,
    /// The slot that was looked up after this one, as far as is known.
    next: usize,
}

impl<C> Entry<C> {
    fn key(&self) -> &[u8] {
        self.row.key()
    }

    fn value(&self) -> Option<&[u8]> {
        self.has_value.then(|| self.row.value())
    }
}

/// A write-back cache; `C` says what caused a write and comes out again with it.
///
/// A key is mostly looked up right after the one that it followed the last time: a row is read
/// and then written, and a record that lies in thirty windows comes by all of them in order. So
/// the slot of the last lookup is tried first, then the slot that followed it, and only then is
/// the key hashed. Both guesses are checked against the bytes of the key.
pub(super) struct WriteCache<C> {
    budget: CacheBudget,
    slots: Vec<Option<Entry<C>>>,
    free: Vec<usize>,
    /// Slots by the hashes of their keys.
    by_key: HashTable<usize>,
    hashing: DefaultHashBuilder,
    in_order: Option<BTreeMap<Box<[u8]>, usize>>,
    recency: Order,
    writes: Order,
    /// The slot of the last lookup.
    last: usize,
}

/// A key with its cached value; a deletion is `None`.
pub(super) type CachedEntry<'c> = (&'c [u8], Option<&'c [u8]>);

/// A write that is done now.
pub(super) struct Write<'c, C> {
    pub(super) key: &'c [u8],
    pub(super) value: Option<&'c [u8]>,
    pub(super) cause: C,
    pub(super) was_shown: bool,
}

/// Where an entry lies, until the cache is changed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slot(usize);

impl<C> WriteCache<C> {
    pub(super) fn new(budget: CacheBudget, scans: Scans) -> Self {
        Self {
            budget,
            slots: Vec::new(),
            free: Vec::new(),
            by_key: HashTable::new(),
            hashing: DefaultHashBuilder::default(),
            in_order: (scans == Scans::Frequent).then(BTreeMap::new),
            recency: Order::default(),
            writes: Order::default(),
            last: NONE,
        }
    }

    pub(super) fn is_over_budget(&self) -> bool {
        self.budget.is_exceeded() && !self.by_key.is_empty()
    }

    /// The slot of a key, which is the most recently used from now on.
    pub(super) fn find(&mut self, key: &[u8]) -> Option<Slot> {
        let slot = self.locate(key)?;
        self.recency.touch(slot);
        Some(Slot(slot))
    }

    /// The value in a slot that was just found; a deletion is `None`.
    pub(super) fn value(&self, slot: Slot) -> Option<&[u8]> {
        self.entry(slot.0)?.value()
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

    /// Notes that the value of a key is shown to somebody, if it waits to be written.
    pub(super) fn show(&mut self, key: &[u8]) {
        let Some(slot) = self.locate(key) else {
            return;
        };
        if let Some(Some(entry)) = self.slots.get_mut(slot) {
            entry.was_shown |= entry.dirty.is_some() && entry.has_value;
        }
    }

    /// Marks the earliest write as done and gives it out.
    pub(super) fn next_write(&mut self) -> Option<Write<'_, C>> {
        let slot = self.writes.first()?;
        self.writes.remove(slot);
        let entry = self.slots.get_mut(slot)?.as_mut()?;
        let cause = entry.dirty.take()?;
        let was_shown = std::mem::take(&mut entry.was_shown);
        Some(Write {
            key: entry.key(),
            value: entry.value(),
            cause,
            was_shown,
        })
    }

    /// Lets go of what was least recently used until the budget is kept, or a write is still to
    /// be done.
    pub(super) fn evict_clean(&mut self) {
        while self.is_over_budget() {
            let Some(slot) = self.recency.first() else {
                return;
            };
            let is_dirty = |entry: &Entry<C>| entry.dirty.is_some();
            if self.entry(slot).is_some_and(is_dirty) {
                return;
            }
            self.forget(slot);
        }
    }

    /// The entries of a range in order; deletions are `None`.
    pub(super) fn scan(&self, range: KeyRange<'_>, direction: Direction) -> CachedEntries<'_, C> {
        let slots = match (&self.in_order, direction) {
            _ if range.is_empty() => SlotsInOrder::Forward(btree_map::Range::default()),
            (Some(keys), Direction::Forward) => {
                SlotsInOrder::Forward(keys.range::<[u8], _>(range.bounds()))
            }
            (Some(keys), Direction::Reverse) => {
                SlotsInOrder::Reverse(keys.range::<[u8], _>(range.bounds()).rev())
            }
            (None, _) => SlotsInOrder::Sorted(self.sorted(range, direction).into_iter()),
        };
        CachedEntries { cache: self, slots }
    }

    fn sorted(&self, range: KeyRange<'_>, direction: Direction) -> Vec<usize> {
        use std::ops::RangeBounds as _;
        let bounds = range.bounds();
        let held = self.by_key.iter();
        let mut found: Vec<(&[u8], usize)> = held
            .filter_map(|&slot| Some((self.entry(slot)?.key(), slot)))
            .filter(|(key, _)| bounds.contains(*key))
            .collect();
        found.sort_unstable();
        if direction == Direction::Reverse {
            found.reverse();
        }
        found.into_iter().map(|(_, slot)| slot).collect()
    }

    fn entry(&self, slot: usize) -> Option<&Entry<C>> {
        self.slots.get(slot)?.as_ref()
    }

    /// The slot of a key: a guess that holds, or what its hash leads to.
    fn locate(&mut self, key: &[u8]) -> Option<usize> {
        if let Some(last) = self.entry(self.last) {
            if last.key() == key {
                return Some(self.last);
            }
            let next = last.next;
            if self.entry(next).is_some_and(|next| next.key() == key) {
                self.last = next;
                return Some(next);
            }
        }
        let hash = self.hashing.hash_one(key);
        let is_key = |&slot: &usize| self.entry(slot).is_some_and(|entry| entry.key() == key);
        let slot = *self.by_key.find(hash, is_key)?;
        self.follow(slot);
        Some(slot)
    }

    /// Remembers that this slot was looked up after the last one.
    fn follow(&mut self, slot: usize) {
        if let Some(Some(last)) = self.slots.get_mut(self.last) {
            last.next = slot;
        }
        self.last = slot;
    }

    fn set(&mut self, key: &[u8], value: Option<&[u8]>, dirty: Option<C>) -> usize {
        let length = value.map_or(0, <[u8]>::len);
        let Some(slot) = self.locate(key) else {
            return self.add(key, value, dirty);
        };
        self.recency.touch(slot);
        if let Some(Some(entry)) = self.slots.get_mut(slot) {
            let held = entry.row.value().len();
            // Shared by all threads, so it is left alone where nothing changes.
            if length > held {
                self.budget.take(length - held);
            } else if length < held {
                self.budget.give_back(held - length);
            }
            entry.row.set_value(value.unwrap_or_default());
            entry.has_value = value.is_some();
            entry.dirty = dirty;
        }
        slot
    }

    /// Adds an entry of a key that has none.
    fn add(&mut self, key: &[u8], value: Option<&[u8]>, dirty: Option<C>) -> usize {
        let length = value.map_or(0, <[u8]>::len);
        self.budget.take(ENTRY_OVERHEAD_BYTES + key.len() + length);
        let entry = Some(Entry {
            row: Row::new(key, value.unwrap_or_default()),
            has_value: value.is_some(),
            dirty,
            was_shown: false,
            next: NONE,
        });
        let slot = self.free.pop().unwrap_or(self.slots.len());
        match self.slots.get_mut(slot) {
            Some(place) => *place = entry,
            None => self.slots.push(entry),
        }
        if let Some(keys) = &mut self.in_order {
            keys.insert(key.into(), slot);
        }
        let (slots, hashing) = (&self.slots, &self.hashing);
        let hash_of = |&slot: &usize| {
            let held = slots.get(slot).and_then(Option::as_ref);
            held.map_or(0, |entry| hashing.hash_one(entry.key()))
        };
        self.by_key
            .insert_unique(hashing.hash_one(key), slot, hash_of);
        self.recency.touch(slot);
        self.follow(slot);
        slot
    }

    fn forget(&mut self, slot: usize) {
        self.recency.remove(slot);
        self.writes.remove(slot);
        let Some(entry) = self.slots.get_mut(slot).and_then(Option::take) else {
            return;
        };
        self.budget
            .give_back(ENTRY_OVERHEAD_BYTES + entry.row.len());
        let hash = self.hashing.hash_one(entry.key());
        if let Ok(held) = self.by_key.find_entry(hash, |&held| held == slot) {
            held.remove();
        }
        if let Some(keys) = &mut self.in_order {
            keys.remove(entry.key());
        }
        self.free.push(slot);
    }
}

impl<C> Drop for WriteCache<C> {
    fn drop(&mut self) {
        for entry in self.slots.iter().flatten() {
            self.budget
                .give_back(ENTRY_OVERHEAD_BYTES + entry.row.len());
        }
    }
}

/// The slots of a range, in order.
enum SlotsInOrder<'c> {
    Forward(btree_map::Range<'c, Box<[u8]>, usize>),
    Reverse(Rev<btree_map::Range<'c, Box<[u8]>, usize>>),
    Sorted(std::vec::IntoIter<usize>),
}

/// The entries of a range, in order.
pub(super) struct CachedEntries<'c, C> {
    cache: &'c WriteCache<C>,
    slots: SlotsInOrder<'c>,
}

impl<'c, C> Iterator for CachedEntries<'c, C> {
    type Item = CachedEntry<'c>;

    fn next(&mut self) -> Option<Self::Item> {
        let slot = match &mut self.slots {
            SlotsInOrder::Forward(range) => *range.next()?.1,
            SlotsInOrder::Reverse(range) => *range.next()?.1,
            SlotsInOrder::Sorted(slots) => slots.next()?,
        };
        let entry = self.cache.entry(slot)?;
        Some((entry.key(), entry.value()))
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
