//! `aggregate`: the values of a key become a row of another type.

use super::function::Function;
use super::stream::unwindowed;
use crate::codec::Codec;
use crate::dsl::{IntoRow, KGroupedStream, KTable, Materialized};
use crate::failure::Failure;

pub(super) const PREFIX: &str = "KSTREAM-AGGREGATE-";

impl<'b, K: Clone + 'static, V: 'static> KGroupedStream<'b, K, V> {
    /// Adds each value to the row of its key; a key begins with what `initial` gives.
    ///
    /// `add` gets key, value and row. If it gives `None` the row is deleted, and the next value
    /// begins anew. Records without a key or a value are dropped and counted. A row has the
    /// largest timestamp of the records in it. Semantics: `KGroupedStream.aggregate`.
    ///
    /// ```
    /// use headwater_core::prelude::*;
    /// use headwater_testing::TopologyTestDriver;
    ///
    /// let builder = StreamsBuilder::new();
    /// builder
    ///     .stream("orders", Consumed::with(Utf8, Utf8))
    ///     .group_by_key(Grouped::with(Utf8, Utf8))
    ///     .aggregate(
    ///         || 0,
    ///         |_, article, letters| letters + article.len() as i64,
    ///         Materialized::named("letters", I64),
    ///     )
    ///     .into_stream()
    ///     .to("letters-per-customer", Produced::with(Utf8, I64.nullable()));
    ///
    /// let mut driver = TopologyTestDriver::new(builder.build()?)?;
    /// driver.input("orders", Utf8, Utf8).push("ann", "lamp")?.push("ann", "rug")?;
    /// assert_eq!(driver.output("letters-per-customer", Utf8, I64).values()?, [4, 7]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use = "a table that nothing follows does nothing"]
    pub fn aggregate<VC: Codec, R: IntoRow<VC::Item>>(
        self,
        initial: impl Fn() -> VC::Item + Send + Sync + 'static,
        add: impl Fn(&K, V, VC::Item) -> R + Send + Sync + 'static,
        materialized: Materialized<VC>,
    ) -> KTable<'b, K, VC::Item>
    where
        VC::Item: Clone,
    {
        let add = move |key: &K, value, row| Ok(add(key, value, row));
        self.try_aggregate(initial, add, materialized)
    }

    /// As [`aggregate`](Self::aggregate), with a function that can fail.
    #[must_use = "a table that nothing follows does nothing"]
    pub fn try_aggregate<VC: Codec, R: IntoRow<VC::Item>>(
        self,
        initial: impl Fn() -> VC::Item + Send + Sync + 'static,
        add: impl Fn(&K, V, VC::Item) -> Result<R, Failure> + Send + Sync + 'static,
        materialized: Materialized<VC>,
    ) -> KTable<'b, K, VC::Item>
    where
        VC::Item: Clone,
    {
        let add = move |key: &K, value, row| add(key, value, row).map(Into::into);
        let function = Function::folding(initial, add);
        unwindowed(&self, PREFIX, materialized.into_parts(), function)
    }
}
