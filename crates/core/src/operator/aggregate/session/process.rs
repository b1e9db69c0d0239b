//! The aggregation of sessions.

use std::sync::Arc;
use std::time::Duration;

use super::keep;
use crate::codec::SharedCodec;
use crate::dsl::{KTable, SessionWindowedKStream};
use crate::failure::{Failure, Step, TaskFailure};
use crate::operator::aggregate::closing::Closing;
use crate::operator::aggregate::stream::Function;
use crate::operator::idle::{CloseOpen, WhenIdle};
use crate::operator::table::keep::Parts;
use crate::processor::{Sink, TableOutput, TaskContext};
use crate::record::{Change, Headers, Record};
use crate::store::{Cause, PutSession, SessionRows, StoreError};
use crate::time::{Timestamp, duration_millis};
use crate::topology::{NodeKind, Stages};
use crate::window::{Emit, SessionWindowed, SessionWindows, Window, Windowed};

/// Makes one value of those of two sessions; the first is what was merged so far.
pub(in crate::operator::aggregate) type Merge<K, A> =
    dyn Fn(&K, Option<A>, A) -> Result<Option<A>, Failure> + Send + Sync;

/// How values become sessions, and sessions one.
pub(in crate::operator::aggregate) struct SessionFunction<K, V, A> {
    pub(in crate::operator::aggregate) add: Function<K, V, A>,
    pub(in crate::operator::aggregate) merge: Arc<Merge<K, A>>,
}

impl<K, V, A> Clone for SessionFunction<K, V, A> {
    fn clone(&self) -> Self {
        Self {
            add: self.add.clone(),
            merge: Arc::clone(&self.merge),
        }
    }
}

/// Merges rows into what a session begins with.
pub(in crate::operator::aggregate) fn merging<K: 'static, A: 'static>(
    initial: impl Fn() -> Option<A> + Send + Sync + 'static,
    merge: impl Fn(&K, A, A) -> Result<A, Failure> + Send + Sync + 'static,
) -> Arc<Merge<K, A>> {
    Arc::new(move |key, so_far, row| match so_far.or_else(&initial) {
        Some(so_far) => merge(key, so_far, row).map(Some),
        None => Ok(Some(row)),
    })
}

/// Adds an aggregation of sessions.
pub(super) fn add<'b, K, V, A>(
    sessions: SessionWindowedKStream<'b, K, V>,
    prefix: &str,
    materialized: Parts<A>,
    function: SessionFunction<K, V, A>,
) -> KTable<'b, Windowed<K>, A>
where
    K: Clone + 'static,
    V: 'static,
    A: Clone + 'static,
{
    let SessionWindowedKStream {
        group,
        windows,
        emit,
        idle,
    } = sessions;
    let (codec, naming, settings) = materialized;
    let stages = stages(&group.key, function, windows, (emit, idle));
    let node = group.builder.with_graph(|graph| {
        let store = naming.resolve(graph, prefix);
        let name = graph.names.next(prefix);
        let parent = group.by_key(graph, &store);
        let codecs = (&group.key, &codec);
        keep::declare(graph, &store, &settings, codecs, (windows, emit));
        let node = graph.add(name, &[parent], NodeKind::Processor, stages);
        let declared = graph.node_mut(node);
        declared.table = Some(keep::kept_node::<K, A>(store.name));
        declared.traits.grace_ms = Some(wait_ms(windows));
        node
    });
    let key = Arc::new(SessionWindowed::new(group.key));
    KTable::new(group.builder, node, key)
}

/// What aggregates the records of one stream into sessions.
pub(in crate::operator::aggregate) fn stages<K, V, A>(
    key: &SharedCodec<K>,
    function: SessionFunction<K, V, A>,
    windows: SessionWindows,
    (emit, idle): (Emit, Option<Duration>),
) -> Stages
where
    K: Clone + 'static,
    V: 'static,
    A: Clone + 'static,
{
    let key = SharedCodec::clone(key);
    Stages::sink(move |wiring, node| {
        let graph = wiring.graph();
        let closing = match emit {
            Emit::OnUpdate => None,
            Emit::OnClose => Some(Closing::every(graph.settings.emit_closed_windows_every)),
        };
        let store = graph.table(node).store.clone();
        let store = store.expect("an aggregation is always kept");
        let idle = WhenIdle::of(wiring, node, idle);
        idle.wire::<K, V, _>(wiring, |wiring| Sessions {
            function: function.clone(),
            key: SharedCodec::clone(&key),
            gap_ms: duration_millis(windows.gap),
            wait_ms: wait_ms(windows),
            observed_ms: Timestamp::UNKNOWN.as_millis(),
            merged: Vec::new(),
            closing,
            closed_ms: i64::MIN,
            output: wiring.table_output(node, &store),
        })
    })
}

/// How long a session is open for after its last record.
pub(in crate::operator::aggregate) fn wait_ms(windows: SessionWindows) -> i64 {
    duration_millis(windows.gap).saturating_add(duration_millis(windows.grace))
}

/// Adds each record to the session that it makes of those near it.
///
/// Semantics: `KStreamSessionWindowAggregate`.
struct Sessions<K, V, A> {
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
        self.emit_all(close_ms, &Headers::new(), task)
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
        match self.update(record, close_ms, task) {
            Ok(()) => {}
            Err(Unfinished::Task(failure)) => return Err(failure),
            Err(Unfinished::Store(error)) => return task.settle_store(self.output.name(), error),
            Err(Unfinished::Function(failure)) => {
                return task.settle_failure(self.output.name(), failure);
            }
        }
        match headers {
            Some(headers) => self.emit_closed(close_ms, &headers, task),
            None => Ok(()),
        }
    }
}

/// Why a record was not added.
enum Unfinished {
    Function(Failure),
    Store(StoreError),
    Task(Box<TaskFailure>),
}

impl<K: Clone + 'static, V: 'static, A: Clone + 'static> Sessions<K, V, A> {
    fn update(
        &mut self,
        record: Record<K, V>,
        close_ms: i64,
        task: &mut TaskContext,
    ) -> Result<(), Unfinished> {
        let cause = task.cause(&record);
        let (key, at) = (&record.key, record.timestamp);
        let own = Window::new(at, at);
        let (window, so_far) = self.merge(key, own)?;
        if window.end.as_millis() < close_ms {
            task.drop_record("its session has closed");
            return Ok(());
        }
        if window != own {
            let mut merged = std::mem::take(&mut self.merged);
            for (window, old) in merged.drain(..) {
                self.put(key, window, None, cause.clone(), task)?;
                self.pass_on(key, window, Change::new(None, Some(old)), task)?;
            }
            self.merged = merged;
        }
        let new = (self.function.add.next)(key, record.value, so_far);
        let new = new.map_err(Unfinished::Function)?;
        self.put(key, window, new.as_ref(), cause, task)?;
        self.pass_on(key, window, Change::new(new, None), task)
    }

    /// Finds the sessions near a record and merges their values.
    fn merge(&mut self, key: &K, own: Window) -> Result<(Window, Option<A>), Unfinished> {
        self.merged.clear();
        let merged = &mut self.merged;
        let at_ms = own.start.as_millis();
        let (from_ms, to_ms) = (
            at_ms.saturating_sub(self.gap_ms).max(self.closed_ms),
            at_ms.saturating_add(self.gap_ms),
        );
        let mut store = self.output.store().borrow_mut();
        let visited = store.visit_key(key, from_ms, to_ms, |window, value| {
            merged.push((window, value));
        });
        visited.map_err(Unfinished::Store)?;
        let (mut window, mut so_far) = (own, (self.function.add.initial)());
        for (near, value) in &self.merged {
            // The old value may go on with the deletion of its session.
            let merged = (self.function.merge)(key, so_far, value.clone());
            so_far = merged.map_err(Unfinished::Function)?;
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
    ) -> Result<(), Unfinished> {
        let mut store = self.output.store().borrow_mut();
        let put = store.put(key, window, value, cause, task);
        if put.map_err(Unfinished::Store)? == PutSession::Expired {
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
    ) -> Result<(), Unfinished> {
        if self.closing.is_some() {
            return Ok(());
        }
        let update = Record {
            key: Windowed::new(key.clone(), window),
            value,
            timestamp: window.end,
            headers: Headers::new(),
        };
        self.output.updated(update, task).map_err(Unfinished::Task)
    }

    /// Passes on the sessions that have closed since the last time.
    fn emit_closed(&mut self, close_ms: i64, headers: &Headers, task: &mut TaskContext) -> Step {
        let Some(closing) = &mut self.closing else {
            return Ok(());
        };
        if !closing.is_due(close_ms, task.wall_clock()) {
            return Ok(());
        }
        self.emit_all(close_ms, headers, task)
    }

    /// Passes on the sessions that have closed since the last time, however short ago that was.
    fn emit_all(&mut self, close_ms: i64, headers: &Headers, task: &mut TaskContext) -> Step {
        let Some(closing) = &mut self.closing else {
            return Ok(());
        };
        // A session includes its end, so it is closed only after it.
        let (from_ms, to_ms) = (closing.emitted_ms().max(0), close_ms.saturating_sub(1));
        if to_ms < from_ms {
            return Ok(());
        }
        let closed = self.output.store().borrow_mut().take_closed(from_ms, to_ms);
        let closed = match closed {
            Ok(closed) => closed,
            Err(error) => return task.settle_store(self.output.name(), error),
        };
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
        closing.emitted(close_ms);
        Ok(())
    }
}
