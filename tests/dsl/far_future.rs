//! Records of the far future, which would close every window.

use std::time::Duration;

use headwater_core::prelude::*;
use headwater_testing::TopologyTestDriver;

type Tested = Result<(), Box<dyn std::error::Error>>;

const MINUTE: Duration = Duration::from_secs(60);

/// Start and count of each window.
type Counts = Vec<(i64, i64)>;

/// Start and count of each row, of clicks at 1 s, in a thousand years, and at 2 s.
fn counts(
    guard: impl Fn(Consumed<Utf8, Utf8>) -> Consumed<Utf8, Utf8>,
) -> Result<(Counts, u64), Box<dyn std::error::Error>> {
    let builder = StreamsBuilder::new();
    builder
        .stream("clicks", guard(Consumed::with(Utf8, Utf8)))
        .group_by_key(Grouped::with(Utf8, Utf8))
        .windowed_by(TumblingWindows::of(MINUTE))
        .count_with(Materialized::named("counts", I64))
        .into_stream()
        .to(
            "out",
            Produced::with(TimeWindowed::new(Utf8, MINUTE), I64.nullable()),
        );
    let mut driver = TopologyTestDriver::new(builder.build()?)?;
    let clicks = driver.input("clicks", Utf8, Utf8);
    let clicks = clicks.at_ms(1_000).push("ann", "/")?;
    let clicks = clicks.at_ms(31_536_000_000_000).push("ann", "/")?;
    clicks.at_ms(2_000).push("ann", "/")?;
    let rows = driver.output("out", TimeWindowed::new(Utf8, MINUTE), I64);
    let rows = { rows }.pairs()?.into_iter();
    let rows = rows.map(|(key, count)| (key.window.start.as_millis(), count));
    Ok((rows.collect(), driver.dropped()))
}

#[test]
fn without_a_guard_one_record_of_the_far_future_makes_all_others_late() -> Tested {
    let (rows, dropped) = counts(|consumed| consumed)?;
    assert_eq!(rows, [(0, 1), (31_536_000_000_000, 1)]);
    assert_eq!(dropped, 1);
    Ok(())
}

#[test]
fn a_record_of_the_far_future_is_dropped_and_closes_no_window() -> Tested {
    let (rows, dropped) = counts(|consumed| consumed.drop_if_ahead_by(MINUTE))?;
    assert_eq!(rows, [(0, 1), (0, 2)]);
    assert_eq!(dropped, 1);
    Ok(())
}

#[test]
fn a_record_of_the_far_future_is_taken_to_happen_now() -> Tested {
    let (rows, dropped) = counts(|consumed| consumed.clamp_if_ahead_by(MINUTE))?;
    assert_eq!(rows, [(0, 1), (0, 2), (0, 3)]);
    assert_eq!(dropped, 0);
    Ok(())
}

#[test]
fn the_guard_holds_whether_it_is_given_before_or_after_the_extractor() -> Tested {
    let times = || TimestampExtractor::record_time_or_skip();
    let before = counts(|consumed| {
        consumed
            .drop_if_ahead_by(MINUTE)
            .timestamp_extractor(times())
    })?;
    let after = counts(|consumed| {
        consumed
            .timestamp_extractor(times())
            .drop_if_ahead_by(MINUTE)
    })?;
    assert_eq!(before, after);
    assert_eq!(before.1, 1);
    Ok(())
}
