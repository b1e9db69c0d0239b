//! What a restart may not change.

use std::time::Duration;

use headwater_core::prelude::*;
use headwater_core::window::{
    Emit, JoinWindows, SessionWindowed, SessionWindows, TimeWindowed, TumblingWindows,
};
use headwater_testing::TopologyTestDriver;

use crate::support::Tested;

/// every window within the retention is emitted again after a restart.
#[test]
fn a_window_that_was_emitted_on_close_is_not_emitted_again_after_a_restart() -> Tested {
    let size = Duration::from_millis(10);
    let builder = StreamsBuilder::new();
    builder
        .stream("in", Consumed::with(Utf8, I64))
        .group_by_key(Grouped::with(Utf8, I64))
        .windowed_by(TumblingWindows::of(size))
        .emit(Emit::OnClose)
        .count_with(Materialized::named("counts", I64))
        .into_stream()
        .to(
            "out",
            Produced::with(TimeWindowed::new(Utf8, size), I64.nullable()),
        );
    let mut driver = TopologyTestDriver::new(builder.build()?)?;
    for at in [5, 15, 25] {
        driver.advance_wall_clock(Duration::from_secs(2))?;
        driver.input("in", Utf8, I64).at_ms(at).push("a", 1)?;
    }
    let before = driver
        .output("out", TimeWindowed::new(Utf8, size), I64)
        .values()?
        .len();
    driver.restart()?;
    driver.advance_wall_clock(Duration::from_secs(2))?;
    driver.input("in", Utf8, I64).at_ms(35).push("a", 1)?;
    let after = driver
        .output("out", TimeWindowed::new(Utf8, size), I64)
        .values()?
        .len();
    assert_eq!((before, after), (2, 1));
    Ok(())
}

/// as above, of sessions.
#[test]
fn a_session_that_was_emitted_on_close_is_not_emitted_again_after_a_restart() -> Tested {
    let builder = StreamsBuilder::new();
    builder
        .stream("in", Consumed::with(Utf8, I64))
        .group_by_key(Grouped::with(Utf8, I64))
        .windowed_by(SessionWindows::with_gap(Duration::from_millis(10)))
        .emit(Emit::OnClose)
        .count_with(Materialized::named("counts", I64))
        .into_stream()
        .to(
            "out",
            Produced::with(SessionWindowed::new(Utf8), I64.nullable()),
        );
    let mut driver = TopologyTestDriver::new(builder.build()?)?;
    for at in [100, 200, 300] {
        driver.advance_wall_clock(Duration::from_secs(2))?;
        driver.input("in", Utf8, I64).at_ms(at).push("a", 1)?;
    }
    let before = driver
        .output("out", SessionWindowed::new(Utf8), I64)
        .values()?
        .len();
    driver.restart()?;
    driver.advance_wall_clock(Duration::from_secs(2))?;
    driver.input("in", Utf8, I64).at_ms(400).push("a", 1)?;
    let after = driver
        .output("out", SessionWindowed::new(Utf8), I64)
        .values()?
        .len();
    assert_eq!((before, after), (2, 1));
    Ok(())
}

/// numbers of duplicates begin anew, so a record replaces one of the same key and time
/// that came before the restart.
#[test]
fn records_of_one_key_and_time_are_all_joined_across_a_restart() -> Tested {
    let builder = StreamsBuilder::new();
    let left = builder.stream("left", Consumed::with(Utf8, I64));
    let right = builder.stream("right", Consumed::with(Utf8, I64));
    left.join(
        right,
        |left, right| left * 100 + right,
        JoinWindows::of(Duration::from_millis(10)),
        StreamJoined::with(Utf8, I64, I64).store("joined"),
    )
    .to("out", Produced::with(Utf8, I64));
    let mut driver = TopologyTestDriver::new(builder.build()?)?;
    driver.input("left", Utf8, I64).at_ms(5).push("a", 1)?;
    driver.restart()?;
    driver.input("left", Utf8, I64).at_ms(5).push("a", 2)?;
    driver.input("right", Utf8, I64).at_ms(5).push("a", 7)?;
    let mut out = driver.output("out", Utf8, I64).values()?;
    out.sort_unstable();
    assert_eq!(out, [107, 207]);
    Ok(())
}
