//! Which windows a grouped stream can be cut into.

use std::time::Duration;

use super::{
    CogroupedKStream, KGroupedStream, StreamsBuilder, TimeWindowedCogroupedKStream,
    TimeWindowedKStream,
};
use crate::error::TopologyError;
use crate::time::duration_millis;
use crate::window::{HoppingWindows, SlidingWindows, TumblingWindows};

/// What [`KGroupedStream::windowed_by`] and [`CogroupedKStream::windowed_by`] take: tumbling,
/// hopping and sliding windows, and sessions.
#[diagnostic::on_unimplemented(
    message = "`{Self}` are no windows to aggregate in",
    label = "`TumblingWindows`, `HoppingWindows`, `SlidingWindows` or `SessionWindows` are needed here"
)]
pub trait Windows: SealedWindows {
    /// The stream cut into these windows.
    type Grouped<'b, K: 'static, V: 'static>;
    /// The streams of a cogroup cut into these windows.
    type Cogrouped<'b, K: 'static, A: 'static>;

    #[doc(hidden)]
    fn cut<K: 'static, V: 'static>(
        self,
        group: KGroupedStream<'_, K, V>,
    ) -> Self::Grouped<'_, K, V>;

    #[doc(hidden)]
    fn cut_cogroup<K: 'static, A: 'static>(
        self,
        streams: CogroupedKStream<'_, K, A>,
    ) -> Self::Cogrouped<'_, K, A>;
}

/// Keeps [`Windows`] closed: each kind of windows is an operator of its own.
pub trait SealedWindows {}

/// How time windows cut event time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TimeCut {
    /// From the epoch on, every so often.
    Aligned { size_ms: i64, advance_ms: i64 },
    /// Around records.
    Sliding { difference_ms: i64 },
}

/// Windows whose size is known before there is a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TimeWindows {
    pub(crate) cut: TimeCut,
    pub(crate) grace_ms: i64,
}

impl TimeWindows {
    /// From the start of a window to its end.
    pub(crate) const fn size_ms(self) -> i64 {
        match self.cut {
            TimeCut::Aligned { size_ms, .. } => size_ms,
            TimeCut::Sliding { difference_ms } => difference_ms,
        }
    }

    /// How long a store has to keep them: a record reaches so far back.
    pub(crate) const fn retention_ms(self) -> i64 {
        let reach_ms = match self.cut {
            TimeCut::Aligned { size_ms, .. } => size_ms,
            // The window before a record's own tells when the record before it was.
            TimeCut::Sliding { difference_ms } => difference_ms.saturating_mul(2),
        };
        reach_ms.saturating_add(self.grace_ms)
    }

    /// The latest start of a window that is closed when late records count from `close_ms` on.
    pub(crate) const fn last_closed_start_ms(self, close_ms: i64) -> i64 {
        let open_ms = match self.cut {
            TimeCut::Aligned { size_ms, .. } => size_ms,
            // The end of a sliding window belongs to it.
            TimeCut::Sliding { difference_ms } => difference_ms.saturating_add(1),
        };
        close_ms.saturating_sub(open_ms)
    }

    /// When late records count from, once the window that starts then is closed: the inverse of
    /// [`last_closed_start_ms`](Self::last_closed_start_ms).
    pub(crate) const fn close_ms(self, start_ms: i64) -> i64 {
        let open_ms = start_ms.saturating_sub(self.last_closed_start_ms(start_ms));
        start_ms.saturating_add(open_ms)
    }

    /// Reports windows that are none.
    fn check(self, builder: &StreamsBuilder) {
        let TimeCut::Aligned {
            size_ms,
            advance_ms,
        } = self.cut
        else {
            return;
        };
        let error = if size_ms < 1 {
            TopologyError::EmptyWindows
        } else if advance_ms < 1 || advance_ms > size_ms {
            TopologyError::WindowAdvance {
                size_ms,
                advance_ms,
            }
        } else {
            return;
        };
        builder.with_graph(|graph| graph.report(error));
    }
}

fn aligned(size: Duration, advance: Duration, grace: Duration) -> TimeWindows {
    TimeWindows {
        cut: TimeCut::Aligned {
            size_ms: duration_millis(size),
            advance_ms: duration_millis(advance),
        },
        grace_ms: duration_millis(grace),
    }
}

impl From<TumblingWindows> for TimeWindows {
    fn from(windows: TumblingWindows) -> Self {
        aligned(windows.size, windows.size, windows.grace)
    }
}

impl From<HoppingWindows> for TimeWindows {
    fn from(windows: HoppingWindows) -> Self {
        aligned(windows.size, windows.advance, windows.grace)
    }
}

impl From<SlidingWindows> for TimeWindows {
    fn from(windows: SlidingWindows) -> Self {
        Self {
            cut: TimeCut::Sliding {
                difference_ms: duration_millis(windows.difference),
            },
            grace_ms: duration_millis(windows.grace),
        }
    }
}

macro_rules! time_windows {
    ($($windows:ty),+) => {$(
        impl SealedWindows for $windows {}

        impl Windows for $windows {
            type Grouped<'b, K: 'static, V: 'static> = TimeWindowedKStream<'b, K, V>;
            type Cogrouped<'b, K: 'static, A: 'static> = TimeWindowedCogroupedKStream<'b, K, A>;

            fn cut<K: 'static, V: 'static>(
                self,
                group: KGroupedStream<'_, K, V>,
            ) -> Self::Grouped<'_, K, V> {
                let windows = TimeWindows::from(self);
                windows.check(group.builder);
                TimeWindowedKStream::new(group, windows)
            }

            fn cut_cogroup<K: 'static, A: 'static>(
                self,
                streams: CogroupedKStream<'_, K, A>,
            ) -> Self::Cogrouped<'_, K, A> {
                let windows = TimeWindows::from(self);
                windows.check(streams.builder);
                TimeWindowedCogroupedKStream { streams, windows }
            }
        }
    )+};
}

time_windows!(TumblingWindows, HoppingWindows, SlidingWindows);
