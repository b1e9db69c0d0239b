//! `suppress`: updates of a table are held back, so that of several only the last goes on.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use crate::codec::{Codec, SharedCodec};
use crate::dsl::{BufferBounds, KTable, ResolvedName, Suppressed, WaitsFrom, WhenFull};
use crate::error::TopologyError;
use crate::failure::{FailedStep, Step};
use crate::operator::idle::{CloseOpen, WhenIdle, new_last_seen};
use crate::processor::{Lookup, Sink, TaskContext};
use crate::record::{Change, Record, Stamped};
use crate::store::{Prior, StoreError, SuppressBuffer};
use crate::time::Timestamp;
use crate::topology::{
    Graph, Logging, Materialize, NodeId, NodeKind, OldValues, Stages, StoreKind, StoreNode,
    TableNode, WiredLookup, validate_name,
};

const PREFIX: &str = "KTABLE-SUPPRESS-";
const STORE_SUFFIX: &str = "-store";

impl<K: 'static, V: 'static> KTable<'_, K, V> {
    /// Holds updates back, until windows close or for a time limit; of several updates of a key
    /// only the last goes on.
    ///
    /// Time is the largest timestamp that came by, so what waits leaves only when later records
    /// come. Updates go on with their own timestamps and headers, the earliest first. Until
    /// windows close, late updates leave at once and deletions are dropped. Joins that look the
    /// table up see what was last passed on. A table with versions cannot be suppressed.
    /// Semantics: `KTable.suppress` (KIP-328).
    ///
    /// ```
    /// use std::time::Duration;
    /// use headwater_core::prelude::*;
    /// use headwater_testing::TopologyTestDriver;
    ///
    /// let builder = StreamsBuilder::with_generated_names();
    /// let minute = Duration::from_secs(60);
    /// builder
    ///     .table("prices", Consumed::with(Utf8, I64))
    ///     .suppress(
    ///         Suppressed::until_time_limit(minute, EagerBuffer::of_records(1_000), I64)
    ///             .named("calm"),
    ///     )
    ///     .into_stream()
    ///     .to("calm-prices", Produced::with(Utf8, I64.nullable()));
    ///
    /// let mut driver = TopologyTestDriver::new(builder.build()?)?;
    /// let prices = driver.input("prices", Utf8, I64);
    /// let prices = prices.at_ms(0).push("rose", 3)?.at_ms(20_000).push("rose", 4)?;
    /// prices.at_ms(60_000).push("lily", 7)?;
    /// let calm = driver.output("calm-prices", Utf8, I64).pairs()?;
    /// assert_eq!(calm, [("rose".to_owned(), 4)]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use = "a table that nothing follows does nothing"]
    pub fn suppress<VC: Codec<Item = V>>(self, suppressed: Suppressed<K, VC>) -> Self {
        let Suppressed {
            value,
            from,
            wait,
            bounds,
            idle,
            name,
            logging,
        } = suppressed;
        let value: SharedCodec<V> = Arc::new(value);
        let parent = self.node;
        let node = self.builder.with_graph(|graph| {
            let (name, store) = names(graph, name);
            if graph.is_versioned(parent) {
                graph.report(TopologyError::SuppressedVersions(name.clone()));
            }
            let wait_ms = wait_ms(graph, &name, wait, parent);
            declare_buffer(graph, &store, logging, &self.key, &value);
            // Only old values can say what was last passed on.
            graph.enable_old_values(parent, Materialize::IfNeeded);
            let store = store.name;
            let stages = stages::<K, V>(store.clone(), from, wait_ms, bounds, idle);
            let node = graph.add(name, &[parent], NodeKind::Processor, stages);
            graph.connect(node, [store.clone()]);
            graph.node_mut(node).table = Some(table_node::<K, V>(parent, store));
            node
        });
        Self::new(self.builder, node, self.key)
    }
}

/// A given name takes no numbers.
fn names(graph: &mut Graph, given: Option<String>) -> (String, ResolvedName) {
    if let Some(name) = given {
        graph.check(validate_name("node", &name));
        let store = ResolvedName {
            name: format!("{name}{STORE_SUFFIX}"),
            is_given: true,
        };
        return (name, store);
    }
    let name = graph.names.next(PREFIX);
    let store = ResolvedName {
        name: graph.names.next_store(PREFIX),
        is_given: false,
    };
    (name, store)
}

/// How long updates wait: as they were told, or for the grace of their windows.
fn wait_ms(graph: &mut Graph, name: &str, told: Option<Duration>, parent: NodeId) -> i64 {
    if let Some(told) = told {
        return crate::time::duration_millis(told);
    }
    graph.window_grace_ms(parent).unwrap_or_else(|| {
        graph.report(TopologyError::NoWindows(name.to_owned()));
        0
    })
}

fn declare_buffer<K: 'static, V: 'static>(
    graph: &mut Graph,
    store: &ResolvedName,
    logging: Logging,
    key: &SharedCodec<K>,
    value: &SharedCodec<V>,
) {
    let (key, value) = (SharedCodec::clone(key), SharedCodec::clone(value));
    let open = move |opening: &_| {
        SuppressBuffer::open(
            opening,
            SharedCodec::clone(&key),
            SharedCodec::clone(&value),
        )
    };
    graph.add_store(StoreNode::of(store, StoreKind::KeyValue, logging, open));
}

fn stages<K: 'static, V: 'static>(
    store: String,
    from: WaitsFrom<K>,
    wait_ms: i64,
    bounds: BufferBounds,
    idle: Option<Duration>,
) -> Stages {
    let from = Arc::new(from);
    Stages::sink(move |wiring, node| {
        let idle = WhenIdle::new(&store, idle, new_last_seen());
        idle.wire::<K, Change<V>, _>(wiring, |wiring| Suppress {
            name: wiring.name_of(node).to_owned(),
            buffer: wiring.store::<SuppressBuffer<K, V>>(&store),
            from: Arc::clone(&from),
            wait_ms,
            bounds,
            stream_time: Timestamp::UNKNOWN,
            closed: Timestamp::UNKNOWN,
            next: wiring.downstream(node),
        })
    })
}

fn table_node<K: 'static, V: 'static>(parent: NodeId, store: String) -> TableNode {
    let buffer = store.clone();
    TableNode {
        store: None,
        is_kept: false,
        sends_old: false,
        old_values: OldValues::Buffered(parent, store),
        versioned: Some(false),
        lookup: Box::new(move |wiring, _| {
            WiredLookup::new::<K, V>(Box::new(PassedOn {
                buffer: wiring.store(&buffer),
                table: wiring.lookup(parent),
            }))
        }),
    }
}

/// Holds updates back.
///
/// Semantics: `KTableSuppressProcessor`.
struct Suppress<K, V> {
    name: String,
    buffer: Rc<RefCell<SuppressBuffer<K, V>>>,
    from: Arc<WaitsFrom<K>>,
    wait_ms: i64,
    bounds: BufferBounds,
    /// The largest timestamp that came by.
    stream_time: Timestamp,
    /// Windows that end by then were closed on an idle input.
    closed: Timestamp,
    next: Box<dyn Sink<K, Change<V>>>,
}

impl<K: 'static, V: 'static> Suppress<K, V> {
    fn put(&self, record: &Record<K, Change<V>>, task: &TaskContext) -> Result<(), StoreError> {
        let time = match &*self.from {
            WaitsFrom::RecordTime => record.timestamp,
            WaitsFrom::WindowEnd(end) => end(&record.key),
        };
        self.buffer.borrow_mut().put(time, record, task)
    }

    /// Whether the update that leaves first has waited long enough.
    fn is_due(&self) -> bool {
        let due_ms = self.stream_time.as_millis().saturating_sub(self.wait_ms);
        let min_time = self.buffer.borrow().min_time();
        min_time.is_some_and(|time| time.as_millis() <= due_ms)
    }

    fn is_over_bounds(&self) -> bool {
        let buffer = self.buffer.borrow();
        buffer.records() > self.bounds.records_max || buffer.bytes() > self.bounds.bytes_max
    }

    /// Passes the update on that leaves first, as if its record were the one in hand. It leaves
    /// the buffer after that: meanwhile the table downstream is as it was before.
    fn emit_first(&mut self, task: &mut TaskContext) -> Step {
        let first = self.buffer.borrow().first();
        match first {
            Ok(None) => {}
            Ok(Some(first)) => {
                let is_deletion = first.record.value.new.is_none();
                if !(is_deletion && matches!(&*self.from, WaitsFrom::WindowEnd(_))) {
                    let in_hand = task.swap_in_hand(task.in_hand_of(&first.context));
                    let pushed = self.next.push(first.record, task);
                    task.swap_in_hand(in_hand);
                    pushed?;
                }
            }
            Err(error) => task.settle_store(&self.name, error)?,
        }
        self.buffer.borrow_mut().remove_first();
        Ok(())
    }

    #[cold]
    fn stop(&self, task: &mut TaskContext) -> Step {
        let (records, bytes) = {
            let buffer = self.buffer.borrow();
            (buffer.records(), buffer.bytes())
        };
        let reason = format!(
            "the buffer is full: it holds {records} of at most {} records and {bytes} of at most \
             {} bytes",
            self.bounds.records_max, self.bounds.bytes_max
        );
        // Whatever the policy: going on would mean to hold more than was allowed.
        task.stop(FailedStep::Process, &self.name, reason.into())
    }
}

impl<K: 'static, V: 'static> CloseOpen for Suppress<K, V> {
    fn close_open(&mut self, task: &mut TaskContext) -> Step {
        loop {
            let Some(time) = self.buffer.borrow().min_time() else {
                return Ok(());
            };
            if let WaitsFrom::WindowEnd(_) = &*self.from {
                self.closed = self.closed.max(time);
            }
            self.emit_first(task)?;
        }
    }
}

impl<K: 'static, V: 'static> Sink<K, Change<V>> for Suppress<K, V> {
    fn push(&mut self, record: Record<K, Change<V>>, task: &mut TaskContext) -> Step {
        self.stream_time = self.stream_time.max(record.timestamp);
        if let WaitsFrom::WindowEnd(end) = &*self.from
            && end(&record.key) <= self.closed
        {
            task.drop_record("its window was closed while there was no input");
            return Ok(());
        }
        if let Err(error) = self.put(&record, task) {
            return task.settle_store(&self.name, error);
        }
        while self.is_due() {
            self.emit_first(task)?;
        }
        match self.bounds.when_full {
            WhenFull::Stop if self.is_over_bounds() => self.stop(task),
            WhenFull::Stop => Ok(()),
            WhenFull::EmitEarly => {
                while self.is_over_bounds() {
                    self.emit_first(task)?;
                }
                Ok(())
            }
        }
    }
}

/// Looks up what was last passed on.
struct PassedOn<K, V> {
    buffer: Rc<RefCell<SuppressBuffer<K, V>>>,
    table: Box<dyn Lookup<K, V>>,
}

impl<K: 'static, V: 'static> Lookup<K, V> for PassedOn<K, V> {
    fn get(&mut self, key: &K) -> Result<Option<Stamped<V>>, StoreError> {
        let waiting = self.buffer.borrow_mut().prior(key)?;
        match waiting {
            Prior::PassedOn(prior) => Ok(prior),
            Prior::NotWaiting => self.table.get(key),
        }
    }
}
