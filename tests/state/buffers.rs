//! What waits in buffers and lists survives restarts and crashes.

use std::time::Duration;

use headwater_core::prelude::*;
use headwater_testing::TopologyTestDriver;

const TEN: Duration = Duration::from_millis(10);

fn driver(describe: fn(&StreamsBuilder)) -> TopologyTestDriver {
    let builder = StreamsBuilder::new();
    describe(&builder);
    let topology = builder.build().unwrap();
    let driver = TopologyTestDriver::builder(topology).commit_on_command();
    driver.build().unwrap()
}

fn push(driver: &mut TopologyTestDriver, topic: &str, key: &str, value: i64, at_ms: i64) {
    let input = driver.input(topic, Utf8, I64).at_ms(at_ms);
    input.push(key, value).unwrap();
}

/// Values and times of the output since the last call.
fn results(driver: &mut TopologyTestDriver) -> Vec<(i64, i64)> {
    let records = driver.output("out", Utf8, I64).records().unwrap();
    let records = records.into_iter().map(|read| read.record);
    records
        .map(|record| (record.value, record.timestamp.as_millis()))
        .collect()
}

/// How the tasks of a driver end and begin again.
#[derive(Clone, Copy, Debug)]
enum Break {
    Restart,
    /// A crash right after a commit.
    Crash,
}

const BREAKS: [Break; 2] = [Break::Restart, Break::Crash];

impl Break {
    fn happen(self, driver: &mut TopologyTestDriver) {
        driver.commit().unwrap();
        match self {
            Self::Restart => driver.restart().unwrap(),
            Self::Crash => driver.crash().unwrap(),
        }
    }
}

fn suppressed(builder: &StreamsBuilder) {
    let kept = Materialized::named("rows", I64);
    let buffer = EagerBuffer::of_records(100);
    let calm = Suppressed::until_time_limit(TEN, buffer, I64).named("calm");
    builder
        .table_with("rows", Consumed::with(Utf8, I64), kept.uncached())
        .suppress(calm)
        .into_stream()
        .to("out", Produced::with(Utf8, I64.nullable()));
}

#[test]
fn a_suppressed_update_leaves_once_when_it_is_due() {
    for broken in BREAKS {
        let mut driver = driver(suppressed);
        push(&mut driver, "rows", "a", 1, 0);
        push(&mut driver, "rows", "b", 2, 4);
        broken.happen(&mut driver);
        push(&mut driver, "rows", "a", 3, 5);
        assert_eq!(results(&mut driver), [], "{broken:?}");
        push(&mut driver, "rows", "c", 4, 12);
        assert_eq!(results(&mut driver), [(3, 5)], "{broken:?}");
        broken.happen(&mut driver);
        push(&mut driver, "rows", "c", 5, 14);
        assert_eq!(results(&mut driver), [(2, 4)], "{broken:?}");
    }
}

#[test]
fn a_suppressed_update_that_was_not_committed_waits_again_after_a_crash() {
    let mut driver = driver(suppressed);
    push(&mut driver, "rows", "a", 1, 0);
    driver.commit().unwrap();
    push(&mut driver, "rows", "a", 2, 3);
    driver.crash().unwrap();
    push(&mut driver, "rows", "b", 3, 10);
    assert_eq!(results(&mut driver), [(2, 3)]);
}

/// A join that waits 10 ms for the table.
fn graceful(builder: &StreamsBuilder) {
    let history = Materialized::named("rows", I64).versioned(Duration::from_secs(1));
    let rows = builder.table_with("rows", Consumed::with(Utf8, I64), history);
    let joined = Joined::with(Utf8, I64).named("late").grace(TEN);
    builder
        .stream("in", Consumed::with(Utf8, I64))
        .join_table(rows, |value, row| value * 10 + row, joined)
        .to("out", Produced::with(Utf8, I64));
}

#[test]
fn a_record_that_waits_for_its_grace_is_joined_once() {
    for broken in BREAKS {
        let mut driver = driver(graceful);
        push(&mut driver, "in", "a", 1, 5);
        push(&mut driver, "in", "a", 2, 5);
        broken.happen(&mut driver);
        // The table is completed while the records wait; a third one has their key and time.
        push(&mut driver, "rows", "a", 7, 4);
        push(&mut driver, "rows", "a", 8, 6);
        push(&mut driver, "in", "a", 3, 5);
        assert_eq!(results(&mut driver), [], "{broken:?}");
        push(&mut driver, "in", "b", 9, 16);
        assert_eq!(
            results(&mut driver),
            [(17, 5), (27, 5), (37, 5)],
            "{broken:?}"
        );
        broken.happen(&mut driver);
        push(&mut driver, "in", "b", 9, 17);
        assert_eq!(results(&mut driver), [], "{broken:?}");
    }
}

fn outer(builder: &StreamsBuilder) {
    let consumed = || Consumed::with(Utf8, I64);
    let (left, right) = (
        builder.stream("left", consumed()),
        builder.stream("right", consumed()),
    );
    left.outer_join(
        right,
        |left, right| left.copied().unwrap_or(9) * 10 + right.copied().unwrap_or(9),
        JoinWindows::of(TEN),
        StreamJoined::with(Utf8, I64, I64).store("pairs"),
    )
    .to("out", Produced::with(Utf8, I64));
}

#[test]
fn a_record_without_a_partner_is_told_once_when_its_window_closes() {
    for broken in BREAKS {
        let mut driver = driver(outer);
        push(&mut driver, "left", "a", 1, 0);
        push(&mut driver, "right", "b", 2, 1);
        push(&mut driver, "left", "c", 3, 2);
        broken.happen(&mut driver);
        push(&mut driver, "right", "c", 4, 3);
        assert_eq!(results(&mut driver), [(34, 3)], "{broken:?}");
        // The time at which the list was last looked through begins anew with the task.
        driver.advance_wall_clock(Duration::from_secs(2)).unwrap();
        push(&mut driver, "left", "d", 5, 50);
        assert_eq!(results(&mut driver), [(19, 0), (92, 1)], "{broken:?}");
        broken.happen(&mut driver);
        driver.advance_wall_clock(Duration::from_secs(2)).unwrap();
        push(&mut driver, "left", "d", 6, 51);
        assert_eq!(results(&mut driver), [], "{broken:?}");
    }
}

#[test]
fn a_record_without_a_partner_is_told_after_a_restart_whatever_its_window() {
    // Windows of one moment, without grace: nothing else makes the list be looked through.
    let moment = |builder: &StreamsBuilder| {
        let consumed = || Consumed::with(Utf8, I64);
        let right = builder.stream("right", consumed());
        builder
            .stream("left", consumed())
            .left_join(
                right,
                |left, right| left * 10 + right.copied().unwrap_or(9),
                JoinWindows::of(Duration::ZERO),
                StreamJoined::with(Utf8, I64, I64).store("pairs"),
            )
            .to("out", Produced::with(Utf8, I64));
    };
    for broken in BREAKS {
        let mut driver = driver(moment);
        push(&mut driver, "left", "a", 1, 5);
        broken.happen(&mut driver);
        push(&mut driver, "right", "b", 2, 6);
        assert_eq!(results(&mut driver), [(19, 5)], "{broken:?}");
    }
}

#[test]
fn a_joined_record_does_not_replace_one_of_its_key_and_time_from_before() {
    for broken in BREAKS {
        let mut driver = driver(outer);
        push(&mut driver, "left", "a", 1, 5);
        broken.happen(&mut driver);
        push(&mut driver, "left", "a", 2, 5);
        broken.happen(&mut driver);
        push(&mut driver, "right", "a", 3, 5);
        assert_eq!(results(&mut driver), [(13, 5), (23, 5)], "{broken:?}");
    }
}

/// Rows that a program asked to be forgotten stay forgotten.
#[test]
fn what_was_deleted_is_not_restored() {
    for broken in BREAKS {
        let mut driver = driver(suppressed);
        push(&mut driver, "rows", "a", 1, 0);
        let rows = driver.input("rows", Utf8, I64.nullable()).at_ms(1);
        rows.push("a", None::<i64>).unwrap();
        broken.happen(&mut driver);
        let content = driver.store_content("rows", 0).unwrap().unwrap();
        assert_eq!(format!("{content:?}"), "KeyValue([])", "{broken:?}");
    }
}
