//! Sliding windows.

use std::time::Duration;

/// Windows around records: each holds records that lie at most so far apart.
///
/// They are aligned to records, not to the epoch, and include both ends: `[end - difference, end]`.
///
/// Semantics: `org.apache.kafka.streams.kstream.SlidingWindows` (KIP-450).
///
/// ```
/// use std::time::Duration;
/// use headwater_core::window::SlidingWindows;
///
/// let windows = SlidingWindows::of(Duration::from_secs(10)).grace(Duration::from_secs(1));
/// # let _ = windows;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct SlidingWindows {
    pub(crate) difference: Duration,
    pub(crate) grace: Duration,
}

impl SlidingWindows {
    /// Windows of records at most so far apart.
    pub const fn of(difference: Duration) -> Self {
        Self {
            difference,
            grace: Duration::ZERO,
        }
    }

    /// Takes late records for so long after the end of their window.
    pub const fn grace(self, grace: Duration) -> Self {
        Self { grace, ..self }
    }
}
