//! What each kind of windows makes of a group.

use super::KGroupedStream;

mod sealed {
    /// Kinds of windows are those of `headwater_core::window`.
    pub trait Sealed {}

    impl Sealed for crate::window::SessionWindows {}
}

/// A kind of windows that a group can be cut into.
///
/// Semantics: the overloads of `KGroupedStream.windowedBy`.
pub trait Windows: sealed::Sealed + Sized {
    /// A grouped stream in these windows.
    type Stream<'b, K: 'static, V: 'static>;

    /// Cuts a grouped stream into these windows: what
    /// [`windowed_by`](KGroupedStream::windowed_by) does.
    fn cut<K: 'static, V: 'static>(self, group: KGroupedStream<'_, K, V>)
    -> Self::Stream<'_, K, V>;
}

impl<'b, K: 'static, V: 'static> KGroupedStream<'b, K, V> {
    /// Aggregates by key and window: each kind of windows has a handle with verbs of its own.
    ///
    /// Semantics: `KGroupedStream.windowedBy`.
    ///
    /// ```
    /// use std::time::Duration;
    /// use headwater_core::prelude::*;
    /// use headwater_core::window::{SessionWindowed, SessionWindows};
    /// use headwater_testing::TopologyTestDriver;
    ///
    /// let builder = StreamsBuilder::new();
    /// builder
    ///     .stream("clicks", Consumed::with(Utf8, Utf8))
    ///     .group_by_key(Grouped::with(Utf8, Utf8))
    ///     .windowed_by(SessionWindows::with_gap(Duration::from_secs(60)))
    ///     .count_with(Materialized::named("clicks-per-visit", I64).uncached())
    ///     .into_stream()
    ///     .to("visits", Produced::with(SessionWindowed::new(Utf8), I64.nullable()));
    ///
    /// let mut driver = TopologyTestDriver::new(builder.build()?)?;
    /// driver.input("clicks", Utf8, Utf8).push("ann", "/")?.push("ann", "/buy")?;
    /// let visits = driver.output("visits", SessionWindowed::new(Utf8), I64.nullable());
    /// # let _ = visits;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn windowed_by<W: Windows>(self, windows: W) -> W::Stream<'b, K, V> {
        windows.cut(self)
    }
}
