//! `reduce` in windows: two values of a key and window become one, again and again.

use super::declare::windowed;
use crate::codec::{Codec, SharedCodec};
use crate::dsl::{IntoRow, KTable, Materialized, StoreNaming, StoreSettings, TimeWindowedKStream};
use crate::failure::Failure;
use crate::operator::aggregate::function::SharedFunction;
use crate::operator::table::keep::Parts;
use crate::window::Windowed;

const PREFIX: &str = "KSTREAM-REDUCE-";

impl<'b, K: Clone + 'static, V: Clone + 'static> TimeWindowedKStream<'b, K, V> {
    /// Combines the values of each key and window: `reduce` gets the value so far and the next
    /// one.
    ///
    /// The first value of a window is kept as it is. If `reduce` gives `None` the row is deleted,
    /// and the next value is a first one. Records without a key are dropped and counted, and so
    /// is a record for each window of it that is closed. A row has the largest timestamp of the
    /// records in it. Semantics: `TimeWindowedKStream.reduce`.
    ///
    /// ```
    /// use std::time::Duration;
    /// use headwater_core::prelude::*;
    /// use headwater_core::window::{SlidingWindows, TimeWindowed};
    /// use headwater_testing::TopologyTestDriver;
    ///
    /// let second = Duration::from_secs(1);
    /// let builder = StreamsBuilder::new();
    /// builder
    ///     .stream("bids", Consumed::with(Utf8, I64))
    ///     .group_by_key(Grouped::with(Utf8, I64))
    ///     .windowed_by(SlidingWindows::of(second))
    ///     .reduce_with(|highest, bid| highest.max(bid), Materialized::named("highest", I64))
    ///     .into_stream()
    ///     .to("highest-bids", Produced::with(TimeWindowed::new(Utf8, second), I64.nullable()));
    ///
    /// let mut driver = TopologyTestDriver::new(builder.build()?)?;
    /// driver
    ///     .input("bids", Utf8, I64)
    ///     .at_ms(5_000).push("vase", 7)?
    ///     .at_ms(5_500).push("vase", 5)?;
    /// let mut highest = driver.output("highest-bids", TimeWindowed::new(Utf8, second), I64);
    /// // The bid of 7 alone, then the window after it, then both.
    /// assert_eq!(highest.values()?, [7, 5, 7]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use = "a table that nothing follows does nothing"]
    pub fn reduce<R: IntoRow<V>>(
        self,
        reduce: impl Fn(V, V) -> R + Send + Sync + 'static,
    ) -> KTable<'b, Windowed<K>, V> {
        self.try_reduce(move |so_far, value| Ok(reduce(so_far, value)))
    }

    /// As [`reduce`](Self::reduce), in a store with these options.
    ///
    /// Where values of the stream may be null, rows are without the `Option` around them, and
    /// `reduce` gets it with the next value: tumbling and hopping windows take null for a value,
    /// sliding ones drop such records. A window whose first value is null has no row.
    #[must_use = "a table that nothing follows does nothing"]
    pub fn reduce_with<VC: Codec, R: IntoRow<VC::Item>>(
        self,
        reduce: impl Fn(VC::Item, V) -> R + Send + Sync + 'static,
        materialized: Materialized<VC>,
    ) -> KTable<'b, Windowed<K>, VC::Item>
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
    ) -> KTable<'b, Windowed<K>, V> {
        let value = SharedCodec::clone(&self.group.grouping.value);
        let naming = StoreNaming::unspecified();
        self.reduced(reduce, (value, naming, StoreSettings::default()))
    }

    /// As [`reduce_with`](Self::reduce_with), with a function that can fail.
    #[must_use = "a table that nothing follows does nothing"]
    pub fn try_reduce_with<VC: Codec, R: IntoRow<VC::Item>>(
        self,
        reduce: impl Fn(VC::Item, V) -> Result<R, Failure> + Send + Sync + 'static,
        materialized: Materialized<VC>,
    ) -> KTable<'b, Windowed<K>, VC::Item>
    where
        V: IntoRow<VC::Item>,
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
        V: IntoRow<A>,
    {
        let reduce = move |so_far, value| reduce(so_far, value).map(Into::into);
        windowed(
            &self,
            PREFIX,
            materialized,
            SharedFunction::reducing_shared(reduce),
        )
    }
}
