//! `reduce`: two values of a key become one, again and again.

use super::function::Function;
use super::stream::unwindowed;
use crate::codec::{Codec, SharedCodec};
use crate::dsl::{IntoRow, KGroupedStream, KTable, Materialized, StoreNaming, StoreSettings};
use crate::failure::Failure;
use crate::operator::table::keep::Parts;

pub(super) const PREFIX: &str = "KSTREAM-REDUCE-";

impl<'b, K: Clone + 'static, V: 'static> KGroupedStream<'b, K, V> {
    /// Combines the values of each key: `reduce` gets the value so far and the next one.
    ///
    /// The first value of a key is kept as it is. If `reduce` gives `None` the row is deleted,
    /// and the next value is a first one. Records without a key or a value are dropped and
    /// counted. A row has the largest timestamp of the records in it.
    /// Semantics: `KGroupedStream.reduce`.
    ///
    /// ```
    /// use headwater_core::prelude::*;
    /// use headwater_testing::TopologyTestDriver;
    ///
    /// let builder = StreamsBuilder::new();
    /// builder
    ///     .stream("bids", Consumed::with(Utf8, I64))
    ///     .group_by_key(Grouped::with(Utf8, I64))
    ///     .reduce_with(|highest, bid| highest.max(bid), Materialized::named("highest", I64))
    ///     .into_stream()
    ///     .to("highest-bids", Produced::with(Utf8, I64.nullable()));
    ///
    /// let mut driver = TopologyTestDriver::new(builder.build()?)?;
    /// driver.input("bids", Utf8, I64).push("vase", 7)?.push("vase", 5)?;
    /// assert_eq!(driver.output("highest-bids", Utf8, I64).values()?, [7, 7]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use = "a table that nothing follows does nothing"]
    pub fn reduce<R: IntoRow<V>>(
        self,
        reduce: impl Fn(V, V) -> R + Send + Sync + 'static,
    ) -> KTable<'b, K, V>
    where
        V: Clone,
    {
        self.try_reduce(move |so_far, value| Ok(reduce(so_far, value)))
    }

    /// As [`reduce`](Self::reduce), in a store with these options. Values of a stream that may
    /// be null are reduced without the `Option` around them.
    #[must_use = "a table that nothing follows does nothing"]
    pub fn reduce_with<VC: Codec, R: IntoRow<VC::Item>>(
        self,
        reduce: impl Fn(VC::Item, VC::Item) -> R + Send + Sync + 'static,
        materialized: Materialized<VC>,
    ) -> KTable<'b, K, VC::Item>
    where
        V: IntoRow<VC::Item>,
        VC::Item: Clone,
    {
        let reduce = move |so_far, value| Ok(reduce(so_far, value));
        self.try_reduce_with(reduce, materialized)
    }

    /// As [`reduce`](Self::reduce), with a function that can fail.
    #[must_use = "a table that nothing follows does nothing"]
    pub fn try_reduce<R: IntoRow<V>>(
        self,
        reduce: impl Fn(V, V) -> Result<R, Failure> + Send + Sync + 'static,
    ) -> KTable<'b, K, V>
    where
        V: Clone,
    {
        let value = SharedCodec::clone(&self.grouping.value);
        let naming = StoreNaming::unspecified();
        self.reduced(reduce, (value, naming, StoreSettings::default()))
    }

    /// As [`reduce_with`](Self::reduce_with), with a function that can fail.
    #[must_use = "a table that nothing follows does nothing"]
    pub fn try_reduce_with<VC: Codec, R: IntoRow<VC::Item>>(
        self,
        reduce: impl Fn(VC::Item, VC::Item) -> Result<R, Failure> + Send + Sync + 'static,
        materialized: Materialized<VC>,
    ) -> KTable<'b, K, VC::Item>
    where
        V: IntoRow<VC::Item>,
        VC::Item: Clone,
    {
        self.reduced(reduce, materialized.into_parts())
    }

    fn reduced<A: Clone + 'static, R: IntoRow<A>>(
        self,
        reduce: impl Fn(A, A) -> Result<R, Failure> + Send + Sync + 'static,
        materialized: Parts<A>,
    ) -> KTable<'b, K, A>
    where
        V: IntoRow<A>,
    {
        let reduce = move |so_far, value: V| match value.into() {
            Some(value) => reduce(so_far, value).map(Into::into),
            None => Ok(Some(so_far)),
        };
        unwindowed(&self, PREFIX, materialized, Function::reducing(reduce))
    }
}
