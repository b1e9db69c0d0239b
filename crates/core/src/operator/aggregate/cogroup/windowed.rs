//! `windowed_by` of a cogroup, and `aggregate` in time windows: a row per key and window.

use std::sync::Arc;

use super::declare;
use super::part::{Cogrouped, Initial};
use crate::codec::{Codec, SharedCodec};
use crate::dsl::{CogroupedKStream, KTable, Materialized, TimeWindowedCogroupedKStream, Windows};
use crate::operator::aggregate::windowed::declare as windowed;
use crate::window::{Emit, Windowed};

impl<'b, K: Clone + 'static, A: Clone + 'static> CogroupedKStream<'b, K, A> {
    /// Cuts the streams into windows: records of one key are in one window whichever stream they
    /// come from.
    ///
    /// Semantics: `CogroupedKStream.windowedBy`.
    pub fn windowed_by<W: Windows>(self, windows: W) -> W::Cogrouped<'b, K, A> {
        windows.cut_cogroup(self)
    }
}

impl<'b, K: Clone + 'static, A: Clone + 'static> TimeWindowedCogroupedKStream<'b, K, A> {
    /// Adds the values of every stream to the rows of one table, a row per key and window; a
    /// window begins with what `initial` gives.
    ///
    /// Each stream drops its own late records: a window is closed to it once its own records
    /// have passed the end and grace. Otherwise as
    /// [`aggregate`](crate::dsl::TimeWindowedKStream::aggregate) of one stream. Semantics:
    /// `TimeWindowedCogroupedKStream.aggregate` (KIP-150).
    ///
    /// ```
    /// use std::time::Duration;
    /// use headwater_core::prelude::*;
    /// use headwater_testing::TopologyTestDriver;
    ///
    /// let minute = Duration::from_secs(60);
    /// let builder = StreamsBuilder::new();
    /// let group = |topic| {
    ///     let stream = builder.stream(topic, Consumed::with(Utf8, I64));
    ///     stream.group_by_key(Grouped::with(Utf8, I64))
    /// };
    /// group("deposits")
    ///     .cogroup(|_, amount, sum: i64| sum + amount)
    ///     .cogroup(group("payments"), |_, amount, sum| sum - amount)
    ///     .windowed_by(TumblingWindows::of(minute))
    ///     .aggregate(|| 0, Materialized::named("per-minute", I64))
    ///     .into_stream()
    ///     .to("sums", Produced::with(TimeWindowed::new(Utf8, minute), I64.nullable()));
    ///
    /// let mut driver = TopologyTestDriver::new(builder.build()?)?;
    /// driver.input("deposits", Utf8, I64).push("ann", 5)?;
    /// driver.input("payments", Utf8, I64).push("ann", 3)?;
    /// let mut sums = driver.output("sums", TimeWindowed::new(Utf8, minute), I64);
    /// assert_eq!(sums.values()?, [5, 2]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use = "a table that nothing follows does nothing"]
    pub fn aggregate<VC: Codec<Item = A>>(
        self,
        initial: impl Fn() -> A + Send + Sync + 'static,
        materialized: Materialized<VC>,
    ) -> KTable<'b, Windowed<K>, A> {
        let Self { streams, windows } = self;
        let windows = (windows, Emit::OnUpdate);
        let materialized = materialized.into_parts();
        let row = SharedCodec::clone(&materialized.0);
        let initial: Initial<A> = Arc::new(initial);
        let table = windowed::table(&streams.key, materialized, windows);
        let stages = |stream: &dyn Cogrouped<K, A>| stream.time_windows(&initial, windows.0, &row);
        declare::add(&streams, table, stages)
    }
}
