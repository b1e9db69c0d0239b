//! Tumbling windows.

use std::time::Duration;

/// Windows of one size, side by side: each moment lies in exactly one.
///
/// They are aligned to the Unix epoch and end before their last moment: `[start, start + size)`.
///
/// Semantics: `org.apache.kafka.streams.kstream.TimeWindows` without `advanceBy`.
///
/// ```
/// use std::time::Duration;
/// use headwater_core::window::TumblingWindows;
///
/// let minutes = TumblingWindows::of(Duration::from_secs(60)).grace(Duration::from_secs(5));
/// # let _ = minutes;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct TumblingWindows {
    pub(crate) size: Duration,
    pub(crate) grace: Duration,
}

impl TumblingWindows {
    /// Windows of this size, at least a millisecond. Late records are dropped once stream time
    /// has passed the end of their window.
    pub const fn of(size: Duration) -> Self {
        Self {
            size,
            grace: Duration::ZERO,
        }
    }

    /// Takes late records for so long after the end of their window.
    pub const fn grace(self, grace: Duration) -> Self {
        Self { grace, ..self }
    }
}
