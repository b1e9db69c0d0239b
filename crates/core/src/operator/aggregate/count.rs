//! `count`: how many records each key has.

use super::aggregate::PREFIX;
use super::function::Function;
use super::stream::unwindowed;
use crate::codec::{Codec, I64};
use crate::dsl::{Count, KGroupedStream, KTable, Materialized};
use crate::operator::table::keep::Parts;

impl<'b, K: Clone + 'static, V: 'static> KGroupedStream<'b, K, V> {
    /// Counts the records of each key, in a store with a generated name.
    ///
    /// Records without a key or a value are dropped and counted. A row has the largest timestamp
    /// of the records counted. Semantics: `KGroupedStream.count`.
    ///
    /// ```
    /// use headwater_core::prelude::*;
    /// use headwater_testing::TopologyTestDriver;
    ///
    /// let builder = StreamsBuilder::with_generated_names();
    /// builder
    ///     .stream("clicks", Consumed::with(Utf8, Utf8))
    ///     .group_by_key(Grouped::with(Utf8, Utf8))
    ///     .count()
    ///     .into_stream()
    ///     .to("counts", Produced::with(Utf8, I64.nullable()));
    ///
    /// let mut driver = TopologyTestDriver::new(builder.build()?)?;
    /// driver.input("clicks", Utf8, Utf8).push("ann", "/")?.push("ann", "/buy")?;
    /// assert_eq!(driver.output("counts", Utf8, I64).values()?, [1, 2]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use = "a table that nothing follows does nothing"]
    pub fn count(self) -> KTable<'b, K, i64> {
        self.counted(Materialized::unspecified(I64).into_parts())
    }

    /// As [`count`](Self::count), in a store with these options.
    #[must_use = "a table that nothing follows does nothing"]
    pub fn count_with<VC>(self, materialized: Materialized<VC>) -> KTable<'b, K, VC::Item>
    where
        VC: Codec,
        VC::Item: Count,
    {
        self.counted(materialized.into_parts())
    }

    fn counted<N: Count>(self, materialized: Parts<N>) -> KTable<'b, K, N> {
        if materialized.1.is_unnamed() {
            // Kafka Streams takes a number that it does not use.
            self.builder
                .with_graph(|graph| graph.names.next_store(PREFIX));
        }
        let function = Function::folding(N::zero, |_: &K, _: V, count: N| Ok(Some(count.plus(1))));
        unwindowed(&self, PREFIX, materialized, function)
    }
}
