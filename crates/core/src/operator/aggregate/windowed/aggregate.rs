//! `aggregate` in windows: the values of a key and window become a row of another type.

use super::declare::windowed;
use crate::codec::Codec;
use crate::dsl::{IntoRow, KTable, Materialized, TimeWindowedKStream};
use crate::failure::Failure;
use crate::operator::aggregate::aggregate::PREFIX;
use crate::operator::aggregate::function::SharedFunction;
use crate::window::Windowed;

impl<'b, K: Clone + 'static, V: 'static> TimeWindowedKStream<'b, K, V> {
    /// Adds each value to the row of its key and window; a window begins with what `initial`
    /// gives.
    ///
    /// `add` gets key, value and row; the value is borrowed, as one record may lie in many
    /// windows. If it gives `None` the row is deleted, and the next value begins anew. Records
    /// without a key are dropped and counted, and so is a record for each window of it that is
    /// closed. Records without a value are added in tumbling and hopping windows, and dropped by
    /// sliding ones. A row has the largest timestamp of the records in it.
    /// Semantics: `TimeWindowedKStream.aggregate`.
    ///
    /// ```
    /// use std::time::Duration;
    /// use headwater_core::prelude::*;
    /// use headwater_core::window::{HoppingWindows, TimeWindowed};
    /// use headwater_testing::TopologyTestDriver;
    ///
    /// let (size, advance) = (Duration::from_secs(10), Duration::from_secs(5));
    /// let builder = StreamsBuilder::new();
    /// builder
    ///     .stream("orders", Consumed::with(Utf8, Utf8))
    ///     .group_by_key(Grouped::with(Utf8, Utf8))
    ///     .windowed_by(HoppingWindows::of(size).advance_by(advance))
    ///     .aggregate(
    ///         || 0,
    ///         |_, article, letters| letters + article.len() as i64,
    ///         Materialized::named("letters", I64),
    ///     )
    ///     .into_stream()
    ///     .to("letters-per-customer", Produced::with(TimeWindowed::new(Utf8, size), I64.nullable()));
    ///
    /// let mut driver = TopologyTestDriver::new(builder.build()?)?;
    /// driver
    ///     .input("orders", Utf8, Utf8)
    ///     .at_ms(7_000).push("ann", "lamp")?
    ///     .at_ms(12_000).push("ann", "rug")?;
    /// let mut letters = driver.output("letters-per-customer", TimeWindowed::new(Utf8, size), I64);
    /// // Both windows of the lamp, then both of the rug, of which the first holds the lamp too.
    /// assert_eq!(letters.values()?, [4, 4, 7, 3]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use = "a table that nothing follows does nothing"]
    pub fn aggregate<VC: Codec, R: IntoRow<VC::Item>>(
        self,
        initial: impl Fn() -> VC::Item + Send + Sync + 'static,
        add: impl Fn(&K, &V, VC::Item) -> R + Send + Sync + 'static,
        materialized: Materialized<VC>,
    ) -> KTable<'b, Windowed<K>, VC::Item>
    where
        VC::Item: Clone,
    {
        let add = move |key: &K, value: &V, row| Ok(add(key, value, row));
        self.try_aggregate(initial, add, materialized)
    }

    /// As [`aggregate`](Self::aggregate), with a function that can fail.
    #[must_use = "a table that nothing follows does nothing"]
    pub fn try_aggregate<VC: Codec, R: IntoRow<VC::Item>>(
        self,
        initial: impl Fn() -> VC::Item + Send + Sync + 'static,
        add: impl Fn(&K, &V, VC::Item) -> Result<R, Failure> + Send + Sync + 'static,
        materialized: Materialized<VC>,
    ) -> KTable<'b, Windowed<K>, VC::Item>
    where
        VC::Item: Clone,
    {
        let add = move |key: &K, value: &V, row| add(key, value, row).map(Into::into);
        let function = SharedFunction::folding_shared(initial, add);
        windowed(&self, PREFIX, materialized.into_parts(), function)
    }
}
