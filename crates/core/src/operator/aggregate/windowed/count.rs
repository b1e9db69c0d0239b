//! `count` in windows: how many records each key has in each window.

use super::declare::windowed;
use crate::codec::{Codec, I64};
use crate::dsl::{Count, KTable, Materialized, TimeCut, TimeWindowedKStream};
use crate::operator::aggregate::aggregate::PREFIX;
use crate::operator::aggregate::function::SharedFunction;
use crate::operator::table::keep::Parts;
use crate::window::Windowed;

impl<'b, K: Clone + 'static, V: 'static> TimeWindowedKStream<'b, K, V> {
    /// Counts the records of each key and window, in a store with a generated name.
    ///
    /// Records without a key are dropped and counted, and so is a record for each window of it
    /// that is closed. A record without a value counts in tumbling and hopping windows, and is
    /// dropped by sliding ones. A row has the largest timestamp of the records counted.
    /// Semantics: `TimeWindowedKStream.count`.
    #[must_use = "a table that nothing follows does nothing"]
    pub fn count(self) -> KTable<'b, Windowed<K>, i64> {
        self.counted(Materialized::unspecified(I64).into_parts())
    }

    /// As [`count`](Self::count), in a store with these options.
    ///
    /// ```
    /// use std::time::Duration;
    /// use headwater_core::prelude::*;
    /// use headwater_testing::TopologyTestDriver;
    ///
    /// let builder = StreamsBuilder::new();
    /// let minute = Duration::from_secs(60);
    /// builder
    ///     .stream("clicks", Consumed::with(Utf8, Utf8))
    ///     .group_by_key(Grouped::with(Utf8, Utf8))
    ///     .windowed_by(TumblingWindows::of(minute))
    ///     .count_with(Materialized::named("clicks-per-minute", I64))
    ///     .into_stream()
    ///     .to("counts", Produced::with(TimeWindowed::new(Utf8, minute), I64.nullable()));
    ///
    /// let mut driver = TopologyTestDriver::new(builder.build()?)?;
    /// let clicks = driver.input("clicks", Utf8, Utf8);
    /// clicks.at_ms(0).push("ann", "/")?.at_ms(60_000).push("ann", "/")?.push("ann", "/")?;
    /// let counts = driver.output("counts", TimeWindowed::new(Utf8, minute), I64).values()?;
    /// assert_eq!(counts, [1, 1, 2]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use = "a table that nothing follows does nothing"]
    pub fn count_with<VC>(self, materialized: Materialized<VC>) -> KTable<'b, Windowed<K>, VC::Item>
    where
        VC: Codec,
        VC::Item: Count,
    {
        self.counted(materialized.into_parts())
    }

    fn counted<N: Count>(self, materialized: Parts<N>) -> KTable<'b, Windowed<K>, N> {
        let is_aligned = matches!(self.windows.cut, TimeCut::Aligned { .. });
        if materialized.1.is_unnamed() && is_aligned {
            // Kafka Streams takes a number that it does not use.
            let builder = self.group.builder;
            builder.with_graph(|graph| graph.names.next_store(PREFIX));
        }
        let function = SharedFunction::folding_shared(N::zero, |_: &K, _: &V, count: N| {
            Ok(Some(count.plus(1)))
        });
        windowed(&self, PREFIX, materialized, function)
    }
}
