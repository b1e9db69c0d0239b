//! How long rows of a key-value store live.

use std::time::Duration;

use crate::processor::PunctuationKind;
use crate::time::{Timestamp, duration_millis};

/// How long a row lives after its timestamp, and by which clock.
///
/// ```
/// use std::time::Duration;
/// use headwater_core::prelude::*;
///
/// let forgotten_after_a_day = Ttl::by_stream_time(Duration::from_secs(24 * 60 * 60));
/// # let _ = forgotten_after_a_day;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ttl {
    pub(crate) after: Duration,
    pub(crate) clock: PunctuationKind,
}

impl Ttl {
    /// A row dies when stream time, the largest timestamp the task has processed, is further
    /// than this behind its timestamp: the same input gives the same result, however late it is
    /// processed, and nothing dies while there is no input.
    pub const fn by_stream_time(after: Duration) -> Self {
        Self {
            after,
            clock: PunctuationKind::StreamTime,
        }
    }

    /// A row dies when the wall clock is further than this behind its timestamp, also while
    /// there is no input.
    pub const fn by_wall_clock(after: Duration) -> Self {
        Self {
            after,
            clock: PunctuationKind::WallClock,
        }
    }

    /// The last moment of a row's life.
    pub(crate) fn last_ms(self, timestamp: Timestamp) -> i64 {
        timestamp
            .as_millis()
            .saturating_add(duration_millis(self.after))
    }
}
