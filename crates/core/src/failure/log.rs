//! Log lines for skipped records, at most so many per second of wall clock.

use std::fmt;

use crate::time::Timestamp;

/// Lines per task and second; a topic full of bad records must not drown the log.
const LINES_PER_SECOND_MAX: u32 = 100;
const SECOND_MS: i64 = 1_000;

/// Logs what is skipped and says how much it left out.
#[derive(Debug)]
pub(crate) struct SkipLog {
    second_started: Timestamp,
    lines: u32,
    left_out: u64,
}

impl SkipLog {
    pub(crate) const fn new() -> Self {
        Self {
            second_started: Timestamp::UNKNOWN,
            lines: 0,
            left_out: 0,
        }
    }

    /// Logs one skipped record, unless this second has had its lines.
    pub(crate) fn skipped(&mut self, what: &dyn fmt::Display, now: Timestamp) {
        if now.as_millis() - self.second_started.as_millis() >= SECOND_MS {
            if self.left_out > 0 {
                tracing::warn!("skipped {} more records without a line each", self.left_out);
            }
            *self = Self {
                second_started: now,
                lines: 0,
                left_out: 0,
            };
        }
        if self.lines < LINES_PER_SECOND_MAX {
            self.lines += 1;
            tracing::warn!("skipped: {what}");
        } else {
            self.left_out += 1;
        }
    }
}
