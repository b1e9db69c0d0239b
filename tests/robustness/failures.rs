//! What a failing record may not take with it.

use std::time::Duration;

use headwater_core::prelude::*;
use headwater_core::window::{JoinWindows, SessionWindowed, SessionWindows};
use headwater_testing::TopologyTestDriver;

use crate::support::{Tested, skipping};

/// the old sessions are deleted before the aggregator runs.
#[test]
fn a_skipped_record_leaves_its_session_as_it_was() -> Tested {
    let builder = StreamsBuilder::new();
    builder
        .stream("in", Consumed::with(Utf8, I64))
        .group_by_key(Grouped::with(Utf8, I64))
        .windowed_by(SessionWindows::with_gap(Duration::from_millis(100)))
        .try_aggregate(
            || 0,
            |_: &String, value: i64, sum: i64| {
                if value < 0 {
                    Err(Failure::new("negative"))
                } else {
                    Ok(sum + value)
                }
            },
            |_: &String, one: i64, other: i64| Ok(one + other),
            Materialized::named("sums", I64),
        )
        .into_stream()
        .to(
            "out",
            Produced::with(SessionWindowed::new(Utf8), I64.nullable()),
        );
    let mut driver = skipping(builder);
    let input = driver.input("in", Utf8, I64);
    input
        .at_ms(0)
        .push("a", 5)?
        .at_ms(10)
        .push("a", -1)?
        .at_ms(20)
        .push("a", 1)?;
    let out = driver
        .output("out", SessionWindowed::new(Utf8), I64.nullable())
        .values()?;
    assert_eq!(out.last(), Some(&Some(6)), "{out:?}");
    Ok(())
}

/// a result that cannot be made is tried again for ever, what waits behind it never
/// leaves, what came before it leaves again each time, and a good record is dropped each time.
#[test]
fn a_skipped_result_of_a_left_join_is_tried_once() -> Tested {
    let builder = StreamsBuilder::new();
    let left = builder.stream("left", Consumed::with(Utf8, I64));
    let right = builder.stream("right", Consumed::with(Utf8, I64));
    let join = |_: &String, left: &i64, right: Option<&i64>| {
        if *left < 0 {
            Err(Failure::new("negative"))
        } else {
            Ok(left * 100 + right.copied().unwrap_or(0))
        }
    };
    left.try_left_join_with_key(
        right,
        join,
        JoinWindows::of(Duration::from_millis(10)),
        StreamJoined::with(Utf8, I64, I64).store("joined"),
    )
    .to("out", Produced::with(Utf8, I64));
    let mut driver = skipping(builder);
    let left = driver.input("left", Utf8, I64);
    left.at_ms(1)
        .push("a", 1)?
        .at_ms(2)
        .push("b", -1)?
        .at_ms(3)
        .push("c", 3)?;
    for at in [1_000, 2_000, 3_000] {
        driver.advance_wall_clock(Duration::from_secs(2))?;
        driver.input("right", Utf8, I64).at_ms(at).push("x", 7)?;
        driver.input("left", Utf8, I64).at_ms(at).push("x", 5)?;
    }
    let out = driver.output("out", Utf8, I64).values()?;
    assert_eq!(out, [100, 300, 507, 507, 507]);
    Ok(())
}

/// `StrictBuffer` under a policy of skipping is no bound at all: the record stays.
#[test]
fn a_strict_buffer_keeps_its_bound_under_any_policy() {
    let builder = StreamsBuilder::new();
    builder
        .table_with(
            "in",
            Consumed::with(Utf8, I64),
            Materialized::named("rows", I64),
        )
        .suppress(
            Suppressed::until_time_limit(
                Duration::from_secs(60),
                StrictBuffer::unbounded().records_max(2),
                I64,
            )
            .named("calm"),
        )
        .into_stream()
        .to("out", Produced::with(Utf8, I64.nullable()));
    let mut driver = skipping(builder);
    let mut stopped = false;
    for number in 0..20 {
        let input = driver.input("in", Utf8, I64);
        stopped |= input.at_ms(0).push(format!("{number}"), number).is_err();
    }
    let content = format!("{:?}", driver.store_content("calm-store", 0));
    let held = content.matches("StoredEntry").count();
    assert!(stopped || held <= 2, "it holds {held}");
}

/// a cached count of a record that stops its task later.
#[test]
fn a_record_that_stops_its_task_is_counted_once_after_the_restart() -> Tested {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    let fails = Arc::new(AtomicBool::new(true));
    let failing = Arc::clone(&fails);
    let builder = StreamsBuilder::new();
    let input = builder.stream("in", Consumed::with(Utf8, I64));
    input
        .clone()
        .group_by_key(Grouped::with(Utf8, I64))
        .count_with(Materialized::named("counts", I64))
        .into_stream()
        .to("out", Produced::with(Utf8, I64.nullable()));
    input
        .try_map_values(move |value| {
            if value < 0 && failing.load(Ordering::Relaxed) {
                Err(Failure::new("negative"))
            } else {
                Ok(value)
            }
        })
        .to("mapped", Produced::with(Utf8, I64));
    let mut driver = TopologyTestDriver::builder(builder.build()?)
        .commit_on_command()
        .build()?;
    driver.input("in", Utf8, I64).push("a", 1)?;
    assert!(driver.input("in", Utf8, I64).push("a", -1).is_err());
    // What the worker does: it commits what was finished before the failure.
    let _ = driver.commit();
    fails.store(false, Ordering::Relaxed);
    driver.crash()?;
    driver.commit()?;
    let counts = driver.output("out", Utf8, I64).values()?;
    assert_eq!(counts.last(), Some(&2), "{counts:?}");
    Ok(())
}

/// Divides by what it reads.
struct Panics;

impl Processor<String, i64> for Panics {
    type Key = String;
    type Value = i64;

    fn process(
        &mut self,
        record: Record<String, i64>,
        context: &mut ProcessorContext<'_, String, i64>,
    ) -> Result<(), Failure> {
        let divided = 1 / record.value;
        context.forward(record.with_value(divided))
    }
}

/// a panic of user code leaves the test driver as a panic, not as the error of the task
/// that the runtime makes of it, so that a program cannot test what it asked its policy for.
#[test]
fn a_panic_in_user_code_is_an_error_of_the_driver() {
    let builder = StreamsBuilder::new();
    builder
        .stream("in", Consumed::with(Utf8, I64))
        .process(|| Panics)
        .to("out", Produced::with(Utf8, I64));
    let mut driver = TopologyTestDriver::new(builder.build().unwrap()).unwrap();
    assert!(driver.input("in", Utf8, I64).push("a", 0).is_err());
}

/// a failed function of a table's `group_by` under a policy of skipping takes the next
/// good update of the row with it: its old value, which is in the table, fails again.
#[test]
fn a_row_that_could_not_be_grouped_can_be_grouped_later() -> Tested {
    let builder = StreamsBuilder::new();
    let rows = Materialized::named("rows", I64);
    builder
        .table_with("in", Consumed::with(Utf8, I64), rows)
        .try_group_by(
            |_: &String, value: i64| {
                if value < 0 {
                    Err(Failure::new("negative"))
                } else {
                    Ok(("all".to_owned(), value))
                }
            },
            Grouped::with(Utf8, I64).named("regrouped"),
        )
        .reduce_with(
            |sum, value| sum + value,
            |sum, value| sum - value,
            Materialized::named("sums", I64),
        )
        .into_stream()
        .to("out", Produced::with(Utf8, I64.nullable()));
    let mut driver = skipping(builder);
    driver.input("in", Utf8, I64).push("a", -1)?.push("a", 3)?;
    assert_eq!(driver.output("out", Utf8, I64).values()?, [3]);
    Ok(())
}
