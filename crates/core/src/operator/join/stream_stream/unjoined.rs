//! What both sides of a join share: their time, and the records that have found no partner yet.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use crate::operator::idle::{LastSeen, new_last_seen};
use crate::operator::stopped::Stopped;
use crate::processor::TaskContext;
use crate::store::{Cause, JoinSide, LeftOrRight, OuterEntry, OuterRows, StoreError};
use crate::time::{Timestamp, duration_millis};
use crate::window::JoinWindows;

/// The records of a join that wait for a partner, and when they are looked through.
///
/// Semantics: `KStreamImplJoin.TimeTracker` and `KStreamKStreamJoin.emitNonJoinedOuterRecords`,
/// whose estimate of the earliest waiting record it keeps to the letter: results come out with
/// the very records that they come out with there.
pub(super) struct Unjoined<K, L, R> {
    /// `None` for an inner join, where nothing waits.
    store: Option<Rc<RefCell<OuterRows<K, L, R>>>>,
    /// As the left side sees them.
    windows: JoinWindows,
    /// Largest time of either side.
    stream_ms: i64,
    /// No record that waits is older, as far as is known.
    earliest_ms: i64,
    /// Whether that takes account of what was restored. Kafka Streams begins with an empty guess:
    /// what waited before a restart may then wait until a later record has waited its time.
    knows_restored: bool,
    /// Wall-clock time before which nothing is passed on, as looking through the store is dear.
    next_emit_ms: i64,
    emit_every_ms: i64,
    /// When either side saw its last record.
    pub(super) seen: LastSeen,
    /// Time of the join up to which all that waited was closed on an idle input.
    closed_ms: i64,
}

impl<K: 'static, L: 'static, R: 'static> Unjoined<K, L, R> {
    pub(super) fn new(
        store: Option<Rc<RefCell<OuterRows<K, L, R>>>>,
        windows: JoinWindows,
        emit_every: Duration,
    ) -> Self {
        Self {
            store,
            windows,
            stream_ms: Timestamp::UNKNOWN.as_millis(),
            earliest_ms: i64::MAX,
            knows_restored: false,
            next_emit_ms: 0,
            emit_every_ms: duration_millis(emit_every),
            seen: new_last_seen(),
            closed_ms: i64::MIN,
        }
    }

    /// Advances the time of the join.
    pub(super) fn observe(&mut self, at_ms: i64) {
        self.stream_ms = self.stream_ms.max(at_ms);
    }

    /// Whether the time of the join has passed this one.
    pub(super) const fn is_past(&self, time_ms: i64) -> bool {
        time_ms < self.stream_ms
    }

    /// Keeps a record until it finds a partner, or none can come any more.
    pub(super) fn wait(
        &mut self,
        key: &K,
        at: Timestamp,
        value: LeftOrRight<&L, &R>,
        cause: Cause,
        task: &mut TaskContext,
    ) -> Result<(), StoreError> {
        self.earliest_ms = self.earliest_ms.min(at.as_millis());
        match &self.store {
            None => Ok(()),
            Some(store) => store.borrow_mut().add(key, at, value, cause, task),
        }
    }

    /// Forgets the records of a key and time: they need not wait any more.
    pub(super) fn found_partner(
        &self,
        key: &K,
        at: Timestamp,
        side: JoinSide,
        cause: impl FnOnce(&TaskContext) -> Cause,
        task: &mut TaskContext,
    ) -> Result<(), StoreError> {
        match &self.store {
            None => Ok(()),
            Some(store) => {
                let mut store = store.borrow_mut();
                store.found_partner(key, at, side, cause, task)
            }
        }
    }

    /// Whether a record of this time, whose partners lie at most so long after it, lets records
    /// out. Only one that does not come late does, and only one in so many milliseconds of wall
    /// clock.
    pub(super) fn is_due(
        &mut self,
        at_ms: i64,
        after_ms: i64,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let Some(store) = &self.store else {
            return Ok(false);
        };
        if !self.knows_restored {
            let mut first = OuterEntry::default();
            if store.borrow().advance(&mut first)?
                && let Some((at_ms, _)) = first.at()
            {
                self.earliest_ms = self.earliest_ms.min(at_ms);
            }
            self.knows_restored = true;
        }
        if at_ms != self.stream_ms || self.is_open(after_ms) {
            return Ok(false);
        }
        let now_ms = now.as_millis();
        if now_ms < self.next_emit_ms {
            return Ok(false);
        }
        self.next_emit_ms = now_ms.saturating_add(self.emit_every_ms);
        Ok(true)
    }

    /// Advances the time of the join until no record that waits can have a partner any more;
    /// gives that time if there is one.
    pub(super) fn close_open(&mut self) -> Result<Option<Timestamp>, StoreError> {
        let Some(store) = &self.store else {
            return Ok(None);
        };
        let mut entry = OuterEntry::default();
        let mut closes_ms = None;
        while store.borrow().advance(&mut entry)? {
            let Some((at_ms, side)) = entry.at() else {
                break;
            };
            let own_ms = at_ms.saturating_add(self.after_ms(side));
            let own_ms = own_ms.saturating_add(self.windows.grace_ms);
            closes_ms = closes_ms.max(Some(own_ms.saturating_add(1)));
        }
        let Some(closes_ms) = closes_ms else {
            return Ok(None);
        };
        self.stream_ms = self.stream_ms.max(closes_ms);
        self.closed_ms = self.stream_ms;
        Ok(Some(Timestamp::from_millis(self.stream_ms)))
    }

    /// The earliest time of records of a side that were not closed on an idle input.
    pub(super) const fn open_from_ms(&self, side: JoinSide) -> i64 {
        let open_ms = self.closed_ms.saturating_sub(self.after_ms(side));
        open_ms.saturating_sub(self.windows.grace_ms)
    }

    /// Gives each record that can have no partner any more to `forward`, and removes it.
    pub(super) fn emit(
        &mut self,
        cause: &Cause,
        task: &mut TaskContext,
        mut forward: impl FnMut(
            K,
            LeftOrRight<L, R>,
            Timestamp,
            &mut TaskContext,
        ) -> Result<(), Stopped>,
    ) -> Result<(), Stopped> {
        let Some(store) = self.store.clone() else {
            return Ok(());
        };
        let mut open = Open::default();
        // Two buffers each time something may be due, not for each record.
        let (mut entry, mut emitted) = (OuterEntry::default(), Vec::new());
        self.earliest_ms = i64::MAX;
        'entries: while store.borrow().advance(&mut entry)? {
            let Some((at_ms, side)) = entry.at() else {
                break;
            };
            for value in entry.values() {
                self.earliest_ms = at_ms;
                if open.left && open.right {
                    break 'entries;
                }
                if self.is_open(self.after_ms(side)) {
                    open.set(side);
                    continue;
                }
                let (key, value) = {
                    let store = store.borrow();
                    (store.decode_key(&entry)?, store.decode_value(value)?)
                };
                forward(key, value, Timestamp::from_millis(at_ms), task)?;
                // A list is removed once all of it was passed on.
                if emitted != entry.key_bytes() {
                    remove(&store, &emitted, cause, task)?;
                    entry.key_bytes().clone_into(&mut emitted);
                }
            }
        }
        Ok(remove(&store, &emitted, cause, task)?)
    }

    /// How long after a record of this side its partners may lie.
    const fn after_ms(&self, side: JoinSide) -> i64 {
        match side {
            JoinSide::Left => self.windows.after_ms,
            JoinSide::Right => self.windows.before_ms,
        }
    }

    /// Whether the earliest record may still find a partner so long after it. When nothing waits
    /// the store is looked through too, as in Kafka Streams, whose sum wraps then.
    const fn is_open(&self, after_ms: i64) -> bool {
        let wait_ms = after_ms.saturating_add(self.windows.grace_ms);
        if self.earliest_ms == i64::MAX {
            return wait_ms <= 0;
        }
        self.earliest_ms.saturating_add(wait_ms) >= self.stream_ms
    }
}

/// The sides whose next record may still find a partner: all later ones may, too.
#[derive(Default)]
struct Open {
    left: bool,
    right: bool,
}

impl Open {
    const fn set(&mut self, side: JoinSide) {
        match side {
            JoinSide::Left => self.left = true,
            JoinSide::Right => self.right = true,
        }
    }
}

/// Removes an entry, if there is one to be removed.
fn remove<K: 'static, L: 'static, R: 'static>(
    store: &RefCell<OuterRows<K, L, R>>,
    key_bytes: &[u8],
    cause: &Cause,
    task: &mut TaskContext,
) -> Result<(), StoreError> {
    if key_bytes.is_empty() {
        return Ok(());
    }
    store.borrow_mut().remove(key_bytes, cause.clone(), task)
}
