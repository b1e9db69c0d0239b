//! Joins a stream with itself, in one store (`topology.optimization=single.store.self.join`).

use std::any::Any;
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use headwater_state::engine::Direction;

use super::Joiner;
use crate::codec::SharedCodec;
use crate::failure::{Failure, Step};
use crate::operator::stopped::Stopped;
use crate::processor::{Sink, TaskContext};
use crate::record::Record;
use crate::store::{Visit, WindowRows};
use crate::time::Timestamp;
use crate::window::JoinWindows;

/// Joins each record with those before it, as the left and as the right side, and with itself.
///
/// Semantics: `KStreamKStreamSelfJoin` (KIP-862); a left or outer self-join is an inner one, as
/// each record has a partner.
pub(super) struct JoinWithItself<K, V, R, O> {
    pub(super) joiner: Arc<Joiner<K, V, R, O>>,
    pub(super) key: SharedCodec<K>,
    pub(super) value: SharedCodec<V>,
    pub(super) windows: JoinWindows,
    pub(super) store: Rc<RefCell<WindowRows<K, V>>>,
    /// Largest time there was.
    pub(super) stream_ms: i64,
    pub(super) name: String,
    pub(super) next: Box<dyn Sink<K, O>>,
}

/// Both sides of a self-join have one type, under two names.
fn as_right<V: 'static, R: 'static>(value: &V) -> &R {
    let value: &dyn Any = value;
    value
        .downcast_ref()
        .expect("a join is rewritten as a self-join only if both sides have one type")
}

impl<K, V, R, O> Sink<K, V> for JoinWithItself<K, V, R, O>
where
    K: Clone + 'static,
    V: 'static,
    R: 'static,
    O: 'static,
{
    fn push(&mut self, record: Record<K, V>, task: &mut TaskContext) -> Step {
        if self.key.is_null(&record.key) || self.value.is_null(&record.value) {
            task.drop_record("it has no key or no value, and a join needs both");
            return Ok(());
        }
        match self.join(&record, task) {
            Ok(()) => Ok(()),
            Err(stopped) => stopped.settle(&self.name, task),
        }
    }
}

impl<K, V, R, O> JoinWithItself<K, V, R, O>
where
    K: Clone + 'static,
    V: 'static,
    R: 'static,
    O: 'static,
{
    fn join(&mut self, record: &Record<K, V>, task: &mut TaskContext) -> Result<(), Stopped> {
        let at_ms = record.timestamp.as_millis();
        let with_itself = self.joined(record, &record.value, &record.value)?;
        self.stream_ms = self.stream_ms.max(at_ms);
        let expired_ms = self.stream_ms.saturating_sub(self.windows.retention_ms());
        let mut with_itself = (at_ms > expired_ms.saturating_add(1)).then_some(with_itself);
        self.visit(record, self.windows, task, |join, at, other, task| {
            let value = join.joined(record, &record.value, other)?;
            join.forward(record, value, at, task)
        })?;
        // A loop of its own: the order is that of an inner join.
        let reversed = self.windows.reversed();
        self.visit(record, reversed, task, |join, at, other, task| {
            if at > record.timestamp
                && let Some(value) = with_itself.take()
            {
                join.forward(record, value, record.timestamp, task)?;
            }
            let value = join.joined(record, other, &record.value)?;
            join.forward(record, value, at, task)
        })?;
        match with_itself {
            None => Ok(()),
            Some(value) => self.forward(record, value, record.timestamp, task),
        }
    }

    /// Gives each earlier record within the windows to `join`, with the time of the result.
    fn visit(
        &mut self,
        record: &Record<K, V>,
        windows: JoinWindows,
        task: &mut TaskContext,
        mut join: impl FnMut(&mut Self, Timestamp, &V, &mut TaskContext) -> Result<(), Stopped>,
    ) -> Result<(), Stopped> {
        let at_ms = record.timestamp.as_millis();
        let from_ms = at_ms.saturating_sub(windows.before_ms).max(0);
        let until_ms = at_ms.saturating_add(windows.after_ms).max(0);
        let mut joined = Ok(());
        // What comes after a join never writes to its stores, so they may be held meanwhile.
        let store = Rc::clone(&self.store);
        let mut store = store.borrow_mut();
        let direction = Direction::Forward;
        store.visit_key(
            &record.key,
            from_ms,
            until_ms,
            direction,
            |start_ms, row| {
                let at = record.timestamp.max(Timestamp::from_millis(start_ms));
                joined = join(self, at, &row.value, task);
                if joined.is_ok() {
                    Visit::GoOn
                } else {
                    Visit::Stop
                }
            },
        )?;
        joined
    }

    fn joined(&self, record: &Record<K, V>, left: &V, right: &V) -> Result<O, Failure> {
        (self.joiner)(&record.key, Some(left), Some(as_right(right)))
    }

    fn forward(
        &mut self,
        record: &Record<K, V>,
        value: O,
        timestamp: Timestamp,
        task: &mut TaskContext,
    ) -> Result<(), Stopped> {
        let result = Record {
            // A record may have many partners, and each result has the key and the headers.
            key: record.key.clone(),
            value,
            timestamp,
            headers: record.headers.clone(),
        };
        Ok(self.next.push(result, task)?)
    }
}
