//! Which windows a grouped stream can be cut into.

use std::time::Duration;

use super::{KGroupedStream, TimeWindowedKStream};
use crate::error::TopologyError;
use crate::time::duration_millis;
use crate::window::{HoppingWindows, SlidingWindows, TumblingWindows};

/// What [`KGroupedStream::windowed_by`] takes: tumbling, hopping and sliding windows, and
/// sessions.
#[diagnostic::on_unimplemented(
    message = "`{Self}` are no windows to aggregate in",
    label = "`TumblingWindows`, `HoppingWindows`, `SlidingWindows` or `SessionWindows` are needed here"
)]
pub trait Windows: SealedWindows {
    /// The stream cut into these windows.
    type Grouped<'b, K: 'static, V: 'static>;

    #[doc(hidden)]
    fn cut<K: 'static, V: 'static>(
        self,
        group: KGroupedStream<'_, K, V>,
    ) -> Self::Grouped<'_, K, V>;
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

    fn cut<K: 'static, V: 'static>(
        self,
        group: KGroupedStream<'_, K, V>,
    ) -> TimeWindowedKStream<'_, K, V> {
        if let TimeCut::Aligned {
            size_ms,
            advance_ms,
        } = self.cut
        {
            let error = if size_ms < 1 {
                Some(TopologyError::EmptyWindows)
            } else if advance_ms < 1 || advance_ms > size_ms {
                Some(TopologyError::WindowAdvance {
                    size_ms,
                    advance_ms,
                })
            } else {
                None
            };
            group
                .builder
                .with_graph(|graph| graph.check(error.map_or(Ok(()), Err)));
        }
        TimeWindowedKStream::new(group, self)
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

            fn cut<K: 'static, V: 'static>(
                self,
                group: KGroupedStream<'_, K, V>,
            ) -> Self::Grouped<'_, K, V> {
                TimeWindows::from(self).cut(group)
            }
        }
    )+};
}

time_windows!(TumblingWindows, HoppingWindows, SlidingWindows);
