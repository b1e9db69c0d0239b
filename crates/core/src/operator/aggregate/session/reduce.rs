//! `reduce` of sessions: the values of each become one.

use std::sync::Arc;

use super::declare::sessions;
use super::function::SessionFunction;
use crate::codec::{Codec, SharedCodec};
use crate::dsl::{
    IntoRow, KTable, Materialized, SessionWindowedKStream, StoreNaming, StoreSettings,
};
use crate::failure::Failure;
use crate::operator::aggregate::function::Function;
use crate::operator::aggregate::reduce::PREFIX;
use crate::operator::table::keep::Parts;
use crate::window::Windowed;

impl<'b, K: Clone + 'static, V: 'static> SessionWindowedKStream<'b, K, V> {
    /// Combines the values of each session: `reduce` gets the value so far and the next one, or
    /// the values of two sessions that become one.
    ///
    /// The first value of a session is kept as it is. If `reduce` gives `None` the row is
    /// deleted. Records without a key, and those whose session has closed, are dropped and
    /// counted; null values are passed to `reduce`. A row has the time of its session's last
    /// record. Semantics: `SessionWindowedKStream.reduce`.
    #[must_use = "a table that nothing follows does nothing"]
    pub fn reduce<R: IntoRow<V>>(
        self,
        reduce: impl Fn(V, V) -> R + Send + Sync + 'static,
    ) -> KTable<'b, Windowed<K>, V>
    where
        V: Clone,
    {
        let value = SharedCodec::clone(&self.group.grouping.value);
        let naming = StoreNaming::unspecified();
        let reduce = move |so_far, value| Ok(reduce(so_far, value));
        self.reduced(reduce, (value, naming, StoreSettings::default()))
    }

    /// As [`reduce`](Self::reduce), in a store with these options. Values of a stream that may
    /// be null come as they are, rows without the `Option` around them.
    ///
    /// ```
    /// use std::time::Duration;
    /// use headwater_core::prelude::*;
    /// use headwater_core::window::{SessionWindowed, SessionWindows};
    /// use headwater_testing::TopologyTestDriver;
    ///
    /// let builder = StreamsBuilder::new();
    /// builder
    ///     .stream("amounts", Consumed::with(Utf8, I64))
    ///     .group_by_key(Grouped::with(Utf8, I64))
    ///     .windowed_by(SessionWindows::with_gap(Duration::from_secs(60)))
    ///     .reduce_with(|sum, amount| sum + amount, Materialized::named("per-visit", I64))
    ///     .into_stream()
    ///     .to("sums", Produced::with(SessionWindowed::new(Utf8), I64.nullable()));
    ///
    /// let mut driver = TopologyTestDriver::new(builder.build()?)?;
    /// let amounts = driver.input("amounts", Utf8, I64);
    /// amounts.at_ms(0).push("ann", 5)?.at_ms(1_000).push("ann", 2)?;
    /// let mut sums = driver.output("sums", SessionWindowed::new(Utf8), I64.nullable());
    /// // The session grew: it is deleted and made anew.
    /// assert_eq!(sums.values()?, [Some(5), None, Some(7)]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use = "a table that nothing follows does nothing"]
    pub fn reduce_with<VC: Codec, R: IntoRow<VC::Item>>(
        self,
        reduce: impl Fn(VC::Item, V) -> R + Send + Sync + 'static,
        materialized: Materialized<VC>,
    ) -> KTable<'b, Windowed<K>, VC::Item>
    where
        V: IntoRow<VC::Item> + From<VC::Item>,
        VC::Item: Clone,
    {
        let reduce = move |so_far, value| Ok(reduce(so_far, value));
        self.try_reduce_with(reduce, materialized)
    }

    /// As [`reduce_with`](Self::reduce_with), with a function that can fail.
    #[must_use = "a table that nothing follows does nothing"]
    pub fn try_reduce_with<VC: Codec, R: IntoRow<VC::Item>>(
        self,
        reduce: impl Fn(VC::Item, V) -> Result<R, Failure> + Send + Sync + 'static,
        materialized: Materialized<VC>,
    ) -> KTable<'b, Windowed<K>, VC::Item>
    where
        V: IntoRow<VC::Item> + From<VC::Item>,
        VC::Item: Clone,
    {
        self.reduced(reduce, materialized.into_parts())
    }

    fn reduced<A: Clone + 'static, R: IntoRow<A>>(
        self,
        reduce: impl Fn(A, V) -> Result<R, Failure> + Send + Sync + 'static,
        materialized: Parts<A>,
    ) -> KTable<'b, Windowed<K>, A>
    where
        V: IntoRow<A> + From<A>,
    {
        let reduce = move |so_far, value| reduce(so_far, value).map(Into::into);
        let add = Function::<K, V, A>::reducing(reduce);
        let merging = Arc::clone(&add.next);
        let function = SessionFunction {
            add,
            merge: Arc::new(move |key: &K, so_far, row: A| merging(key, row.into(), so_far)),
        };
        sessions(&self, PREFIX, materialized, function)
    }
}
