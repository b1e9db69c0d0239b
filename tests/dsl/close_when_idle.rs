//! Final results on an input that has gone idle.

use std::time::Duration;

use headwater_core::prelude::*;
use headwater_testing::TopologyTestDriver;

type Tested = Result<(), Box<dyn std::error::Error>>;
type Made = Result<TopologyTestDriver, Box<dyn std::error::Error>>;

const fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// Pushes a click of ann.
fn click(driver: &mut TopologyTestDriver, at_ms: i64) -> Tested {
    let clicks = driver.input("clicks", Utf8, Utf8);
    clicks.at_ms(at_ms).push("ann", "/")?;
    Ok(())
}

/// Start and count of each window that was passed on since the last time.
fn counted(driver: &mut TopologyTestDriver) -> Result<Vec<(i64, i64)>, Box<dyn std::error::Error>> {
    let mut rows = driver.output("out", TimeWindowed::new(Utf8, ms(10)), I64);
    let rows = rows.pairs()?.into_iter();
    let rows = rows.map(|(key, count)| (key.window.start.as_millis(), count));
    Ok(rows.collect())
}

fn clicks_of(builder: &StreamsBuilder) -> KGroupedStream<'_, String, String> {
    builder
        .stream("clicks", Consumed::with(Utf8, Utf8))
        .group_by_key(Grouped::with(Utf8, Utf8))
}

fn windows(windowed: TimeWindowedKStream<'_, String, String>) {
    windowed
        .close_when_idle(ms(1_000))
        .count_with(Materialized::named("counts", I64))
        .into_stream()
        .to(
            "out",
            Produced::with(TimeWindowed::new(Utf8, ms(10)), I64.nullable()),
        );
}

fn tumbling() -> Made {
    let builder = StreamsBuilder::new();
    windows(clicks_of(&builder).windowed_by(TumblingWindows::of(ms(10)).grace(ms(5))));
    Ok(TopologyTestDriver::new(builder.build()?)?)
}

#[test]
fn windows_close_when_no_record_came_for_so_long() -> Tested {
    let mut driver = tumbling()?;
    click(&mut driver, 3)?;
    driver.advance_wall_clock(ms(999))?;
    click(&mut driver, 4)?;
    driver.advance_wall_clock(ms(999))?;
    assert_eq!(counted(&mut driver)?, []);
    driver.advance_wall_clock(ms(1))?;
    assert_eq!(counted(&mut driver)?, [(0, 2)]);
    driver.advance_wall_clock(ms(10_000))?;
    assert_eq!(counted(&mut driver)?, [], "each window closes once");
    Ok(())
}

#[test]
fn a_record_of_a_window_that_was_closed_so_is_late_and_one_of_the_next_is_not() -> Tested {
    let mut driver = tumbling()?;
    click(&mut driver, 3)?;
    driver.advance_wall_clock(ms(1_000))?;
    assert_eq!(counted(&mut driver)?, [(0, 1)]);
    click(&mut driver, 9)?;
    assert_eq!(driver.dropped(), 1);
    click(&mut driver, 10)?;
    driver.advance_wall_clock(ms(1_000))?;
    assert_eq!(driver.dropped(), 1);
    assert_eq!(counted(&mut driver)?, [(10, 1)]);
    Ok(())
}

#[test]
fn hopping_and_sliding_windows_close_too() -> Tested {
    let builder = StreamsBuilder::new();
    let hopping = HoppingWindows::of(ms(10)).advance_by(ms(5));
    windows(clicks_of(&builder).windowed_by(hopping));
    let mut driver = TopologyTestDriver::new(builder.build()?)?;
    click(&mut driver, 12)?;
    driver.advance_wall_clock(ms(1_000))?;
    assert_eq!(counted(&mut driver)?, [(5, 1), (10, 1)]);

    let builder = StreamsBuilder::new();
    windows(clicks_of(&builder).windowed_by(SlidingWindows::of(ms(10))));
    let mut driver = TopologyTestDriver::new(builder.build()?)?;
    click(&mut driver, 100)?;
    click(&mut driver, 105)?;
    driver.advance_wall_clock(ms(1_000))?;
    assert_eq!(counted(&mut driver)?, [(90, 1), (95, 2), (101, 1)]);
    Ok(())
}

#[test]
fn a_session_that_was_closed_so_does_not_grow() -> Tested {
    let builder = StreamsBuilder::new();
    clicks_of(&builder)
        .windowed_by(SessionWindows::with_gap(ms(50)))
        .close_when_idle(ms(1_000))
        .count_with(Materialized::named("visits", I64))
        .into_stream()
        .to(
            "out",
            Produced::with(SessionWindowed::new(Utf8), I64.nullable()),
        );
    let mut driver = TopologyTestDriver::new(builder.build()?)?;
    for at_ms in [100, 120] {
        click(&mut driver, at_ms)?;
    }
    driver.advance_wall_clock(ms(1_000))?;
    click(&mut driver, 110)?;
    click(&mut driver, 130)?;
    driver.advance_wall_clock(ms(1_000))?;
    let visits = driver
        .output("out", SessionWindowed::new(Utf8), I64)
        .pairs()?;
    let visits = visits.iter().map(|(key, count)| {
        let window = key.window;
        (window.start.as_millis(), window.end.as_millis(), *count)
    });
    assert_eq!(visits.collect::<Vec<_>>(), [(100, 120, 2), (130, 130, 1)]);
    assert_eq!(driver.dropped(), 1, "the click at 110 is late");
    Ok(())
}

fn suppressed() -> Result<Topology, TopologyError> {
    let builder = StreamsBuilder::new();
    clicks_of(&builder)
        .windowed_by(TumblingWindows::of(ms(10)).grace(ms(5)))
        .count_with(Materialized::named("counts", I64))
        .suppress(
            Suppressed::until_window_closes(StrictBuffer::unbounded(), I64)
                .named("final")
                .close_when_idle(ms(1_000)),
        )
        .into_stream()
        .to(
            "out",
            Produced::with(TimeWindowed::new(Utf8, ms(10)), I64.nullable()),
        );
    builder.build()
}

#[test]
fn a_suppressed_table_passes_on_each_window_once() -> Tested {
    let mut driver = TopologyTestDriver::new(suppressed()?)?;
    click(&mut driver, 3)?;
    click(&mut driver, 4)?;
    driver.advance_wall_clock(ms(1_000))?;
    assert_eq!(counted(&mut driver)?, [(0, 2)]);
    click(&mut driver, 5)?;
    driver.advance_wall_clock(ms(1_000))?;
    assert_eq!(counted(&mut driver)?, []);
    assert_eq!(driver.dropped(), 1);
    Ok(())
}

/// Goal: an update that waits in a cache upstream is part of the final result.
#[test]
fn what_waits_in_a_cache_upstream_is_not_late() -> Tested {
    let driver = TopologyTestDriver::builder(suppressed()?);
    let mut driver = driver.commit_on_command().build()?;
    click(&mut driver, 3)?;
    driver.commit()?;
    click(&mut driver, 4)?;
    driver.advance_wall_clock(ms(1_000))?;
    driver.commit()?;
    assert_eq!(
        counted(&mut driver)?,
        [],
        "the second click has just come by"
    );
    driver.advance_wall_clock(ms(1_000))?;
    driver.commit()?;
    assert_eq!(counted(&mut driver)?, [(0, 2)]);
    assert_eq!(driver.dropped(), 0);
    Ok(())
}

fn joined() -> Made {
    let builder = StreamsBuilder::new();
    let left = builder.stream("left", Consumed::with(Utf8, Utf8));
    let right = builder.stream("right", Consumed::with(Utf8, Utf8));
    let side = |value: Option<&String>| value.map_or("-", String::as_str).to_owned();
    left.outer_join(
        right,
        move |left, right| side(left) + &side(right),
        JoinWindows::of(ms(10)).grace(ms(5)),
        StreamJoined::with(Utf8, Utf8, Utf8)
            .store("both")
            .close_when_idle(ms(1_000)),
    )
    .to("out", Produced::with(Utf8, Utf8));
    Ok(TopologyTestDriver::new(builder.build()?)?)
}

#[test]
fn records_without_a_partner_are_passed_on_and_find_none_later() -> Tested {
    let mut driver = joined()?;
    let push = |driver: &mut TopologyTestDriver, topic: &str, at_ms, value| -> Tested {
        driver
            .input(topic, Utf8, Utf8)
            .at_ms(at_ms)
            .push("k", value)?;
        Ok(())
    };
    push(&mut driver, "left", 100, "a")?;
    driver.advance_wall_clock(ms(999))?;
    // Either side keeps the join from being idle.
    driver
        .input("right", Utf8, Utf8)
        .at_ms(101)
        .push("other", "x")?;
    driver.advance_wall_clock(ms(999))?;
    assert!(driver.output("out", Utf8, Utf8).values()?.is_empty());
    driver.advance_wall_clock(ms(1))?;
    assert_eq!(driver.output("out", Utf8, Utf8).values()?, ["a-", "-x"]);
    push(&mut driver, "right", 105, "b")?;
    assert_eq!(driver.output("out", Utf8, Utf8).values()?, ["-b"]);
    push(&mut driver, "left", 200, "c")?;
    push(&mut driver, "right", 200, "d")?;
    assert_eq!(driver.output("out", Utf8, Utf8).values()?, ["cd"]);
    Ok(())
}

/// Without the option nothing of the above happens.
#[test]
fn an_idle_input_closes_nothing_unless_it_is_asked_to() -> Tested {
    let builder = StreamsBuilder::new();
    clicks_of(&builder)
        .windowed_by(TumblingWindows::of(ms(10)))
        .close_when_idle(ms(1_000))
        .emit(Emit::OnUpdate)
        .emit(Emit::OnClose)
        .count_with(Materialized::named("counts", I64))
        .into_stream()
        .to(
            "out",
            Produced::with(TimeWindowed::new(Utf8, ms(10)), I64.nullable()),
        );
    let mut driver = TopologyTestDriver::new(builder.build()?)?;
    click(&mut driver, 3)?;
    driver.advance_wall_clock(ms(100_000))?;
    assert_eq!(counted(&mut driver)?, []);
    Ok(())
}
