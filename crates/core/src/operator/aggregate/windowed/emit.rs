//! `windowed_by` and `emit`: what the aggregations in windows begin with.

use crate::dsl::{KGroupedStream, TimeWindowedKStream, Windows};
use crate::window::Emit;

impl<'b, K: 'static, V: 'static> KGroupedStream<'b, K, V> {
    /// Cuts the stream of each key into windows, to be aggregated each by itself.
    ///
    /// Semantics: `KGroupedStream.windowedBy`.
    ///
    /// ```
    /// use std::time::Duration;
    /// use headwater_core::prelude::*;
    /// use headwater_core::window::{TimeWindowed, TumblingWindows};
    /// use headwater_testing::TopologyTestDriver;
    ///
    /// let minute = Duration::from_secs(60);
    /// let builder = StreamsBuilder::new();
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
    /// clicks.at_ms(59_000).push("ann", "/")?.at_ms(60_000).push("ann", "/buy")?;
    /// let counts = driver.output("counts", TimeWindowed::new(Utf8, minute), I64).pairs()?;
    /// let starts: Vec<_> = counts.iter().map(|(key, _)| key.window.start.as_millis()).collect();
    /// assert_eq!(starts, [0, 60_000]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use = "windows that nothing aggregates do nothing"]
    pub fn windowed_by<W: Windows>(self, windows: W) -> W::Grouped<'b, K, V> {
        windows.cut(self)
    }
}

impl<K: 'static, V: 'static> TimeWindowedKStream<'_, K, V> {
    /// Says when rows are passed on: with every update, which is the default, or once, when
    /// their window closes.
    ///
    /// A window closes when stream time has passed its end and grace; its row leaves with the
    /// next record after that. Rows leave in the order of their windows' starts. No window that closes
    /// is forgotten, however far stream time jumps. Semantics: `TimeWindowedKStream.emitStrategy`
    /// (KIP-825).
    ///
    /// ```
    /// use std::time::Duration;
    /// use headwater_core::prelude::*;
    /// use headwater_core::window::{Emit, TimeWindowed, TumblingWindows};
    /// use headwater_testing::TopologyTestDriver;
    ///
    /// let minute = Duration::from_secs(60);
    /// let builder = StreamsBuilder::new();
    /// builder
    ///     .stream("clicks", Consumed::with(Utf8, Utf8))
    ///     .group_by_key(Grouped::with(Utf8, Utf8))
    ///     .windowed_by(TumblingWindows::of(minute))
    ///     .emit(Emit::OnClose)
    ///     .count_with(Materialized::named("clicks-per-minute", I64))
    ///     .into_stream()
    ///     .to("counts", Produced::with(TimeWindowed::new(Utf8, minute), I64.nullable()));
    ///
    /// let mut driver = TopologyTestDriver::new(builder.build()?)?;
    /// driver.input("clicks", Utf8, Utf8).at_ms(1_000).push("ann", "/")?.push("ann", "/buy")?;
    /// driver.input("clicks", Utf8, Utf8).at_ms(3_600_000).push("bob", "/")?;
    /// let mut counts = driver.output("counts", TimeWindowed::new(Utf8, minute), I64);
    /// assert_eq!(counts.values()?, [2]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use = "windows that nothing aggregates do nothing"]
    pub fn emit(mut self, emit: Emit) -> Self {
        self.emit = emit;
        self.idle = self.idle.filter(|_| emit == Emit::OnClose);
        self
    }
}
