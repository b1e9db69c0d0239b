//! Event time and the extractors that find it.
//!
//! This crate never reads a clock: wall-clock time arrives from the runtime.

mod extractor;
#[cfg(test)]
mod tests;

use std::fmt;
use std::time::Duration;

pub use extractor::{ExtractContext, Extracted, TimestampExtractor};

/// Milliseconds since the Unix epoch; negative means "no time known", as in Kafka.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(i64);

impl Timestamp {
    /// No time known: what stream time is before the first record (Kafka's -1).
    pub const UNKNOWN: Self = Self(-1);

    /// The time this many milliseconds after the Unix epoch.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Milliseconds since the Unix epoch.
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// Whether this is a time at all.
    pub const fn is_valid(self) -> bool {
        self.0 >= 0
    }

    /// This time plus `duration`, at most the largest time there is.
    #[must_use]
    pub fn saturating_add(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(duration_millis(duration)))
    }

    /// This time minus `duration`, at least the smallest time there is.
    #[must_use]
    pub fn saturating_sub(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(duration_millis(duration)))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ms", self.0)
    }
}

/// Whole milliseconds of a duration, at most `i64::MAX`.
pub(crate) fn duration_millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}
