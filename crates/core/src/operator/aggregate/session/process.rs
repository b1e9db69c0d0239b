//! What becomes of a record in sessions: those near it are merged, kept, and passed on.

use super::declare::wait_ms;
use super::function::SessionFunction;
use crate::codec::SharedCodec;
use crate::failure::Step;
use crate::operator::aggregate::closing::Closing;
use crate::operator::idle::CloseOpen;
use crate::operator::stopped::Stopped;
use crate::processor::{Sink, TableOutput, TaskContext};
use crate::record::{Change, Headers, Record};
use crate::store::{Cause, PutSession, SessionRows};
use crate::time::{Timestamp, duration_millis};
use crate::topology::{NodeId, Wiring};
use crate::window::{Emit, SessionWindows, Window, Windowed};

/// Adds each record to the session that it makes of those near it.
///
/// Semantics: `KStreamSessionWindowAggregate`.
pub(super) struct Sessions<K, V, A> {
    function: SessionFunction<K, V, A>,
    key: SharedCodec<K>,
    gap_ms: i64,
    wait_ms: i64,
    /// Largest timestamp there was, late records included.
    observed_ms: i64,
    /// The sessions that a record merges; kept between records for its memory.
    merged: Vec<(Window, A)>,
    /// Sessions that ended before this were closed on an idle input: nothing is added to them.
    closed_ms: i64,
    /// Where sessions are passed on when they close.
    closing: Option<Closing>,
    output: TableOutput<Windowed<K>, A, SessionRows<K, A>>,
}

impl<K: Clone + 'static, V: 'static, A: Clone + 'static> CloseOpen for Sessions<K, V, A> {
    fn close_open(&mut self, task: &mut TaskContext) -> Step {
        let last_ms = self.output.store().borrow().last_closing_ms();
        let Some(last_ms) = last_ms else {
            return Ok(());
        };
        let close_ms = last_ms.saturating_add(1);
        self.closed_ms = self.closed_ms.max(close_ms);
        self.observed_ms = self.observed_ms.max(close_ms.saturating_add(self.wait_ms));
        let emitted = self.emit_all(close_ms, &Headers::new(), task);
        emitted.or_else(|stopped| stopped.settle(self.output.name(), task))
    }
}

impl<K: Clone + 'static, V: 'static, A: Clone + 'static> Sink<K, V> for Sessions<K, V, A> {
    fn push(&mut self, record: Record<K, V>, task: &mut TaskContext) -> Step {
        if self.key.is_null(&record.key) {
            task.drop_record("it has no key, and a session needs one");
            return Ok(());
        }
        self.observed_ms = self.observed_ms.max(record.timestamp.as_millis());
        let close_ms = self.observed_ms.saturating_sub(self.wait_ms);
        // What is emitted later has the headers of the record that closes it.
        let headers = self.closing.as_ref().map(|_| record.headers.clone());
        if let Err(stopped) = self.update(record, close_ms, task) {
            return stopped.settle(self.output.name(), task);
        }
        let Some(headers) = headers else {
            return Ok(());
        };
        let emitted = self.emit_closed(close_ms, &headers, task);
        emitted.or_else(|stopped| stopped.settle(self.output.name(), task))
    }
}

impl<K: Clone + 'static, V: 'static, A: Clone + 'static> Sessions<K, V, A> {
    pub(super) fn wire(
        wiring: &mut Wiring<'_>,
        node: NodeId,
        (windows, emit): (SessionWindows, Emit),
        function: &SessionFunction<K, V, A>,
        key: &SharedCodec<K>,
    ) -> Self {
        let store = wiring.graph().table(node).store.clone();
        let store = store.expect("an aggregation is always kept");
        let closing = match emit {
            Emit::OnUpdate => None,
            Emit::OnClose => Some(Closing::wire(wiring, &store)),
        };
        if let Some(close_ms) = closing.as_ref().and_then(Closing::emitted_ms) {
            let sessions = wiring.store::<SessionRows<K, A>>(&store);
            sessions
                .borrow_mut()
                .set_emitted(close_ms.saturating_sub(1));
        }
        Self {
            function: function.clone(),
            key: SharedCodec::clone(key),
            gap_ms: duration_millis(windows.gap),
            wait_ms: wait_ms(windows),
            observed_ms: Timestamp::UNKNOWN.as_millis(),
            merged: Vec::new(),
            closing,
            closed_ms: i64::MIN,
            output: wiring.table_output(node, &store),
        }
    }

    fn update(
        &mut self,
        record: Record<K, V>,
        close_ms: i64,
        task: &mut TaskContext,
    ) -> Result<(), Stopped> {
        let cause = task.cause(&record);
        let (key, at) = (&record.key, record.timestamp);
        let own = Window::new(at, at);
        let (window, so_far) = self.merge(key, own)?;
        if window.end.as_millis() < close_ms {
            task.drop_record("its session has closed");
            return Ok(());
        }
        // Before anything is deleted: if it fails, the sessions stay as they were.
        let new = (self.function.add.next)(key, record.value, so_far)?;
        if window != own {
            let mut merged = std::mem::take(&mut self.merged);
            for (window, old) in merged.drain(..) {
                self.put(key, window, None, cause.clone(), task)?;
                self.pass_on(key, window, Change::new(None, Some(old)), task)?;
            }
            self.merged = merged;
        }
        self.put(key, window, new.as_ref(), cause, task)?;
        self.pass_on(key, window, Change::new(new, None), task)
    }

    /// Finds the sessions near a record and merges their values.
    fn merge(&mut self, key: &K, own: Window) -> Result<(Window, Option<A>), Stopped> {
        self.merged.clear();
        let merged = &mut self.merged;
        let at_ms = own.start.as_millis();
        let (from_ms, to_ms) = (
            at_ms.saturating_sub(self.gap_ms).max(self.closed_ms),
            at_ms.saturating_add(self.gap_ms),
        );
        let mut store = self.output.store().borrow_mut();
        store.visit_key(key, from_ms, to_ms, |window, value| {
            merged.push((window, value));
        })?;
        let (mut window, mut so_far) = (own, (self.function.add.initial)());
        for (near, value) in &self.merged {
            // The old value may go on with the deletion of its session.
            so_far = (self.function.merge)(key, so_far, value.clone())?;
            window = Window::new(window.start.min(near.start), window.end.max(near.end));
        }
        Ok((window, so_far))
    }

    fn put(
        &self,
        key: &K,
        window: Window,
        value: Option<&A>,
        cause: Cause,
        task: &mut TaskContext,
    ) -> Result<(), Stopped> {
        let mut store = self.output.store().borrow_mut();
        if store.put(key, window, value, cause, task)? == PutSession::Expired {
            task.drop_record("its session has expired");
        }
        Ok(())
    }

    /// Passes an update on, unless sessions are passed on when they close. It has no headers,
    /// and the time of the session's end.
    fn pass_on(
        &mut self,
        key: &K,
        window: Window,
        value: Change<A>,
        task: &mut TaskContext,
    ) -> Result<(), Stopped> {
        if self.closing.is_some() {
            return Ok(());
        }
        let update = Record {
            key: Windowed::new(key.clone(), window),
            value,
            timestamp: window.end,
            headers: Headers::new(),
        };
        Ok(self.output.updated(update, task)?)
    }

    /// Passes on the sessions that have closed since the last time.
    fn emit_closed(
        &mut self,
        close_ms: i64,
        headers: &Headers,
        task: &mut TaskContext,
    ) -> Result<(), Stopped> {
        let Some(closing) = &mut self.closing else {
            return Ok(());
        };
        if !closing.is_due(close_ms, task.wall_clock()) {
            return Ok(());
        }
        self.emit_all(close_ms, headers, task)
    }

    /// Passes on the sessions that have closed since the last time, however short ago that was.
    fn emit_all(
        &mut self,
        close_ms: i64,
        headers: &Headers,
        task: &mut TaskContext,
    ) -> Result<(), Stopped> {
        let Some(closing) = &mut self.closing else {
            return Ok(());
        };
        // A session includes its end, so it is closed only after it.
        let (from_ms, to_ms) = (
            closing.emitted_ms().unwrap_or(0).max(0),
            close_ms.saturating_sub(1),
        );
        if to_ms < from_ms {
            return Ok(());
        }
        let closed = self
            .output
            .store()
            .borrow_mut()
            .take_closed(from_ms, to_ms)?;
        for (key, value) in closed {
            let timestamp = key.window.end;
            let update = Record {
                key,
                value: Change::new(Some(value), None),
                timestamp,
                headers: headers.clone(),
            };
            self.output.updated(update, task)?;
        }
        closing.emitted(close_ms, task);
        Ok(())
    }
}
