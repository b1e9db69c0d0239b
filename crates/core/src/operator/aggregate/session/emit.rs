//! `emit` of sessions: when their rows are passed on.

use crate::dsl::SessionWindowedKStream;
use crate::window::Emit;

impl<K: 'static, V: 'static> SessionWindowedKStream<'_, K, V> {
    /// Says when rows are passed on: with every update, which is the default, or once, when
    /// their session closes.
    ///
    /// A session closes when stream time has passed its end by gap and grace; its row leaves
    /// with the next record after that. Rows leave in the order of their sessions' ends. No session that
    /// closes is forgotten, however far stream time jumps.
    /// Semantics: `SessionWindowedKStream.emitStrategy` (KIP-825).
    ///
    /// ```
    /// use std::time::Duration;
    /// use headwater_core::prelude::*;
    /// use headwater_core::window::{Emit, SessionWindowed, SessionWindows};
    /// use headwater_testing::TopologyTestDriver;
    ///
    /// let builder = StreamsBuilder::new();
    /// builder
    ///     .stream("clicks", Consumed::with(Utf8, Utf8))
    ///     .group_by_key(Grouped::with(Utf8, Utf8))
    ///     .windowed_by(SessionWindows::with_gap(Duration::from_secs(60)))
    ///     .emit(Emit::OnClose)
    ///     .count_with(Materialized::named("clicks-per-visit", I64))
    ///     .into_stream()
    ///     .to("visits", Produced::with(SessionWindowed::new(Utf8), I64.nullable()));
    ///
    /// let mut driver = TopologyTestDriver::new(builder.build()?)?;
    /// let clicks = driver.input("clicks", Utf8, Utf8).at_ms(1_000);
    /// clicks.push("ann", "/")?.at_ms(2_000).push("ann", "/buy")?;
    /// driver.input("clicks", Utf8, Utf8).at_ms(100_000).push("bob", "/")?;
    /// let visits = driver.output("visits", SessionWindowed::new(Utf8), I64).values()?;
    /// assert_eq!(visits, [2]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use = "windows that nothing aggregates do nothing"]
    pub fn emit(self, emit: Emit) -> Self {
        let idle = self.idle.filter(|_| emit == Emit::OnClose);
        Self { emit, idle, ..self }
    }
}
