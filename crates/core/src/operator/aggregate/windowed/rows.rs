//! What becomes of one window: its row is folded, kept, and passed on.

use std::cell::RefCell;
use std::rc::Rc;

use headwater_state::key::WindowPlace;

use super::closed::ClosedWindows;
use crate::codec::SharedCodec;
use crate::dsl::TimeWindows;
use crate::failure::Step;
use crate::operator::aggregate::function::SharedFunction;
use crate::operator::stopped::Stopped;
use crate::processor::{TableOutput, TaskContext};
use crate::record::{Change, Headers, Record, Stamped};
use crate::store::{
    FlushTable as _, Presence, PutWindow, StoreError, TaskStore as _, WindowRow, WindowRows,
};
use crate::time::Timestamp;
use crate::topology::{NodeId, Wiring};
use crate::window::{Emit, Window, Windowed};

/// What a window holds before a record.
pub(super) struct SoFar<A> {
    pub(super) row: Option<A>,
    pub(super) timestamp: Timestamp,
    pub(super) presence: Presence,
}

impl<A> From<Stamped<A>> for SoFar<A> {
    /// A row that was read.
    fn from(row: Stamped<A>) -> Self {
        Self {
            row: Some(row.value),
            timestamp: row.timestamp,
            presence: Presence::Held,
        }
    }
}

/// Where updated rows go.
enum Output<K, A> {
    /// On, with each update.
    OnUpdate(TableOutput<Windowed<K>, A, WindowRows<K, A>>),
    /// Nowhere, until their windows close.
    OnClose(ClosedWindows<K, A>),
}

/// The rows of a windowed aggregation in one task.
///
/// Semantics: `AbstractKStreamTimeWindowAggregateProcessor`.
pub(super) struct FoldedRows<K, V, A> {
    name: Rc<str>,
    function: SharedFunction<K, V, A>,
    codec: SharedCodec<A>,
    windows: TimeWindows,
    store: Rc<RefCell<WindowRows<K, A>>>,
    output: Output<K, A>,
    /// Largest timestamp that came by.
    observed_ms: i64,
    /// The key of the record in hand within the store: it is encoded once for all windows that
    /// the record lies in, into memory that is kept for the next record. What is done per window
    /// is to overwrite its start, and allocates only what the program's functions do, and the
    /// copy of the key that is passed on.
    place: WindowPlace,
}

impl<K: Clone + 'static, V: 'static, A: Clone + 'static> FoldedRows<K, V, A> {
    pub(super) fn wire(
        wiring: &mut Wiring<'_>,
        node: NodeId,
        windows: TimeWindows,
        emit: Emit,
        function: &SharedFunction<K, V, A>,
        codec: &SharedCodec<A>,
    ) -> Self {
        let name = wiring.graph().table(node).store.clone();
        let name = name.expect("a table in windows is kept");
        let output = match emit {
            Emit::OnUpdate => Output::OnUpdate(wiring.table_output(node, &name)),
            Emit::OnClose => Output::OnClose(ClosedWindows::wire(wiring, node, &name, windows)),
        };
        Self {
            name: wiring.name_of(node).into(),
            function: function.clone(),
            codec: SharedCodec::clone(codec),
            windows,
            store: wiring.store(&name),
            output,
            observed_ms: Timestamp::UNKNOWN.as_millis(),
            place: WindowPlace::default(),
        }
    }

    pub(super) const fn windows(&self) -> TimeWindows {
        self.windows
    }

    /// Takes a record in hand; gives the time up to which windows are closed, itself included.
    pub(super) fn begin(&mut self, record: &Record<K, V>) -> Result<i64, Stopped> {
        self.observed_ms = self.observed_ms.max(record.timestamp.as_millis());
        self.store.borrow().locate(&record.key, &mut self.place)?;
        Ok(self.observed_ms.saturating_sub(self.windows.grace_ms))
    }

    /// The row of the record's key in the window that begins then.
    pub(super) fn get(&mut self, start_ms: i64) -> Result<Option<Stamped<A>>, Stopped> {
        let mut store = self.store.borrow_mut();
        Ok(store.get_at(&mut self.place, start_ms)?)
    }

    /// Works on the store, at the place of the record's key.
    pub(super) fn read<R>(
        &mut self,
        read: impl FnOnce(&mut WindowRows<K, A>, &mut WindowPlace) -> Result<R, StoreError>,
    ) -> Result<R, Stopped> {
        Ok(read(&mut self.store.borrow_mut(), &mut self.place)?)
    }

    /// What a window begins with, at the time of its first record.
    pub(super) fn begun(&self, record: &Record<K, V>) -> SoFar<A> {
        SoFar {
            row: (self.function.initial)(),
            timestamp: record.timestamp,
            presence: Presence::Unknown,
        }
    }

    /// Folds the record in hand into a window.
    pub(super) fn fold(
        &mut self,
        start_ms: i64,
        so_far: SoFar<A>,
        record: &Record<K, V>,
        task: &mut TaskContext,
    ) -> Result<(), Stopped> {
        let timestamp = so_far.timestamp.max(record.timestamp);
        // What a window begins with is its old value, as in Kafka Streams.
        let old = so_far.row.as_ref().filter(|_| self.sends_old()).cloned();
        let new = (self.function.next)(&record.key, &record.value, so_far.row)?;
        let new = new.filter(|new| !self.codec.is_null(new));
        let change = Change::new(new, old);
        self.put(start_ms, change, timestamp, so_far.presence, record, task)
    }

    /// Keeps a row, and passes it on.
    pub(super) fn put(
        &mut self,
        start_ms: i64,
        change: Change<A>,
        timestamp: Timestamp,
        presence: Presence,
        record: &Record<K, V>,
        task: &mut TaskContext,
    ) -> Result<(), Stopped> {
        let row = WindowRow {
            start_ms,
            value: change.new.as_ref(),
            timestamp,
            presence,
        };
        let cause = task.cause(record);
        let put = {
            let mut store = self.store.borrow_mut();
            store.put_at(&mut self.place, &row, cause, task)?
        };
        match put {
            PutWindow::Kept => {}
            PutWindow::Unchanged => return Ok(()),
            PutWindow::Expired => {
                task.drop_record("its window is past the retention of the store");
            }
        }
        match &mut self.output {
            Output::OnUpdate(output) => {
                let size_ms = self.windows.size_ms();
                let update = || Record {
                    key: Windowed::new(record.key.clone(), Window::of_ms(start_ms, size_ms)),
                    value: change,
                    timestamp,
                    headers: record.headers.clone(),
                };
                output.update_with(update, task)?;
            }
            Output::OnClose(_) => {
                let mut store = self.store.borrow_mut();
                if store.is_over_budget() {
                    store.flush(task)?;
                }
            }
        }
        Ok(())
    }

    /// Passes on what has closed by then, if that is how rows are passed on.
    pub(super) fn emit_closed(
        &mut self,
        close_ms: i64,
        record: &Record<K, V>,
        task: &mut TaskContext,
    ) -> Result<(), Stopped> {
        match &mut self.output {
            Output::OnUpdate(_) => Ok(()),
            Output::OnClose(closed) => closed.emit(close_ms, &record.headers, task),
        }
    }

    /// Closes all windows that are open, as if stream time had passed their ends and the grace.
    pub(super) fn close_open(&mut self, task: &mut TaskContext) -> Result<(), Stopped> {
        let Output::OnClose(closed) = &mut self.output else {
            return Ok(());
        };
        let Some(last_ms) = self.store.borrow().last_closing_ms()? else {
            return Ok(());
        };
        let close_ms = self.windows.close_ms(last_ms);
        let observed_ms = close_ms.saturating_add(self.windows.grace_ms);
        self.observed_ms = self.observed_ms.max(observed_ms);
        closed.emit_all(close_ms, &Headers::new(), task)
    }

    /// Settles what came of a record.
    pub(super) fn settle(&self, done: Result<(), Stopped>, task: &mut TaskContext) -> Step {
        done.or_else(|stopped| stopped.settle(&self.name, task))
    }

    fn sends_old(&self) -> bool {
        match &self.output {
            Output::OnUpdate(output) => output.sends_old(),
            Output::OnClose(_) => false,
        }
    }
}
