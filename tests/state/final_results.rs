//! Final results of windows: a restart repeats none, and forgets none.

use std::time::Duration;

use headwater_core::prelude::*;
use headwater_testing::TopologyTestDriver;

type Results = Vec<(String, i64, i64)>;

fn grouped(builder: &StreamsBuilder) -> KGroupedStream<'_, String, i64> {
    let stream = builder.stream("in", Consumed::with(Utf8, I64));
    stream.group_by_key(Grouped::with(Utf8, I64))
}

fn write(counts: KTable<'_, Windowed<String>, i64>) {
    let stream = counts.into_stream();
    stream
        .map(|window, count| (format!("{}@{}", window.key, window.window.start), count))
        .to("out", Produced::with(Utf8, I64.nullable()));
}

/// Counts of tumbling windows of 10 ms, passed on when they close.
fn tumbling(builder: &StreamsBuilder) {
    let windows = TumblingWindows::of(Duration::from_millis(10));
    let cut = grouped(builder).windowed_by(windows).emit(Emit::OnClose);
    write(cut.count_with(Materialized::named("counts", I64)));
}

/// As [`tumbling`], of sliding windows.
fn sliding(builder: &StreamsBuilder) {
    let windows = SlidingWindows::of(Duration::from_millis(9));
    let cut = grouped(builder).windowed_by(windows).emit(Emit::OnClose);
    write(cut.count_with(Materialized::named("counts", I64)));
}

/// As [`tumbling`], of sessions with a gap of 10 ms.
fn sessions(builder: &StreamsBuilder) {
    let windows = SessionWindows::with_gap(Duration::from_millis(10));
    let cut = grouped(builder).windowed_by(windows).emit(Emit::OnClose);
    write(cut.count_with(Materialized::named("counts", I64)));
}

fn driver(describe: fn(&StreamsBuilder)) -> TopologyTestDriver {
    let builder = StreamsBuilder::new();
    describe(&builder);
    let topology = builder.build().unwrap();
    let driver = TopologyTestDriver::builder(topology).commit_on_command();
    driver.build().unwrap()
}

/// Pushes a record, a second of wall-clock time after the one before.
fn push(driver: &mut TopologyTestDriver, key: &str, at_ms: i64) {
    driver.advance_wall_clock(Duration::from_secs(1)).unwrap();
    let input = driver.input("in", Utf8, I64).at_ms(at_ms);
    input.push(key, 1).unwrap();
}

fn results(driver: &mut TopologyTestDriver) -> Results {
    let mut output = driver.output("out", Utf8, I64);
    let records = output.records().unwrap().into_iter();
    let records = records.map(|read| read.record);
    records
        .map(|record| (record.key, record.value, record.timestamp.as_millis()))
        .collect()
}

fn all() -> [fn(&StreamsBuilder); 3] {
    [tumbling, sliding, sessions]
}

#[test]
fn a_restart_repeats_no_final_result() {
    for describe in all() {
        let mut driver = driver(describe);
        push(&mut driver, "a", 1);
        push(&mut driver, "b", 3);
        push(&mut driver, "a", 40);
        let before = results(&mut driver);
        assert!(!before.is_empty());
        driver.restart().unwrap();
        push(&mut driver, "c", 41);
        let after = results(&mut driver);
        assert!(after.iter().all(|result| !before.contains(result)));
    }
}

#[test]
fn a_window_that_was_open_at_a_restart_is_emitted_after_it() {
    for describe in all() {
        let mut plain = driver(describe);
        let mut restarted = driver(describe);
        for driver in [&mut plain, &mut restarted] {
            push(driver, "a", 1);
            push(driver, "b", 3);
            push(driver, "a", 40);
        }
        restarted.restart().unwrap();
        for driver in [&mut plain, &mut restarted] {
            push(driver, "c", 100);
        }
        assert_eq!(results(&mut restarted), results(&mut plain));
    }
}

#[test]
fn a_late_record_after_a_restart_reopens_no_window_that_was_emitted() {
    // Operators observe time anew, as in Kafka Streams: the late record is counted once more in
    // the store, and never passed on.
    for describe in all() {
        let mut driver = driver(describe);
        push(&mut driver, "a", 1);
        push(&mut driver, "a", 40);
        assert!(!results(&mut driver).is_empty());
        driver.restart().unwrap();
        push(&mut driver, "a", 2);
        push(&mut driver, "c", 41);
        let after = results(&mut driver);
        let recent = |key: &str| !key.ends_with("@0 ms") && !key.ends_with("@1 ms");
        assert!(after.iter().all(|(key, _, _)| recent(key)), "{after:?}");
    }
}

#[test]
fn a_crash_repeats_only_what_was_not_committed() {
    for describe in all() {
        let mut driver = driver(describe);
        push(&mut driver, "a", 1);
        push(&mut driver, "a", 40);
        driver.commit().unwrap();
        let committed = results(&mut driver);
        push(&mut driver, "a", 80);
        let uncommitted = results(&mut driver);
        assert!(!committed.is_empty() && !uncommitted.is_empty());
        driver.advance_wall_clock(Duration::from_secs(1)).unwrap();
        driver.crash().unwrap();
        assert_eq!(results(&mut driver), uncommitted);
    }
}
