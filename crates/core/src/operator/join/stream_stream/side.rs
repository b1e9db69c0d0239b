//! Joins each record of one side with those of the other side.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use headwater_state::engine::Direction;

use super::Joiner;
use super::unjoined::Unjoined;
use crate::codec::SharedCodec;
use crate::failure::{Failure, Step};
use crate::operator::idle::CloseOpen;
use crate::operator::stopped::Stopped;
use crate::processor::{InHand, Sink, TaskContext};
use crate::record::{Headers, Record};
use crate::store::{Cause, JoinSide, LeftOrRight, Visit, WindowRows};
use crate::time::Timestamp;
use crate::window::JoinWindows;

/// What differs between the two sides of a join.
pub(super) trait Side<L, R>: 'static {
    type This: 'static;
    type Other: 'static;
    const OTHER: JoinSide;

    /// The windows as records of this side see them.
    fn windows(windows: JoinWindows) -> JoinWindows;

    fn value(this: &Self::This) -> LeftOrRight<&L, &R>;

    fn join<K, O>(
        joiner: &Joiner<K, L, R, O>,
        key: &K,
        this: &Self::This,
        other: Option<&Self::Other>,
    ) -> Result<O, Failure>;
}

pub(super) struct LeftSide;

impl<L: 'static, R: 'static> Side<L, R> for LeftSide {
    type This = L;
    type Other = R;
    const OTHER: JoinSide = JoinSide::Right;

    fn windows(windows: JoinWindows) -> JoinWindows {
        windows
    }

    fn value(this: &L) -> LeftOrRight<&L, &R> {
        LeftOrRight::Left(this)
    }

    fn join<K, O>(
        joiner: &Joiner<K, L, R, O>,
        key: &K,
        this: &L,
        other: Option<&R>,
    ) -> Result<O, Failure> {
        joiner(key, Some(this), other)
    }
}

pub(super) struct RightSide;

impl<L: 'static, R: 'static> Side<L, R> for RightSide {
    type This = R;
    type Other = L;
    const OTHER: JoinSide = JoinSide::Left;

    fn windows(windows: JoinWindows) -> JoinWindows {
        windows.reversed()
    }

    fn value(this: &R) -> LeftOrRight<&L, &R> {
        LeftOrRight::Right(this)
    }

    fn join<K, O>(
        joiner: &Joiner<K, L, R, O>,
        key: &K,
        this: &R,
        other: Option<&L>,
    ) -> Result<O, Failure> {
        joiner(key, other, Some(this))
    }
}

/// Whether records of a side have a result when they have no partner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Alone {
    NoResult,
    Result,
}

/// One side of a join.
///
/// Semantics: `KStreamKStreamJoin`.
pub(super) struct JoinRecords<S: Side<L, R>, K, L, R, O> {
    pub(super) joiner: Arc<Joiner<K, L, R, O>>,
    pub(super) key: SharedCodec<K>,
    pub(super) value: SharedCodec<S::This>,
    /// As this side sees them.
    pub(super) windows: JoinWindows,
    pub(super) alone: Alone,
    /// The same of the other side.
    pub(super) others_alone: Alone,
    pub(super) partners: Rc<RefCell<WindowRows<K, S::Other>>>,
    /// Shared by both sides.
    pub(super) unjoined: Rc<RefCell<Unjoined<K, L, R>>>,
    pub(super) name: String,
    pub(super) next: Box<dyn Sink<K, O>>,
}

impl<S, K, L, R, O> Sink<K, S::This> for JoinRecords<S, K, L, R, O>
where
    S: Side<L, R>,
    K: Clone + 'static,
    L: 'static,
    R: 'static,
    O: 'static,
{
    fn push(&mut self, record: Record<K, S::This>, task: &mut TaskContext) -> Step {
        match self.join(record, task) {
            Ok(()) => Ok(()),
            Err(stopped) => stopped.settle(&self.name, task),
        }
    }
}

impl<S, K, L, R, O> CloseOpen for JoinRecords<S, K, L, R, O>
where
    S: Side<L, R>,
    K: Clone + 'static,
    L: 'static,
    R: 'static,
    O: 'static,
{
    fn close_open(&mut self, task: &mut TaskContext) -> Step {
        let closed = self.unjoined.borrow_mut().close_open();
        let closed = match closed {
            Ok(Some(timestamp)) => {
                let cause = Cause {
                    timestamp,
                    headers: Headers::new(),
                    in_hand: task.in_hand(),
                };
                self.emit_past(&cause, task)
            }
            Ok(None) => Ok(()),
            Err(error) => Err(error.into()),
        };
        closed.or_else(|stopped| stopped.settle(&self.name, task))
    }
}

impl<S, K, L, R, O> JoinRecords<S, K, L, R, O>
where
    S: Side<L, R>,
    K: Clone + 'static,
    L: 'static,
    R: 'static,
    O: 'static,
{
    fn join(&mut self, record: Record<K, S::This>, task: &mut TaskContext) -> Result<(), Stopped> {
        let at_ms = record.timestamp.as_millis();
        self.unjoined.borrow_mut().observe(at_ms);
        let (no_key, no_value) = (
            self.key.is_null(&record.key),
            self.value.is_null(&record.value),
        );
        if no_key && !no_value && self.alone == Alone::Result {
            return self.forward_alone(record, task);
        }
        if no_key || no_value {
            task.drop_record("it has no key or no value, and a join needs both");
            return Ok(());
        }
        self.emit_closed(&record, task)?;
        let until_ms = at_ms.saturating_add(self.windows.after_ms).max(0);
        let has_partner = self.join_partners(&record, until_ms, task)?;
        if has_partner || self.alone == Alone::NoResult {
            return Ok(());
        }
        if self.unjoined.borrow().is_past(until_ms) {
            return self.forward_alone(record, task);
        }
        let cause = task.cause(&record);
        let (key, value) = (&record.key, S::value(&record.value));
        let mut unjoined = self.unjoined.borrow_mut();
        unjoined.wait(key, record.timestamp, value, cause, task)?;
        Ok(())
    }

    /// Passes on the records of both sides that wait for a partner, and by the time of this
    /// record can have none any more.
    fn emit_closed(
        &mut self,
        record: &Record<K, S::This>,
        task: &mut TaskContext,
    ) -> Result<(), Stopped> {
        let at_ms = record.timestamp.as_millis();
        let windows = self.windows;
        let mut unjoined = self.unjoined.borrow_mut();
        if !unjoined.is_due(at_ms, windows.after_ms, task.wall_clock())? {
            return Ok(());
        }
        let cause = task.cause(record);
        drop(unjoined);
        self.emit_past(&cause, task)
    }

    /// Passes on the records of both sides that can have no partner any more.
    fn emit_past(&mut self, cause: &Cause, task: &mut TaskContext) -> Result<(), Stopped> {
        let mut unjoined = self.unjoined.borrow_mut();
        let (joiner, next, name) = (&self.joiner, &mut self.next, &self.name);
        unjoined.emit(cause, task, |key, value, at, task| {
            let value = match &value {
                LeftOrRight::Left(left) => joiner(&key, Some(left), None),
                LeftOrRight::Right(right) => joiner(&key, None, Some(right)),
            };
            let value = match value {
                Ok(value) => value,
                // The record in hand is not to blame, and what waits behind goes on.
                Err(failure) => return Ok(settle_alone(name, failure, task)?),
            };
            let result = Record {
                key,
                value,
                timestamp: at,
                // Results that come late carry the headers of the record that lets them out.
                headers: cause.headers.clone(),
            };
            Ok(next.push(result, task)?)
        })
    }

    /// Joins a record with all its partners, by their times; says whether it has any.
    fn join_partners(
        &mut self,
        record: &Record<K, S::This>,
        until_ms: i64,
        task: &mut TaskContext,
    ) -> Result<bool, Stopped> {
        let at_ms = record.timestamp.as_millis();
        // A partner that was passed on without this record is not joined again.
        let open_ms = match self.others_alone {
            Alone::Result => self.unjoined.borrow().open_from_ms(S::OTHER),
            Alone::NoResult => 0,
        };
        let from_ms = at_ms.saturating_sub(self.windows.before_ms);
        let from_ms = from_ms.max(open_ms).max(0);
        let (joiner, unjoined, next) = (&*self.joiner, &self.unjoined, &mut self.next);
        let mut has_partner = false;
        let mut outcome = Ok(());
        let mut join = |partner_ms: i64, partner: S::Other| -> Result<(), Stopped> {
            let partner_at = Timestamp::from_millis(partner_ms);
            {
                let cause = |task: &TaskContext| -> Cause { task.cause(record) };
                let unjoined = unjoined.borrow();
                unjoined.found_partner(&record.key, partner_at, S::OTHER, cause, task)?;
            }
            let value = S::join(joiner, &record.key, &record.value, Some(&partner))?;
            let result = Record {
                // A record may have many partners, and each result has the key and the headers.
                key: record.key.clone(),
                value,
                timestamp: record.timestamp.max(partner_at),
                headers: record.headers.clone(),
            };
            Ok(next.push(result, task)?)
        };
        // What comes after a join never writes to its stores, so they may be held meanwhile.
        let mut partners = self.partners.borrow_mut();
        let direction = Direction::Forward;
        partners.visit_key(
            &record.key,
            from_ms,
            until_ms,
            direction,
            |start_ms, row| {
                has_partner = true;
                outcome = join(start_ms, row.value);
                if outcome.is_ok() {
                    Visit::GoOn
                } else {
                    Visit::Stop
                }
            },
        )?;
        outcome.map(|()| has_partner)
    }

    fn forward_alone(
        &mut self,
        record: Record<K, S::This>,
        task: &mut TaskContext,
    ) -> Result<(), Stopped> {
        let value = S::join(&*self.joiner, &record.key, &record.value, None)?;
        Ok(self.next.push(record.with_value(value), task)?)
    }
}

/// Settles the failure of a record that waited, whose place in its topic is not known any more.
#[cold]
fn settle_alone(node: &str, failure: Failure, task: &mut TaskContext) -> Step {
    let in_hand = task.swap_in_hand(InHand::default());
    let settled = task.settle_failure(node, failure);
    task.swap_in_hand(in_hand);
    settled
}
