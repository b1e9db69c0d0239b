//! The clocks of the system: CPU time of this process, and the wall.

use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};

/// User and system time of all threads of this process so far.
pub(crate) fn cpu() -> Duration {
    read(ClockId::ProcessCPUTime)
}

/// Time since some moment in the past; never goes back.
pub(crate) fn monotonic() -> Duration {
    read(ClockId::Monotonic)
}

/// Milliseconds since the Unix epoch.
pub(crate) fn epoch_ms() -> i64 {
    i64::try_from(read(ClockId::Realtime).as_millis()).unwrap_or(i64::MAX)
}

fn read(clock: ClockId) -> Duration {
    // These three are never before their beginning.
    Duration::try_from(clock_gettime(clock)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_takes_cpu_time() {
        let before = cpu();
        let mut sum = 0_u64;
        while cpu() == before {
            sum = std::hint::black_box(sum.wrapping_add(1));
        }
        assert!(cpu() > before);
    }
}
