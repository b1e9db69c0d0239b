//! Back-pressure of one partition: how many fetched records wait between poller and task.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// What both sides know of a partition.
///
/// The poller adds what it fetched and pauses the partition at the bound; the worker subtracts
/// what it took and says when a paused partition may go on. The order (add, check, mark paused,
/// check again) makes sure that one of the two sees the other: no partition stays paused.
#[derive(Debug)]
pub(crate) struct Flow {
    buffered: AtomicUsize,
    paused: AtomicBool,
    ended: AtomicBool,
    bound: usize,
}

impl Flow {
    pub(crate) const fn new(bound: usize) -> Self {
        Self {
            buffered: AtomicUsize::new(0),
            paused: AtomicBool::new(false),
            ended: AtomicBool::new(false),
            bound,
        }
    }

    /// The poller fetched records; whether it must pause the partition now.
    pub(crate) fn add(&self, records: usize) -> bool {
        let before = self.buffered.fetch_add(records, Ordering::SeqCst);
        if before + records < self.bound {
            return false;
        }
        self.paused.store(true, Ordering::SeqCst);
        // The worker may have emptied the queue before it could see the mark.
        if self.may_resume() {
            self.paused.store(false, Ordering::SeqCst);
            return false;
        }
        true
    }

    /// The worker took records; whether the poller must be woken to resume the partition.
    pub(crate) fn subtract(&self, records: usize) -> bool {
        self.buffered.fetch_sub(records, Ordering::SeqCst);
        self.paused.load(Ordering::SeqCst) && self.may_resume()
    }

    /// Fetched records that wait for their task.
    pub(crate) fn buffered(&self) -> usize {
        self.buffered.load(Ordering::Relaxed)
    }

    /// The poller has taken the partition from its task: nothing may be committed for it.
    pub(crate) fn end(&self) {
        self.ended.store(true, Ordering::SeqCst);
    }

    /// Whether the poller has taken the partition away.
    pub(crate) fn has_ended(&self) -> bool {
        self.ended.load(Ordering::SeqCst)
    }

    /// The poller looks at a paused partition; whether it goes on.
    pub(crate) fn resume(&self) -> bool {
        self.may_resume() && self.paused.swap(false, Ordering::SeqCst)
    }

    /// Half the bound, so that a partition does not flutter.
    fn may_resume(&self) -> bool {
        self.buffered.load(Ordering::SeqCst) <= self.bound / 2
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_partition_pauses_and_goes_on_at_half() {
        let flow = Flow::new(10);
        assert!(!flow.add(9));
        assert!(flow.add(3));
        assert!(!flow.subtract(6));
        assert!(!flow.resume());
        assert!(flow.subtract(1));
        assert!(flow.resume());
        assert!(!flow.resume(), "it is resumed once");
    }
}
