//! The updates of one side of a join of tables: each looks up the row of the other side.

use super::{Joiner, Kind};
use crate::failure::{FailedStep, Failure, Step};
use crate::processor::{Lookup, Sink, TaskContext};
use crate::record::{Change, Record, Stamped};
use crate::time::Timestamp;

/// What both sides have.
///
/// Semantics: `KTableKTableInnerJoin`, `KTableKTableLeftJoin`, `KTableKTableRightJoin` and
/// `KTableKTableOuterJoin`.
pub(super) struct Side<K, V, V2, R> {
    pub(super) joiner: Joiner<V, V2, R>,
    pub(super) name: String,
    /// Whether the table of this side has versions: of those only the newest are joined
    /// (KIP-914).
    pub(super) versioned: bool,
    pub(super) sends_old: bool,
    pub(super) next: Box<dyn Sink<K, Change<R>>>,
}

/// Takes updates of the left table.
pub(super) struct LeftSide<K, V, V2, R> {
    pub(super) side: Side<K, V, V2, R>,
    pub(super) right: Box<dyn Lookup<K, V2>>,
}

/// Takes updates of the right table.
pub(super) struct RightSide<K, V, V2, R> {
    pub(super) side: Side<K, V, V2, R>,
    pub(super) left: Box<dyn Lookup<K, V>>,
}

impl<K, V, V2, R> Side<K, V, V2, R> {
    /// Whether an update takes part at all.
    fn takes<T>(&self, change: &Change<T>, task: &mut TaskContext) -> bool {
        let takes = !self.versioned || change.is_latest;
        if !takes {
            task.drop_record(
                "it is out of order in a versioned table, and a join needs the newest",
            );
        }
        takes
    }

    /// Joins the new value and, if somebody needs it, the old one, and passes the result on, at
    /// the later of both times.
    fn join<T>(
        &mut self,
        record: Record<K, Change<T>>,
        other_time: Option<Timestamp>,
        join: impl Fn(&Joiner<V, V2, R>, Option<&T>) -> Result<Option<R>, Failure>,
        task: &mut TaskContext,
    ) -> Step {
        let change = record.value;
        let joined = || {
            let new = join(&self.joiner, change.new.as_ref())?;
            let old = if self.sends_old {
                join(&self.joiner, change.old.as_ref())?
            } else {
                None
            };
            Ok(Change {
                new,
                old,
                is_latest: change.is_latest,
            })
        };
        let change = match joined() {
            Ok(change) => change,
            Err(failure) => {
                let failure: Failure = failure;
                return task.settle(FailedStep::Process, &self.name, failure.into_inner());
            }
        };
        let timestamp = other_time.map_or(record.timestamp, |time| time.max(record.timestamp));
        let record = Record {
            key: record.key,
            value: change,
            timestamp,
            headers: record.headers,
        };
        self.next.push(record, task)
    }
}

/// An update from nothing to nothing.
fn is_nothing<T>(change: &Change<T>) -> bool {
    change.new.is_none() && change.old.is_none()
}

impl<K, V, V2, R> Sink<K, Change<V>> for LeftSide<K, V, V2, R> {
    fn push(&mut self, record: Record<K, Change<V>>, task: &mut TaskContext) -> Step {
        if !self.side.takes(&record.value, task) {
            return Ok(());
        }
        let right = match self.right.get(&record.key) {
            Ok(right) => right,
            Err(error) => return task.settle_store(&self.side.name, error),
        };
        // Without a partner there was no result and there is none.
        let is_silent = match self.side.joiner.kind {
            Kind::Inner => true,
            Kind::Left | Kind::Outer => is_nothing(&record.value),
        };
        if right.is_none() && is_silent {
            return Ok(());
        }
        let (right, time) = split(right);
        let join = |joiner: &Joiner<V, V2, R>, left: Option<&V>| joiner.join(left, right.as_ref());
        self.side.join(record, time, join, task)
    }
}

impl<K, V, V2, R> Sink<K, Change<V2>> for RightSide<K, V, V2, R> {
    fn push(&mut self, record: Record<K, Change<V2>>, task: &mut TaskContext) -> Step {
        if !self.side.takes(&record.value, task) {
            return Ok(());
        }
        let left = match self.left.get(&record.key) {
            Ok(left) => left,
            Err(error) => return task.settle_store(&self.side.name, error),
        };
        let is_silent = match self.side.joiner.kind {
            Kind::Inner | Kind::Left => true,
            Kind::Outer => is_nothing(&record.value),
        };
        if left.is_none() && is_silent {
            return Ok(());
        }
        let (left, time) = split(left);
        let join =
            |joiner: &Joiner<V, V2, R>, right: Option<&V2>| joiner.join(left.as_ref(), right);
        self.side.join(record, time, join, task)
    }
}

fn split<T>(row: Option<Stamped<T>>) -> (Option<T>, Option<Timestamp>) {
    row.map_or((None, None), |row| (Some(row.value), Some(row.timestamp)))
}
