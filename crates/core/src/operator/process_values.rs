//! `process_values`: a processor that leaves the key alone.

use crate::dsl::{KStream, Processed};
use crate::failure::Failure;
use crate::processor::{
    FixedKeyContext, FixedKeyProcessor, FixedKeyRecord, Processor, ProcessorContext, PunctuationId,
};
use crate::record::Record;
use crate::store::Stores;
use crate::time::Timestamp;

const PREFIX: &str = "KSTREAM-PROCESSVALUES-";

impl<'b, K: 'static, V: 'static> KStream<'b, K, V> {
    /// Runs each record through a processor that cannot change the key; `new` makes one for
    /// each task.
    ///
    /// Semantics: `KStream.processValues` (KIP-820).
    ///
    /// ```
    /// use headwater_core::prelude::*;
    /// use headwater_testing::TopologyTestDriver;
    ///
    /// struct Double;
    ///
    /// impl FixedKeyProcessor<String, i64> for Double {
    ///     type Value = i64;
    ///
    ///     fn process(
    ///         &mut self,
    ///         record: FixedKeyRecord<String, i64>,
    ///         context: &mut FixedKeyContext<'_, '_, String, i64>,
    ///     ) -> Result<(), Failure> {
    ///         context.forward(record.map_value(|number| number * 2))
    ///     }
    /// }
    ///
    /// let builder = StreamsBuilder::new();
    /// builder
    ///     .stream("numbers", Consumed::with(Utf8, I64))
    ///     .process_values(|| Double)
    ///     .to("doubled", Produced::with(Utf8, I64));
    ///
    /// let mut driver = TopologyTestDriver::new(builder.build()?)?;
    /// driver.input("numbers", Utf8, I64).push("a", 4)?;
    /// assert_eq!(driver.output("doubled", Utf8, I64).values()?, [8]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn process_values<P: FixedKeyProcessor<K, V>>(
        self,
        new: impl Fn() -> P + Send + Sync + 'static,
    ) -> KStream<'b, K, P::Value> {
        self.process_values_with(Processed::default(), new)
    }

    /// As [`process_values`](Self::process_values), with options.
    pub fn process_values_with<P: FixedKeyProcessor<K, V>>(
        self,
        processed: Processed,
        new: impl Fn() -> P + Send + Sync + 'static,
    ) -> KStream<'b, K, P::Value> {
        self.process_values_with_stores(processed, (), move |()| new())
    }

    /// As [`process_values`](Self::process_values), with stores; see
    /// [`process_with_stores`](Self::process_with_stores).
    pub fn process_values_with_stores<S: Stores, P: FixedKeyProcessor<K, V>>(
        self,
        processed: Processed,
        stores: S,
        new: impl Fn(S::Handles) -> P + Send + Sync + 'static,
    ) -> KStream<'b, K, P::Value> {
        let new = move |stores| FixedKey(new(stores));
        self.process_under(PREFIX, processed, stores, new)
    }
}

/// A processor that forwards under the key it was given.
struct FixedKey<P>(P);

impl<K: 'static, V: 'static, P: FixedKeyProcessor<K, V>> Processor<K, V> for FixedKey<P> {
    type Key = K;
    type Value = P::Value;

    fn init(&mut self, context: &mut ProcessorContext<'_, K, P::Value>) {
        self.0.init(&mut FixedKeyContext::new(context));
    }

    fn process(
        &mut self,
        record: Record<K, V>,
        context: &mut ProcessorContext<'_, K, P::Value>,
    ) -> Result<(), Failure> {
        let record = FixedKeyRecord::new(record);
        self.0.process(record, &mut FixedKeyContext::new(context))
    }

    fn punctuate(
        &mut self,
        id: PunctuationId,
        now: Timestamp,
        context: &mut ProcessorContext<'_, K, P::Value>,
    ) -> Result<(), Failure> {
        self.0
            .punctuate(id, now, &mut FixedKeyContext::new(context))
    }

    fn close(&mut self) {
        self.0.close();
    }
}
