//! Emission: the rows of windows that have closed, at intervals of wall-clock time.

use std::cell::RefCell;
use std::rc::Rc;

use crate::dsl::{ExpiredResults, TimeWindows};
use crate::operator::aggregate::closing::Closing;
use crate::operator::stopped::Stopped;
use crate::processor::{Sink, TaskContext};
use crate::record::{Change, Headers, Record};
use crate::store::{FlushTable as _, WindowRows};
use crate::topology::{NodeId, Wiring};
use crate::window::Windowed;

/// Passes on the rows of windows that have closed, each once, in the order of their starts.
///
/// Semantics: `AbstractKStreamTimeWindowAggregateProcessor.maybeForwardFinalResult`. That one
/// reads closed windows through the store's retention and so loses those that stream time has
/// passed by further; here all are passed on.
pub(super) struct ClosedWindows<K, A> {
    store: Rc<RefCell<WindowRows<K, A>>>,
    next: Box<dyn Sink<Windowed<K>, Change<A>>>,
    windows: TimeWindows,
    expired: ExpiredResults,
    closing: Closing,
}

impl<K: 'static, A: 'static> ClosedWindows<K, A> {
    pub(super) fn wire(
        wiring: &mut Wiring<'_>,
        node: NodeId,
        store: &str,
        windows: TimeWindows,
    ) -> Self {
        let closing = Closing::wire(wiring, store);
        let expired = wiring.graph().settings.expired_results;
        let store = wiring.store::<WindowRows<K, A>>(store);
        if let Some(close_ms) = closing.emitted_ms() {
            let emitted_ms = windows.last_closed_start_ms(close_ms);
            store.borrow_mut().set_emitted(emitted_ms);
        }
        Self {
            store,
            next: wiring.downstream(node),
            windows,
            expired,
            closing,
        }
    }

    /// Emits what has closed by `close_ms`, with the headers of the record in hand. An interval
    /// is used up even if nothing was due, as in Kafka Streams.
    pub(super) fn emit(
        &mut self,
        close_ms: i64,
        headers: &Headers,
        task: &mut TaskContext,
    ) -> Result<(), Stopped> {
        let is_due = self.closing.is_due(close_ms, task.wall_clock());
        let until_ms = self.windows.last_closed_start_ms(close_ms);
        if !is_due || until_ms < 0 {
            return Ok(());
        }
        self.emit_all(close_ms, headers, task)
    }

    /// Emits what has closed by `close_ms`, however short ago the last emission was.
    pub(super) fn emit_all(
        &mut self,
        close_ms: i64,
        headers: &Headers,
        task: &mut TaskContext,
    ) -> Result<(), Stopped> {
        let until_ms = self.windows.last_closed_start_ms(close_ms);
        self.closing.emitted(close_ms, task);
        loop {
            // The store is not held while a row goes on: what is downstream may look it up.
            let closed = self.store.borrow_mut().take_closed(until_ms)?;
            let Some((key, row)) = closed else {
                return Ok(());
            };
            if self.is_lost(&key) {
                continue;
            }
            let record = Record {
                key,
                value: Change::new(Some(row.value), None),
                timestamp: row.timestamp,
                headers: headers.clone(),
            };
            self.next.push(record, task)?;
        }
    }

    fn is_lost(&self, key: &Windowed<K>) -> bool {
        match self.expired {
            ExpiredResults::Emitted => false,
            ExpiredResults::Lost => {
                // A cache shows what has expired.
                let store = self.store.borrow();
                !store.is_cached() && key.window.start.as_millis() < store.oldest_ms()
            }
        }
    }
}
