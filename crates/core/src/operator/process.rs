//! `process`: a processor of the user in the chain.

use std::cell::RefCell;
use std::rc::Rc;

use crate::dsl::{KStream, Processed};
use crate::failure::{FailedStep, Failure, Step, TaskFailure};
use crate::processor::{Processor, ProcessorContext, PunctuationId, Sink, TaskContext};
use crate::record::Record;
use crate::time::Timestamp;
use crate::topology::{Keys, Punctuated, Stages, Wired};

const PREFIX: &str = "KSTREAM-PROCESSOR-";

impl<'b, K: 'static, V: 'static> KStream<'b, K, V> {
    /// Runs each record through a processor of its own making; `new` makes one for each task.
    ///
    /// Semantics: `KStream.process` (KIP-820).
    ///
    /// ```
    /// use headwater_core::prelude::*;
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
        let processed = self.process_under(PREFIX, processed, new);
        // A processor may change keys, but Kafka Streams does not count it among the operators
        // before which repartitions are merged.
        processed.builder.with_graph(|graph| {
            graph.node_mut(processed.node).keys = Keys::Changed;
        });
        processed
    }

    pub(super) fn process_under<P: Processor<K, V>>(
        self,
        prefix: &str,
        processed: Processed,
        new: impl Fn() -> P + Send + Sync + 'static,
    ) -> KStream<'b, P::Key, P::Value> {
        let stages = Stages::sink(move |wiring, node| {
            let processor = wiring.punctuated(|wiring, owner| ProcessNode {
                processor: new(),
                owner,
                name: wiring.name_of(node).to_owned(),
                next: wiring.downstream::<P::Key, P::Value>(node),
            });
            Wired::new::<K, V>(Box::new(Process(processor)))
        });
        let node = self
            .builder
            .add_processor(prefix, processed, self.node, stages);
        KStream::new(self.builder, node)
    }
}

/// A processor with what it needs to run. The chain pushes into it and the task punctuates it,
/// so both hold it.
struct ProcessNode<P: Processor<K, V>, K, V> {
    processor: P,
    owner: usize,
    name: String,
    next: Box<dyn Sink<P::Key, P::Value>>,
}

impl<K, V, P: Processor<K, V>> ProcessNode<P, K, V> {
    /// Calls the processor; settles its own failure by policy, passes on a stop from downstream.
    fn run(
        &mut self,
        task: &mut TaskContext,
        call: impl FnOnce(&mut P, &mut ProcessorContext<'_, P::Key, P::Value>) -> Result<(), Failure>,
    ) -> Step {
        let mut context = ProcessorContext::new(&mut *self.next, task, self.owner);
        let outcome = call(&mut self.processor, &mut context);
        context.finish()?;
        match outcome {
            Ok(()) => Ok(()),
            Err(failure) => task.settle(FailedStep::Process, &self.name, failure.into_inner()),
        }
    }
}

impl<K: 'static, V: 'static, P: Processor<K, V>> Punctuated for ProcessNode<P, K, V> {
    fn init(&mut self, task: &mut TaskContext) -> Result<(), Box<TaskFailure>> {
        self.run(task, |processor, context| {
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
        self.run(task, |processor, context| {
            processor.punctuate(id, now, context)
        })
    }

    fn close(&mut self) {
        self.processor.close();
    }
}

struct Process<P: Processor<K, V>, K, V>(Rc<RefCell<ProcessNode<P, K, V>>>);

impl<K, V, P: Processor<K, V>> Sink<K, V> for Process<P, K, V> {
    fn push(&mut self, record: Record<K, V>, task: &mut TaskContext) -> Step {
        let mut node = self.0.borrow_mut();
        node.run(task, |processor, context| {
            processor.process(record, context)
        })
    }
}
