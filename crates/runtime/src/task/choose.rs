//! Which partition's record goes next: the earliest head, once no empty partition is waited for.
//!
//! Semantics: `org.apache.kafka.streams.processor.internals.PartitionGroup` (KIP-353, KIP-695).

use std::time::Duration;

use headwater_core::config::TaskIdle;
use headwater_core::time::Timestamp;

use super::lane::Lane;

/// What to do next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Choice {
    /// Process the head of this lane.
    Lane(usize),
    /// Nothing until records arrive.
    NeedsRecords,
    /// Nothing until records arrive or this wall-clock time.
    WaitsUntil(Timestamp),
}

/// Chooses among several lanes, of which this one has the earliest head.
pub(super) fn next(
    lanes: &mut [Lane],
    earliest: Option<usize>,
    idling: TaskIdle,
    now: Timestamp,
) -> Choice {
    let Some(earliest) = earliest else {
        return Choice::NeedsRecords;
    };
    let wait = match idling {
        TaskIdle::Never => return Choice::Lane(earliest),
        TaskIdle::UntilCaughtUp => Duration::ZERO,
        TaskIdle::BeyondCaughtUp(wait) => wait,
    };
    let mut until: Option<Timestamp> = None;
    for lane in lanes {
        if lane.head().is_some() {
            lane.waited_since = None;
            continue;
        }
        if !lane.is_caught_up() {
            // The broker may hold an earlier record: it will be fetched, or the end reported.
            return Choice::NeedsRecords;
        }
        let since = *lane.waited_since.get_or_insert(now);
        let deadline = since.saturating_add(wait);
        if deadline > now {
            until = Some(until.map_or(deadline, |until| until.max(deadline)));
        }
    }
    until.map_or(Choice::Lane(earliest), Choice::WaitsUntil)
}

#[cfg(test)]
mod tests {
    use headwater_core::record::{Headers, Offset, Partition, RawRecord, TopicPartition};

    use super::super::LaneStart;
    use super::*;
    use crate::port::FetchedBatch;

    struct One;

    impl FetchedBatch for One {
        fn len(&self) -> usize {
            1
        }

        fn record(&self, _: usize) -> RawRecord<'_> {
            RawRecord {
                key: None,
                value: None,
                timestamp: Timestamp::from_millis(0),
                offset: Offset::new(0),
                headers: Headers::new(),
            }
        }
    }

    fn lane(head: Option<i64>) -> Lane {
        let mut lane = Lane::new(&LaneStart::committed(
            TopicPartition::new("t", Partition::new(0)),
            None,
        ));
        if let Some(at) = head {
            lane.enqueue(Box::new(One));
            lane.stage(Offset::new(0), Timestamp::from_millis(at));
        }
        lane
    }

    const NOW: Timestamp = Timestamp::from_millis(1_000);
    const ZERO: TaskIdle = TaskIdle::UntilCaughtUp;

    #[test]
    fn an_empty_partition_with_records_on_the_broker_is_waited_for() {
        let mut lanes = [lane(Some(20)), lane(None)];
        assert_eq!(next(&mut lanes, Some(0), ZERO, NOW), Choice::NeedsRecords);
        assert_eq!(
            next(&mut lanes, Some(0), TaskIdle::Never, NOW),
            Choice::Lane(0)
        );
    }

    #[test]
    fn an_empty_partition_read_to_its_end_is_waited_for_as_long_as_asked() {
        let mut lanes = [lane(Some(20)), lane(None)];
        lanes[1].caught_up();
        assert_eq!(next(&mut lanes, Some(0), ZERO, NOW), Choice::Lane(0));
        let hundred = TaskIdle::BeyondCaughtUp(Duration::from_millis(100));
        let mut lanes = [lane(Some(20)), lane(None)];
        lanes[1].caught_up();
        let until = NOW.saturating_add(Duration::from_millis(100));
        assert_eq!(
            next(&mut lanes, Some(0), hundred, NOW),
            Choice::WaitsUntil(until)
        );
        assert_eq!(next(&mut lanes, Some(0), hundred, until), Choice::Lane(0));
    }

    #[test]
    fn nothing_runs_while_all_are_empty() {
        let mut lanes = [lane(None), lane(None)];
        assert_eq!(
            next(&mut lanes, None, TaskIdle::Never, NOW),
            Choice::NeedsRecords
        );
    }
}
