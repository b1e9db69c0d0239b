//! Hopping windows.

use std::time::Duration;

/// Windows of one size that begin at regular intervals: they overlap, and a record counts in all
/// that it lies in.
///
/// They are aligned to the Unix epoch and end before their last moment: `[start, start + size)`.
///
/// Semantics: `org.apache.kafka.streams.kstream.TimeWindows.advanceBy`.
///
/// ```
/// use std::time::Duration;
/// use headwater_core::window::HoppingWindows;
///
/// let five_minutes_each_minute =
///     HoppingWindows::of(Duration::from_secs(300)).advance_by(Duration::from_secs(60));
/// # let _ = five_minutes_each_minute;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct HoppingWindows {
    pub(crate) size: Duration,
    pub(crate) advance: Duration,
    pub(crate) grace: Duration,
}

impl HoppingWindows {
    /// Windows of this size, at least a millisecond, which tumble until they are told to
    /// [`advance_by`](Self::advance_by) less.
    pub const fn of(size: Duration) -> Self {
        Self {
            size,
            advance: size,
            grace: Duration::ZERO,
        }
    }

    /// Begins a window every so often: at least a millisecond, at most the size.
    pub const fn advance_by(self, advance: Duration) -> Self {
        Self { advance, ..self }
    }

    /// Takes late records for so long after the end of their window.
    pub const fn grace(self, grace: Duration) -> Self {
        Self { grace, ..self }
    }
}
