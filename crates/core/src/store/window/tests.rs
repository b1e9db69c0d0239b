//! Tests of window stores against a plain map.

use std::collections::BTreeMap;
use std::sync::Arc;

use headwater_state::layer::CacheBudget;
use proptest::prelude::*;

use headwater_state::engine::Direction;

use super::*;
use crate::codec::{I64, Utf8};
use crate::failure::FailurePolicy;
use crate::processor::{InHand, PartitionCounts};
use crate::record::{Headers, Partition};
use crate::store::ChangelogTopic;
use crate::store::Visit;
use crate::store::{RestoreRecord, StoreContent, TaskStore as _};
use crate::topology::TaskId;

struct NoTopics;

impl PartitionCounts for NoTopics {
    fn partitions(&mut self, topic: &str) -> Result<u32, Box<dyn std::error::Error + Send + Sync>> {
        Err(topic.into())
    }
}

fn task() -> TaskContext {
    let id = TaskId {
        subtopology: 0,
        partition: Partition::new(0),
    };
    TaskContext::new(id, Vec::new(), FailurePolicy::stop(), Box::new(NoTopics))
}

fn cause(timestamp_ms: i64) -> Cause {
    Cause {
        timestamp: Timestamp::from_millis(timestamp_ms),
        headers: Headers::new(),
        in_hand: InHand::default(),
    }
}

const fn setup(retention_ms: i64, store_type: StoreType) -> WindowSetup {
    WindowSetup {
        size_ms: 10,
        retention_ms,
        duplicates: Duplicates::Replaced,
        format: RowFormat::Stamped,
        changes: crate::dsl::Changes::All,
        headers: Logged::WithoutHeaders,
        caching: Caching::Off,
        scans: Scans::Frequent,
        store_type,
    }
}

fn opening(task: &mut TaskContext) -> StoreOpening {
    StoreOpening {
        times: std::rc::Rc::clone(task.times()),
        name: "s".into(),
        topic_name: "app-s-changelog".into(),
        changelog: Some(ChangelogTopic {
            topic: task.outputs.topic("app-s-changelog"),
            partition: Partition::new(0),
        }),
        cache: CacheBudget::new(1 << 20),
        format: crate::config::DslStoreFormat::Default,
    }
}

type TestRows = WindowRows<String, i64>;

fn open(task: &mut TaskContext, setup: WindowSetup) -> TestRows {
    WindowRows::open(&opening(task), Arc::new(Utf8), Arc::new(I64), setup)
}

fn put(
    store: &mut TestRows,
    key: &str,
    start_ms: i64,
    value: Option<i64>,
    task: &mut TaskContext,
) -> PutWindow {
    let (key, at) = (key.to_owned(), Timestamp::from_millis(start_ms));
    store
        .put(&key, start_ms, value.as_ref(), at, cause(start_ms), task)
        .unwrap()
}

fn visited(store: &mut TestRows, key: &str, from_ms: i64, to_ms: i64, by: Direction) -> Vec<i64> {
    let mut starts = Vec::new();
    store
        .visit_key(&key.to_owned(), from_ms, to_ms, by, |start_ms, _| {
            starts.push(start_ms);
            Visit::GoOn
        })
        .unwrap();
    starts
}

fn closed(store: &mut TestRows, until_ms: i64) -> Vec<(String, i64, i64)> {
    std::iter::from_fn(|| store.take_closed(until_ms).unwrap())
        .map(|(key, row)| (key.key, key.window.start.as_millis(), row.value))
        .collect()
}

#[test]
fn a_row_is_hidden_when_its_retention_is_over() {
    for (store_type, put_late) in [
        (StoreType::Persistent, PutWindow::Kept),
        (StoreType::InMemory, PutWindow::Expired),
    ] {
        let mut task = task();
        let mut store = open(&mut task, setup(100, store_type));
        put(&mut store, "a", 0, Some(1), &mut task);
        put(&mut store, "b", 99, Some(2), &mut task);
        assert!(store.get(&"a".to_owned(), 0).unwrap().is_some());
        put(&mut store, "b", 100, Some(3), &mut task);
        assert!(store.get(&"a".to_owned(), 0).unwrap().is_none());
        assert!(visited(&mut store, "a", 0, 200, Direction::Forward).is_empty());
        // Its segment is still there on disk; in memory there are none.
        assert_eq!(put(&mut store, "a", 0, Some(4), &mut task), put_late);
        assert!(store.get(&"a".to_owned(), 0).unwrap().is_none());
    }
}

#[test]
fn a_row_of_a_dropped_segment_is_logged_and_not_kept() {
    let mut task = task();
    let mut store = open(&mut task, setup(60_000, StoreType::Persistent));
    put(&mut store, "a", 200_000, Some(1), &mut task);
    let logged = task.outputs.len();
    let expired = put(&mut store, "a", 119_999, Some(1), &mut task);
    assert_eq!(expired, PutWindow::Expired);
    assert_eq!(task.outputs.len(), logged + 1);
    let kept = put(&mut store, "a", 120_000, Some(1), &mut task);
    assert_eq!(kept, PutWindow::Kept);
}

#[test]
fn keys_of_other_lengths_are_not_mixed_up() {
    let mut task = task();
    let mut store = open(&mut task, setup(1_000_000, StoreType::Persistent));
    for (key, start_ms) in [
        ("a", 5),
        ("a\0", 5),
        ("a\0\0\0\0\0\0\0\0", 5),
        ("", 5),
        ("a", 90_000),
    ] {
        put(&mut store, key, start_ms, Some(1), &mut task);
    }
    let all = visited(&mut store, "a", 0, i64::MAX, Direction::Forward);
    assert_eq!(all, [5, 90_000]);
    let all = visited(&mut store, "a", 0, i64::MAX, Direction::Reverse);
    assert_eq!(all, [90_000, 5]);
    assert_eq!(visited(&mut store, "", 0, 10, Direction::Forward), [5]);
}

#[test]
fn duplicates_are_kept_in_the_order_of_their_puts() {
    let mut task = task();
    let kept = WindowSetup {
        duplicates: Duplicates::Kept,
        ..setup(1_000, StoreType::Persistent)
    };
    let mut store = open(&mut task, kept);
    let (key, mut row) = ("a".to_owned(), EncodedRow::default());
    for value in [3, 1, 2] {
        let at = Timestamp::from_millis(5);
        store.encode(&key, &value, at, &mut row).unwrap();
        store.add(&mut row, 5, &cause(5), &mut task).unwrap();
    }
    let mut values = Vec::new();
    store
        .visit_key(&key, 5, 5, Direction::Forward, |_, row| {
            values.push(row.value);
            Visit::GoOn
        })
        .unwrap();
    assert_eq!(values, [3, 1, 2]);
}

#[test]
fn a_window_that_was_not_emitted_outlives_the_retention() {
    let mut task = task();
    let opening = opening(&mut task);
    let setup = setup(60_000, StoreType::Persistent);
    let mut store = TestRows::open_closing(&opening, Arc::new(Utf8), Arc::new(I64), setup);
    put(&mut store, "b", 10, Some(1), &mut task);
    put(&mut store, "a", 10, Some(2), &mut task);
    put(&mut store, "c", 0, Some(3), &mut task);
    put(&mut store, "d", 5, Some(4), &mut task);
    put(&mut store, "d", 5, None, &mut task);
    put(&mut store, "a", 1_000_000_000, Some(5), &mut task);
    let wanted = [("c", 0, 3), ("a", 10, 2), ("b", 10, 1)];
    let wanted = wanted.map(|(key, start_ms, value)| (key.to_owned(), start_ms, value));
    assert_eq!(closed(&mut store, 500), wanted);
    assert!(closed(&mut store, 500).is_empty());
    // Once they are emitted, their segments go.
    assert_eq!(store.rows.approximate_len(), 1);
}

#[test]
fn a_restored_store_knows_what_was_kept() {
    let mut task = task();
    let opening = opening(&mut task);
    let setup = setup(60_000, StoreType::Persistent);
    let mut store = TestRows::open_closing(&opening, Arc::new(Utf8), Arc::new(I64), setup);
    let key = b"a\0\0\0\0\0\0\0\x05\0\0\0\0";
    let value = 7_i64.to_be_bytes();
    store
        .restore(&RestoreRecord {
            key,
            value: Some(&value),
            timestamp: Timestamp::from_millis(9),
        })
        .unwrap();
    let row = store.get(&"a".to_owned(), 5).unwrap().unwrap();
    assert_eq!((row.value, row.timestamp.as_millis()), (7, 9));
    assert_eq!(closed(&mut store, 5), [("a".to_owned(), 5, 7)]);
}

/// One write of a random run.
#[derive(Clone, Debug)]
struct Write {
    key: &'static str,
    start_ms: i64,
    value: Option<i64>,
}

fn writes() -> impl Strategy<Value = Vec<Write>> {
    let key = prop::sample::select(vec!["", "a", "a\0", "ab", "b"]);
    // Starts advance now and then, and look back by more than the retention.
    let write = (key, 0_i64..400_000, prop::option::weighted(0.8, 0_i64..100));
    let write = write.prop_map(|(key, start_ms, value)| Write {
        key,
        start_ms,
        value,
    });
    prop::collection::vec(write, 1..60)
}

proptest! {
    /// Whatever is written, flushed and restored, reads are those of a map without the rows that
    /// are past the retention; a cache may show some of those.
    #[test]
    fn a_store_reads_as_a_plain_map(
        writes in writes(),
        retention_ms in 1_i64..300_000,
        in_memory: bool,
        cached: bool,
        flush_each in 1_usize..9,
    ) {
        let store_type = if in_memory { StoreType::InMemory } else { StoreType::Persistent };
        let caching = if cached { Caching::On } else { Caching::Off };
        let setup = WindowSetup { caching, ..setup(retention_ms, store_type) };
        let mut task = task();
        let mut store = open(&mut task, setup);
        let mut model: BTreeMap<(&str, i64), i64> = BTreeMap::new();
        let mut observed_ms = -1;
        for (number, write) in writes.iter().enumerate() {
            let kept = put(&mut store, write.key, write.start_ms, write.value, &mut task);
            observed_ms = observed_ms.max(write.start_ms);
            if kept == PutWindow::Kept {
                match write.value {
                    Some(value) => model.insert((write.key, write.start_ms), value),
                    None => model.remove(&(write.key, write.start_ms)),
                };
            }
            if write.start_ms > observed_ms - retention_ms {
                prop_assert_eq!(kept, PutWindow::Kept);
            }
            if number % flush_each == 0 {
                store.flush(&mut task).unwrap();
            }
            model.retain(|&(_, start_ms), _| start_ms > observed_ms - retention_ms);
        }
        store.flush(&mut task).unwrap();
        let is_live = |start_ms: &i64| !cached || *start_ms > observed_ms - retention_ms;
        for key in ["", "a", "a\0", "ab", "b", "c"] {
            let starts: Vec<i64> = model
                .keys()
                .filter(|(held, start_ms)| *held == key && (50_000..=350_000).contains(start_ms))
                .map(|(_, start_ms)| *start_ms)
                .collect();
            let mut forward = visited(&mut store, key, 50_000, 350_000, Direction::Forward);
            forward.retain(is_live);
            prop_assert_eq!(&forward, &starts);
            let mut reverse = visited(&mut store, key, 50_000, 350_000, Direction::Reverse);
            reverse.reverse();
            reverse.retain(is_live);
            prop_assert_eq!(&reverse, &starts);
        }
        for write in writes.iter().filter(|write| is_live(&write.start_ms)) {
            let found = store.get(&write.key.to_owned(), write.start_ms).unwrap();
            let wanted = model.get(&(write.key, write.start_ms)).copied();
            prop_assert_eq!(found.map(|row| row.value), wanted);
        }
        let mut all = 0;
        store.visit_all(None, (0, i64::MAX), |_, _, _| { all += 1; Visit::GoOn }).unwrap();
        prop_assert_eq!(all, model.len());
        let StoreContent::Window(content) = store.content().unwrap() else {
            panic!("a window store shows windows");
        };
        prop_assert_eq!(content.len(), model.len());
    }

    /// Every window that was put and not deleted is emitted once, in order.
    #[test]
    fn every_window_is_emitted_once(
        writes in writes(),
        retention_ms in 100_000_i64..300_000,
        emit_each in 1_usize..9,
    ) {
        let mut task = task();
        let opening = opening(&mut task);
        let setup = setup(retention_ms, StoreType::Persistent);
        let mut store = TestRows::open_closing(&opening, Arc::new(Utf8), Arc::new(I64), setup);
        let mut open: BTreeMap<(i64, &str), i64> = BTreeMap::new();
        let (mut observed_ms, mut closed_ms) = (-1, -1);
        for (number, write) in writes.iter().enumerate() {
            observed_ms = observed_ms.max(write.start_ms);
            if write.start_ms > closed_ms && write.start_ms > observed_ms - retention_ms {
                put(&mut store, write.key, write.start_ms, write.value, &mut task);
                match write.value {
                    Some(value) => open.insert((write.start_ms, write.key), value),
                    None => open.remove(&(write.start_ms, write.key)),
                };
            }
            if number % emit_each == 0 && observed_ms - 20_000 > closed_ms {
                closed_ms = observed_ms - 20_000;
                let rest = open.split_off(&(closed_ms + 1, ""));
                let due: Vec<_> = std::mem::replace(&mut open, rest).into_iter().collect();
                let due: Vec<_> = due
                    .into_iter()
                    .map(|((start_ms, key), value)| (key.to_owned(), start_ms, value))
                    .collect();
                prop_assert_eq!(closed(&mut store, closed_ms), due);
            }
        }
    }
}
