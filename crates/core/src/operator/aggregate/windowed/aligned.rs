//! Tumbling and hopping windows: which of them a record lies in.

use super::rows::FoldedRows;
use crate::codec::SharedCodec;
use crate::failure::Step;
use crate::operator::idle::CloseOpen;
use crate::operator::stopped::Stopped;
use crate::processor::{Sink, TaskContext};
use crate::record::Record;

/// Folds each record into every window it lies in, the earliest first.
///
/// Semantics: `KStreamWindowAggregate`, with `TimeWindows.windowsFor`.
pub(super) struct AlignedWindows<K, V, A> {
    key: SharedCodec<K>,
    rows: FoldedRows<K, V, A>,
    advance_ms: i64,
}

impl<K: Clone + 'static, V: 'static, A: Clone + 'static> AlignedWindows<K, V, A> {
    pub(super) const fn new(
        key: SharedCodec<K>,
        rows: FoldedRows<K, V, A>,
        advance_ms: i64,
    ) -> Self {
        Self {
            key,
            rows,
            advance_ms,
        }
    }

    fn process(&mut self, record: &Record<K, V>, task: &mut TaskContext) -> Result<(), Stopped> {
        let (size_ms, advance_ms) = (self.rows.windows().size_ms(), self.advance_ms);
        let close_ms = self.rows.begin(record)?;
        let time_ms = record.timestamp.as_millis();
        let mut next = Some(first_start_ms(time_ms, size_ms, advance_ms));
        while let Some(start_ms) = next.filter(|&start_ms| start_ms <= time_ms) {
            if start_ms.saturating_add(size_ms) > close_ms {
                let so_far = match self.rows.get(start_ms)? {
                    Some(row) => row.into(),
                    None => self.rows.begun(record),
                };
                self.rows.fold(start_ms, so_far, record, task)?;
            } else {
                task.drop_record("it is late: its window is closed");
            }
            next = start_ms.checked_add(advance_ms);
        }
        self.rows.emit_closed(close_ms, record, task)
    }
}

impl<K: Clone + 'static, V: 'static, A: Clone + 'static> CloseOpen for AlignedWindows<K, V, A> {
    fn close_open(&mut self, task: &mut TaskContext) -> Step {
        let done = self.rows.close_open(task);
        self.rows.settle(done, task)
    }
}

impl<K: Clone + 'static, V: 'static, A: Clone + 'static> Sink<K, V> for AlignedWindows<K, V, A> {
    fn push(&mut self, record: Record<K, V>, task: &mut TaskContext) -> Step {
        if self.key.is_null(&record.key) {
            task.drop_record("it has no key, and an aggregation needs one");
            return Ok(());
        }
        let done = self.process(&record, task);
        self.rows.settle(done, task)
    }
}

/// Start of the first window that a time lies in; none begins before the epoch.
const fn first_start_ms(time_ms: i64, size_ms: i64, advance_ms: i64) -> i64 {
    let earliest_ms = time_ms.saturating_sub(size_ms).saturating_add(advance_ms);
    let earliest_ms = if earliest_ms < 0 { 0 } else { earliest_ms };
    earliest_ms / advance_ms * advance_ms
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_window_is_the_earliest_that_holds_the_time() {
        assert_eq!(first_start_ms(25, 10, 10), 20);
        assert_eq!(first_start_ms(25, 10, 3), 18);
        assert_eq!(first_start_ms(24, 10, 3), 15);
        assert_eq!(first_start_ms(4, 10, 3), 0);
        assert_eq!(first_start_ms(0, 10, 10), 0);
    }
}
