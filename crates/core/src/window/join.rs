//! Windows of stream-stream joins.

use std::time::Duration;

use crate::error::TopologyError;
use crate::time::duration_millis;

/// How far apart two records may lie to be joined.
///
/// A record of the right stream is joined with one of the left if it happened at most `before`
/// before it and at most `after` after it, both included. Records are kept for so long as a
/// partner may come: `before + after + grace` of stream time.
///
/// Semantics: `org.apache.kafka.streams.kstream.JoinWindows` (grace and results of left and
/// outer joins as of KIP-633).
///
/// ```
/// use std::time::Duration;
/// use headwater_core::window::JoinWindows;
///
/// // A payment within an hour after its order.
/// let within_an_hour = JoinWindows::of(Duration::from_secs(3_600))
///     .before(Duration::ZERO)
///     .grace(Duration::from_secs(60));
/// # let _ = within_an_hour;
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
#[expect(clippy::struct_field_names, reason = "times say their unit")]
pub struct JoinWindows {
    pub(crate) before_ms: i64,
    pub(crate) after_ms: i64,
    pub(crate) grace_ms: i64,
}

impl JoinWindows {
    /// Joins records at most so far apart, in either direction.
    pub fn of(difference: Duration) -> Self {
        let difference_ms = duration_millis(difference);
        Self {
            before_ms: difference_ms,
            after_ms: difference_ms,
            grace_ms: 0,
        }
    }

    /// Lets records of the right stream happen at most so long before those of the left.
    pub fn before(self, before: Duration) -> Self {
        self.before_ms(duration_millis(before))
    }

    /// Lets records of the right stream happen at most so long after those of the left.
    pub fn after(self, after: Duration) -> Self {
        self.after_ms(duration_millis(after))
    }

    /// As [`before`](Self::before), in milliseconds. If negative, records of the right stream
    /// must happen at least so long after those of the left.
    pub const fn before_ms(self, before_ms: i64) -> Self {
        Self { before_ms, ..self }
    }

    /// As [`after`](Self::after), in milliseconds. If negative, records of the right stream must
    /// happen at least so long before those of the left.
    pub const fn after_ms(self, after_ms: i64) -> Self {
        Self { after_ms, ..self }
    }

    /// Waits for late records for so long before a left or outer join passes on what found no
    /// partner, and keeps records so much longer for late partners.
    pub fn grace(self, grace: Duration) -> Self {
        Self {
            grace_ms: duration_millis(grace),
            ..self
        }
    }

    /// From the first to the last moment at which partners may lie.
    pub(crate) const fn size_ms(self) -> i64 {
        self.before_ms.saturating_add(self.after_ms)
    }

    /// How long records are kept, in stream time.
    pub(crate) const fn retention_ms(self) -> i64 {
        self.size_ms().saturating_add(self.grace_ms)
    }

    /// The same windows as the right stream sees them.
    pub(crate) const fn reversed(self) -> Self {
        Self {
            before_ms: self.after_ms,
            after_ms: self.before_ms,
            grace_ms: self.grace_ms,
        }
    }

    pub(crate) const fn check(self) -> Result<(), TopologyError> {
        if self.size_ms() < 0 {
            return Err(TopologyError::NegativeJoinWindow {
                before_ms: self.before_ms,
                after_ms: self.after_ms,
            });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_may_lie_wholly_on_one_side_but_not_end_before_they_begin() {
        let windows = JoinWindows::of(Duration::from_millis(10));
        assert_eq!(windows.before_ms(-10).check(), Ok(()));
        assert!(windows.before_ms(-11).check().is_err());
        assert!(windows.after_ms(-11).check().is_err());
    }

    #[test]
    fn the_longest_durations_do_not_overflow() {
        let windows = JoinWindows::of(Duration::MAX).grace(Duration::MAX);
        assert_eq!(windows.retention_ms(), i64::MAX);
    }
}
