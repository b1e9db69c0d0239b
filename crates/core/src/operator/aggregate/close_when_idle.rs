//! `close_when_idle`: windows and sessions are closed on an idle input, too.

use std::time::Duration;

use crate::dsl::{SessionWindowedKStream, TimeWindowedKStream};
use crate::window::Emit;

impl<K: 'static, V: 'static> TimeWindowedKStream<'_, K, V> {
    /// Passes rows on once, when their window closes, and closes all windows when there was no
    /// record for so long, by the wall clock: without a later record none would close.
    ///
    /// Windows close then as if stream time had passed their ends and the grace: later records
    /// for them are late. Their rows have their own timestamps and no headers. Records that wait
    /// in a cache upstream are not forgotten: they are flushed first, and then the input is not
    /// idle. The delay should be longer than the pauses between records that belong together, and
    /// than what holds a source up. Includes [`emit(Emit::OnClose)`](Self::emit). After a
    /// restart, windows that the store still holds are passed on once more. Kafka Streams waits
    /// for ever.
    ///
    /// ```
    /// use std::time::Duration;
    /// use headwater_core::prelude::*;
    /// use headwater_testing::TopologyTestDriver;
    ///
    /// let minute = Duration::from_secs(60);
    /// let builder = StreamsBuilder::new();
    /// builder
    ///     .stream("clicks", Consumed::with(Utf8, Utf8))
    ///     .group_by_key(Grouped::with(Utf8, Utf8))
    ///     .windowed_by(TumblingWindows::of(minute))
    ///     .close_when_idle(minute)
    ///     .count_with(Materialized::named("clicks-per-minute", I64))
    ///     .into_stream()
    ///     .to("counts", Produced::with(TimeWindowed::new(Utf8, minute), I64.nullable()));
    ///
    /// let mut driver = TopologyTestDriver::new(builder.build()?)?;
    /// driver.input("clicks", Utf8, Utf8).at_ms(1_000).push("ann", "/")?.push("ann", "/buy")?;
    /// driver.advance_wall_clock(minute)?;
    /// let mut counts = driver.output("counts", TimeWindowed::new(Utf8, minute), I64);
    /// assert_eq!(counts.values()?, [2]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use = "windows that nothing aggregates do nothing"]
    pub fn close_when_idle(mut self, delay: Duration) -> Self {
        self.emit = Emit::OnClose;
        self.idle = Some(delay);
        self
    }
}

impl<K: 'static, V: 'static> SessionWindowedKStream<'_, K, V> {
    /// Passes rows on once, when their session closes, and closes all sessions when there was no
    /// record for so long, by the wall clock; see [`TimeWindowedKStream::close_when_idle`].
    ///
    /// A later record near a session that was closed so begins a session of its own.
    ///
    /// ```
    /// use std::time::Duration;
    /// use headwater_core::prelude::*;
    /// use headwater_testing::TopologyTestDriver;
    ///
    /// let builder = StreamsBuilder::new();
    /// builder
    ///     .stream("clicks", Consumed::with(Utf8, Utf8))
    ///     .group_by_key(Grouped::with(Utf8, Utf8))
    ///     .windowed_by(SessionWindows::with_gap(Duration::from_secs(60)))
    ///     .close_when_idle(Duration::from_secs(90))
    ///     .count_with(Materialized::named("clicks-per-visit", I64))
    ///     .into_stream()
    ///     .to("visits", Produced::with(SessionWindowed::new(Utf8), I64.nullable()));
    ///
    /// let mut driver = TopologyTestDriver::new(builder.build()?)?;
    /// driver.input("clicks", Utf8, Utf8).at_ms(1_000).push("ann", "/")?.push("ann", "/buy")?;
    /// driver.advance_wall_clock(Duration::from_secs(90))?;
    /// let visits = driver.output("visits", SessionWindowed::new(Utf8), I64).values()?;
    /// assert_eq!(visits, [2]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use = "windows that nothing aggregates do nothing"]
    pub fn close_when_idle(self, delay: Duration) -> Self {
        Self {
            emit: Emit::OnClose,
            idle: Some(delay),
            ..self
        }
    }
}
