//! What the application has done so far: totals for programs, counters for metrics.

use std::sync::atomic::{AtomicU64, Ordering};

use headwater_core::processor::TaskCounters;

/// Stands for a lag that is not known.
const LAG_UNKNOWN: u64 = u64::MAX;

/// Totals since the application started. Updated once per slice, never per record.
#[derive(Debug)]
pub(crate) struct Totals {
    consumed: AtomicU64,
    produced: AtomicU64,
    dropped: AtomicU64,
    committed: AtomicU64,
    lag: AtomicU64,
    consumed_metric: metrics::Counter,
    produced_metric: metrics::Counter,
    dropped_metric: metrics::Counter,
    committed_metric: metrics::Counter,
}

/// A look at what an application has done since it started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AppTotals {
    /// Input records processed, dropped ones included.
    pub consumed: u64,
    /// Output records handed to the producer.
    pub produced: u64,
    /// Records dropped on the way.
    pub dropped: u64,
    /// Input records whose offsets are committed.
    pub committed: u64,
}

impl Totals {
    pub(crate) fn new(application_id: &str) -> Self {
        let counter = |name: &'static str| metrics::counter!(name, "application" => application_id.to_owned());
        Self {
            consumed: AtomicU64::new(0),
            produced: AtomicU64::new(0),
            dropped: AtomicU64::new(0),
            committed: AtomicU64::new(0),
            lag: AtomicU64::new(LAG_UNKNOWN),
            consumed_metric: counter("headwater_records_consumed_total"),
            produced_metric: counter("headwater_records_produced_total"),
            dropped_metric: counter("headwater_records_dropped_total"),
            committed_metric: counter("headwater_records_committed_total"),
        }
    }

    /// Adds what a task has counted beyond what it had before.
    pub(crate) fn add(&self, before: &TaskCounters, after: &TaskCounters) {
        let (consumed, produced, dropped) = (
            after.consumed - before.consumed,
            after.produced - before.produced,
            after.dropped - before.dropped,
        );
        self.consumed.fetch_add(consumed, Ordering::Relaxed);
        self.produced.fetch_add(produced, Ordering::Relaxed);
        self.dropped.fetch_add(dropped, Ordering::Relaxed);
        self.consumed_metric.increment(consumed);
        self.produced_metric.increment(produced);
        self.dropped_metric.increment(dropped);
    }

    pub(crate) fn add_committed(&self, records: u64) {
        self.committed.fetch_add(records, Ordering::Relaxed);
        self.committed_metric.increment(records);
    }

    pub(crate) fn set_lag(&self, records: Option<u64>) {
        self.lag
            .store(records.unwrap_or(LAG_UNKNOWN), Ordering::Relaxed);
    }

    pub(crate) fn lag(&self) -> Option<u64> {
        let records = self.lag.load(Ordering::Relaxed);
        (records != LAG_UNKNOWN).then_some(records)
    }

    pub(crate) fn read(&self) -> AppTotals {
        AppTotals {
            consumed: self.consumed.load(Ordering::Relaxed),
            produced: self.produced.load(Ordering::Relaxed),
            dropped: self.dropped.load(Ordering::Relaxed),
            committed: self.committed.load(Ordering::Relaxed),
        }
    }
}
