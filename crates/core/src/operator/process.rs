//! `process`: a processor of the user in the chain.

use std::cell::RefCell;
use std::rc::Rc;

use crate::dsl::{KStream, Processed};
use crate::failure::{Failure, Step, TaskFailure};
use crate::processor::{Children, Processor, ProcessorContext, PunctuationId, Sink, TaskContext};
use crate::record::Record;
use crate::store::{OpenStores, Stores};
use crate::time::Timestamp;
use crate::topology::{Keys, NodeId, Punctuated, Stages, Wired, Wiring};

const PREFIX: &str = "KSTREAM-PROCESSOR-";

impl<'b, K: 'static, V: 'static> KStream<'b, K, V> {
    /// Runs each record through a processor of its own making; `new` makes one for each task.
    ///
    /// Semantics: `KStream.process` (KIP-820).
    ///
    /// ```
    /// use headwater_core::prelude::*;
    /// use headwater_testing::TopologyTestDriver;
    ///
    /// struct Double;
    ///
    /// impl Processor<String, i64> for Double {
    ///     type Key = String;
    ///     type Value = i64;
    ///
    ///     fn process(
    ///         &mut self,
    ///         record: Record<String, i64>,
    ///         context: &mut ProcessorContext<'_, String, i64>,
    ///     ) -> Result<(), Failure> {
    ///         context.forward(record.map_value(|number| number * 2))
    ///     }
    /// }
    ///
    /// let builder = StreamsBuilder::new();
    /// builder
    ///     .stream("numbers", Consumed::with(Utf8, I64))
    ///     .process(|| Double)
    ///     .to("doubled", Produced::with(Utf8, I64));
    ///
    /// let mut driver = TopologyTestDriver::new(builder.build()?)?;
    /// driver.input("numbers", Utf8, I64).push("a", 4)?;
    /// assert_eq!(driver.output("doubled", Utf8, I64).values()?, [8]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn process<P: Processor<K, V>>(
        self,
        new: impl Fn() -> P + Send + Sync + 'static,
    ) -> KStream<'b, P::Key, P::Value> {
        self.process_with(Processed::default(), new)
    }

    /// As [`process`](Self::process), with options.
    pub fn process_with<P: Processor<K, V>>(
        self,
        processed: Processed,
        new: impl Fn() -> P + Send + Sync + 'static,
    ) -> KStream<'b, P::Key, P::Value> {
        self.process_with_stores(processed, (), move |()| new())
    }

    /// Notes that a processor may have changed keys, though Kafka Streams does not count it
    /// among the operators after which repartitions are merged.
    fn with_keys_in_doubt(self) -> Self {
        self.builder
            .with_graph(|graph| graph.node_mut(self.node).keys = Keys::Changed);
        self
    }

    /// As [`process`](Self::process), with stores: `new` gets the stores of its task, in the
    /// order in which they are named.
    ///
    /// Processors that name the same store share it, and live in one sub-topology. Every store
    /// has to be added with [`StreamsBuilder::add_store`](crate::dsl::StreamsBuilder::add_store).
    ///
    /// ```
    /// use headwater_core::prelude::*;
    /// use headwater_core::store::{KeyValueStore, KeyValueStoreDef};
    /// use headwater_testing::TopologyTestDriver;
    ///
    /// const SEEN: KeyValueStoreDef<String, i64> = KeyValueStoreDef::new("seen");
    ///
    /// /// Forwards how often each key was seen.
    /// struct CountSeen {
    ///     seen: KeyValueStore<String, i64>,
    /// }
    ///
    /// impl Processor<String, String> for CountSeen {
    ///     type Key = String;
    ///     type Value = i64;
    ///
    ///     fn process(
    ///         &mut self,
    ///         record: Record<String, String>,
    ///         context: &mut ProcessorContext<'_, String, i64>,
    ///     ) -> Result<(), Failure> {
    ///         let count = self.seen.get(&record.key)?.unwrap_or(0) + 1;
    ///         self.seen.put(&record.key, &count, context)?;
    ///         context.forward(record.with_value(count))
    ///     }
    /// }
    ///
    /// let builder = StreamsBuilder::new();
    /// builder.add_store(&SEEN, Stored::with(Utf8, I64));
    /// builder
    ///     .stream("in", Consumed::with(Utf8, Utf8))
    ///     .process_with_stores(Processed::default(), SEEN, |seen| CountSeen { seen })
    ///     .to("out", Produced::with(Utf8, I64));
    ///
    /// let mut driver = TopologyTestDriver::new(builder.build()?)?;
    /// driver.input("in", Utf8, Utf8).push("a", "x")?.push("a", "y")?;
    /// assert_eq!(driver.output("out", Utf8, I64).values()?, [1, 2]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn process_with_stores<S: Stores, P: Processor<K, V>>(
        self,
        processed: Processed,
        stores: S,
        new: impl Fn(S::Handles) -> P + Send + Sync + 'static,
    ) -> KStream<'b, P::Key, P::Value> {
        self.process_under(PREFIX, processed, stores, new)
            .with_keys_in_doubt()
    }

    pub(super) fn process_under<S: Stores, P: Processor<K, V>>(
        self,
        prefix: &str,
        processed: Processed,
        stores: S,
        new: impl Fn(S::Handles) -> P + Send + Sync + 'static,
    ) -> KStream<'b, P::Key, P::Value> {
        let used = stores.used();
        let stages = Stages::sink(move |wiring, node| {
            let process = Process::wire(wiring, node, |wiring| {
                new(stores.open(&mut OpenStores::new(wiring)))
            });
            Wired::new::<K, V>(Box::new(process))
        });
        let node = self
            .builder
            .add_processor(prefix, processed, self.node, stages);
        self.builder
            .with_graph(|graph| graph.connect_used(node, used));
        KStream::new(self.builder, node)
    }
}

/// A processor with what it needs to run. The chain pushes into it and the task punctuates it,
/// so both hold it.
struct ProcessNode<P: Processor<K, V>, K, V> {
    processor: P,
    owner: usize,
    name: String,
    children: Children<P::Key, P::Value>,
}

impl<K, V, P: Processor<K, V>> ProcessNode<P, K, V> {
    /// Calls the processor; settles its own failure by policy, passes on a stop from downstream.
    fn run(
        &mut self,
        now: Timestamp,
        task: &mut TaskContext,
        call: impl FnOnce(&mut P, &mut ProcessorContext<'_, P::Key, P::Value>) -> Result<(), Failure>,
    ) -> Step {
        let mut context = ProcessorContext::new(&mut self.children, task, self.owner, now);
        let outcome = call(&mut self.processor, &mut context);
        context.finish()?;
        match outcome {
            Ok(()) => Ok(()),
            Err(failure) => task.settle_failure(&self.name, failure),
        }
    }
}

impl<K: 'static, V: 'static, P: Processor<K, V>> Punctuated for ProcessNode<P, K, V> {
    fn init(&mut self, task: &mut TaskContext) -> Result<(), Box<TaskFailure>> {
        self.run(Timestamp::UNKNOWN, task, |processor, context| {
            processor.init(context);
            Ok(())
        })
    }

    fn punctuate(
        &mut self,
        id: PunctuationId,
        now: Timestamp,
        task: &mut TaskContext,
    ) -> Result<(), Box<TaskFailure>> {
        self.run(now, task, |processor, context| {
            processor.punctuate(id, now, context)
        })
    }

    fn close(&mut self) {
        self.processor.close();
    }
}

/// Pushes records into a processor.
pub(super) struct Process<P: Processor<K, V>, K, V>(Rc<RefCell<ProcessNode<P, K, V>>>);

impl<P: Processor<K, V>, K: 'static, V: 'static> Process<P, K, V> {
    /// The processor of a node; `new` makes it.
    pub(super) fn wire(
        wiring: &mut Wiring<'_>,
        node: NodeId,
        new: impl FnOnce(&mut Wiring<'_>) -> P,
    ) -> Self {
        Self(wiring.punctuated(|wiring, owner| ProcessNode {
            processor: new(wiring),
            owner,
            name: wiring.name_of(node).to_owned(),
            children: wiring.children::<P::Key, P::Value>(node),
        }))
    }
}

impl<K, V, P: Processor<K, V>> Sink<K, V> for Process<P, K, V> {
    fn push(&mut self, record: Record<K, V>, task: &mut TaskContext) -> Step {
        let mut node = self.0.borrow_mut();
        node.run(record.timestamp, task, |processor, context| {
            processor.process(record, context)
        })
    }
}
