//! Sessions.

use std::time::Duration;

/// Sessions: records of a key with no longer gap than this between them. A record between two
/// sessions merges them.
///
/// A session includes both ends: the times of its first and its last record.
///
/// Semantics: `org.apache.kafka.streams.kstream.SessionWindows` (KIP-94).
///
/// ```
/// use std::time::Duration;
/// use headwater_core::window::SessionWindows;
///
/// let visits = SessionWindows::with_gap(Duration::from_secs(1_800));
/// # let _ = visits;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct SessionWindows {
    pub(crate) gap: Duration,
    pub(crate) grace: Duration,
}

impl SessionWindows {
    /// Sessions that end after this much inactivity.
    pub const fn with_gap(gap: Duration) -> Self {
        Self {
            gap,
            grace: Duration::ZERO,
        }
    }

    /// Takes late records for so long after a session has ended.
    pub const fn grace(self, grace: Duration) -> Self {
        Self { grace, ..self }
    }
}
