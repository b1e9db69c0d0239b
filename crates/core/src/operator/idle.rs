//! Closing windows on an idle input: when an operator has seen no record for so long, by the wall
//! clock, what is open is closed.
//!
//! Nothing is closed between two records of a cache upstream: a punctuation notices that the
//! operator is idle and asks for a commit, which flushes what is upstream first, and only then
//! asks whether the operator is idle still.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use crate::failure::{Step, TaskFailure};
use crate::processor::{PunctuationId, PunctuationKind, Sink, TaskContext};
use crate::record::Record;
use crate::time::Timestamp;
use crate::topology::{NodeId, Punctuated, StoreName, Wired, Wiring};

/// When an operator saw its last record, by the wall clock; shared by all of its sides.
pub(crate) type LastSeen = Rc<Cell<Timestamp>>;

/// An operator with windows that can be closed before stream time says so.
pub(crate) trait CloseOpen {
    /// Closes all that is open, as if stream time had passed its end and grace.
    fn close_open(&mut self, task: &mut TaskContext) -> Step;
}

/// Whether and how soon an operator closes what is open on an idle input.
pub(crate) struct WhenIdle {
    delay: Option<Duration>,
    /// Flushed after all that is upstream of the operator.
    store: StoreName,
    seen: LastSeen,
}

impl WhenIdle {
    /// An operator that works on this store.
    pub(crate) fn new(store: &str, delay: Option<Duration>, seen: LastSeen) -> Self {
        Self {
            delay,
            store: store.to_owned(),
            seen,
        }
    }

    /// An operator whose node keeps its table in a store.
    pub(crate) fn of(wiring: &Wiring<'_>, node: NodeId, delay: Option<Duration>) -> Self {
        let store = wiring.graph().table(node).store.as_deref();
        let store = store.expect("a table in windows is kept");
        Self::new(store, delay, new_last_seen())
    }

    /// Makes the operator, watched if it is to close what is open.
    pub(crate) fn wire<K: 'static, V: 'static, S: Sink<K, V> + CloseOpen + 'static>(
        self,
        wiring: &mut Wiring<'_>,
        make: impl FnOnce(&mut Wiring<'_>) -> S,
    ) -> Wired {
        let Self { delay, store, seen } = self;
        let Some(delay) = delay else {
            return Wired::new::<K, V>(Box::new(make(wiring)));
        };
        let node = wiring.punctuated(|wiring, owner| Watch {
            operator: make(wiring),
            owner,
            // A delay of nothing would be over before its record is.
            delay: delay.max(Duration::from_millis(1)),
            seen: Rc::clone(&seen),
            closed: None,
            scheduled: None,
        });
        let closing = Rc::clone(&node);
        wiring.before_flush(&store, move |task| closing.borrow_mut().close_if_idle(task));
        let next: Box<dyn Sink<K, V>> = Box::new(Watched(node));
        Wired::new::<K, V>(Box::new(Noted { seen, next }))
    }
}

/// Nothing was seen yet.
pub(crate) fn new_last_seen() -> LastSeen {
    Rc::new(Cell::new(Timestamp::UNKNOWN))
}

/// An operator that closes what is open when its input is idle.
struct Watch<S> {
    operator: S,
    owner: usize,
    delay: Duration,
    seen: LastSeen,
    /// The last record before which all was closed.
    closed: Option<Timestamp>,
    scheduled: Option<PunctuationId>,
}

/// Notes when records come by.
pub(crate) struct Noted<K, V> {
    pub(crate) seen: LastSeen,
    pub(crate) next: Box<dyn Sink<K, V>>,
}

impl<K, V> Sink<K, V> for Noted<K, V> {
    fn push(&mut self, record: Record<K, V>, task: &mut TaskContext) -> Step {
        // The clock stands still during a slice: this is a copy, not a look at it.
        self.seen.set(task.wall_clock());
        self.next.push(record, task)
    }
}

/// The chain pushes into the operator and the task punctuates it, so both hold it.
struct Watched<S>(Rc<RefCell<Watch<S>>>);

impl<K, V, S: Sink<K, V>> Sink<K, V> for Watched<S> {
    fn push(&mut self, record: Record<K, V>, task: &mut TaskContext) -> Step {
        self.0.borrow_mut().operator.push(record, task)
    }
}

impl<S: CloseOpen> Watch<S> {
    /// When the operator will have been idle for long enough, if no record comes.
    fn due(&self) -> Timestamp {
        self.seen.get().saturating_add(self.delay)
    }

    fn close_if_idle(&mut self, task: &mut TaskContext) -> Step {
        let seen = self.seen.get();
        if self.closed == Some(seen) || task.wall_clock() < self.due() {
            return Ok(());
        }
        self.closed = Some(seen);
        self.operator.close_open(task)
    }

    /// Looks again when the operator may be idle: once per delay while records come.
    fn schedule(&mut self, task: &mut TaskContext) {
        let now = task.wall_clock();
        let wait_ms = self.due().as_millis().saturating_sub(now.as_millis());
        let wait = match u64::try_from(wait_ms) {
            Ok(wait_ms) if wait_ms > 0 => Duration::from_millis(wait_ms),
            _ => self.delay,
        };
        if let Some(scheduled) = self.scheduled.take() {
            task.punctuations.cancel(scheduled);
        }
        let kind = PunctuationKind::WallClock;
        self.scheduled = Some(task.punctuations.schedule(self.owner, kind, wait, now));
    }
}

impl<S: CloseOpen> Punctuated for Watch<S> {
    fn init(&mut self, task: &mut TaskContext) -> Result<(), Box<TaskFailure>> {
        self.seen.set(task.wall_clock());
        self.schedule(task);
        Ok(())
    }

    fn punctuate(
        &mut self,
        _: PunctuationId,
        now: Timestamp,
        task: &mut TaskContext,
    ) -> Result<(), Box<TaskFailure>> {
        if now >= self.due() && self.closed != Some(self.seen.get()) {
            task.request_commit();
        }
        self.schedule(task);
        Ok(())
    }

    fn close(&mut self) {}
}
