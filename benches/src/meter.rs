//! CPU time when half and when all records are done.

use std::time::Duration;

use crate::clock;
use crate::report::Report;

/// Reads the CPU clock at the first look after half of the records.
#[derive(Debug)]
pub(crate) struct Meter {
    half: u64,
    cpu_half: Option<Duration>,
}

impl Meter {
    pub(crate) const fn new(expected: u64) -> Self {
        Self {
            half: expected.div_ceil(2),
            cpu_half: None,
        }
    }

    /// So many records are processed by now.
    pub(crate) fn look(&mut self, processed: u64) {
        if processed >= self.half && self.cpu_half.is_none() {
            self.cpu_half = Some(clock::cpu());
        }
    }

    /// All is processed, acknowledged and committed.
    pub(crate) fn finish(mut self, records: u64) -> Report {
        self.look(records);
        let total = clock::cpu();
        Report {
            cpu_half: self.cpu_half.unwrap_or(total).as_secs_f64(),
            cpu_total: total.as_secs_f64(),
            records,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_is_read_once_at_the_first_look_after_it() {
        let mut meter = Meter::new(9);
        meter.look(4);
        assert_eq!(meter.cpu_half, None);
        meter.look(5);
        let half = meter.cpu_half;
        assert!(half.is_some());
        meter.look(9);
        assert_eq!(meter.cpu_half, half);
        let report = meter.finish(9);
        assert!(report.cpu_half <= report.cpu_total);
    }
}
