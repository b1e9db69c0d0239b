//! The ends of time.

use std::time::Duration;

use headwater_core::prelude::*;
use headwater_core::processor::{FixedKeyContext, FixedKeyProcessor, FixedKeyRecord};
use headwater_core::window::{
    HoppingWindows, JoinWindows, SessionWindowed, SessionWindows, SlidingWindows, TimeWindowed,
    TumblingWindows,
};
use headwater_testing::TopologyTestDriver;

use crate::support::Tested;

const TIMES: [i64; 6] = [0, i64::MAX - 5, i64::MAX, i64::MAX - 5, i64::MAX, 1];

fn feed(mut driver: TopologyTestDriver, topics: &[&str]) -> Tested {
    for at in TIMES {
        for topic in topics {
            driver.input(topic, Utf8, I64).at_ms(at).push("a", 1)?;
        }
    }
    Ok(())
}

fn windowed<W: headwater_core::dsl::Windows>(
    windows: W,
    count: impl FnOnce(W::Grouped<'_, String, i64>),
) -> TopologyTestDriver {
    let builder = StreamsBuilder::new();
    count(
        builder
            .stream("in", Consumed::with(Utf8, I64))
            .group_by_key(Grouped::with(Utf8, I64))
            .windowed_by(windows),
    );
    TopologyTestDriver::new(builder.build().unwrap()).unwrap()
}

#[test]
fn tumbling_windows_reach_the_end_of_time() -> Tested {
    for size in [Duration::from_millis(10), Duration::MAX] {
        feed(
            windowed(TumblingWindows::of(size), |group| {
                let _ = group.count_with(Materialized::named("counts", I64));
            }),
            &["in"],
        )?;
    }
    Ok(())
}

#[test]
fn hopping_windows_reach_the_end_of_time() -> Tested {
    let windows = HoppingWindows::of(Duration::from_millis(10));
    feed(
        windowed(windows.advance_by(Duration::from_millis(3)), |group| {
            let _ = group.count_with(Materialized::named("counts", I64));
        }),
        &["in"],
    )
}

#[test]
fn sliding_windows_reach_the_end_of_time() -> Tested {
    for size in [Duration::ZERO, Duration::from_millis(10), Duration::MAX] {
        feed(
            windowed(SlidingWindows::of(size), |group| {
                let _ = group.count_with(Materialized::named("counts", I64));
            }),
            &["in"],
        )?;
    }
    Ok(())
}

#[test]
fn sessions_reach_the_end_of_time() -> Tested {
    for gap in [Duration::ZERO, Duration::from_millis(10), Duration::MAX] {
        feed(
            windowed(SessionWindows::with_gap(gap), |group| {
                group
                    .count_with(Materialized::named("counts", I64))
                    .into_stream()
                    .to(
                        "out",
                        Produced::with(SessionWindowed::new(Utf8), I64.nullable()),
                    );
            }),
            &["in"],
        )?;
    }
    Ok(())
}

#[test]
fn stream_joins_reach_the_end_of_time() -> Tested {
    for grace in [Duration::ZERO, Duration::MAX] {
        for size in [Duration::ZERO, Duration::from_millis(10), Duration::MAX] {
            let builder = StreamsBuilder::new();
            let left = builder.stream("left", Consumed::with(Utf8, I64));
            let right = builder.stream("right", Consumed::with(Utf8, I64));
            left.outer_join(
                right,
                |left, right| left.copied().unwrap_or(0) + right.copied().unwrap_or(0),
                JoinWindows::of(size).grace(grace),
                StreamJoined::with(Utf8, I64, I64).store("joined"),
            )
            .to("out", Produced::with(Utf8, I64));
            feed(
                TopologyTestDriver::new(builder.build()?)?,
                &["left", "right"],
            )?;
        }
    }
    Ok(())
}

/// the close time wraps around, and what should wait for ever leaves at once.
#[test]
fn a_left_join_with_the_longest_grace_waits() -> Tested {
    let builder = StreamsBuilder::new();
    let left = builder.stream("left", Consumed::with(Utf8, I64));
    let right = builder.stream("right", Consumed::with(Utf8, I64));
    left.left_join(
        right,
        |left, right| left * 100 + right.copied().unwrap_or(0),
        JoinWindows::of(Duration::from_millis(10)).grace(Duration::MAX),
        StreamJoined::with(Utf8, I64, I64).store("joined"),
    )
    .to("out", Produced::with(Utf8, I64));
    let mut driver = TopologyTestDriver::new(builder.build()?)?;
    for at in [100, 105, 109] {
        driver.advance_wall_clock(Duration::from_secs(2))?;
        driver.input("left", Utf8, I64).at_ms(at).push("a", 1)?;
    }
    let out = driver.output("out", Utf8, I64).values()?;
    assert_eq!(out, Vec::<i64>::new());
    Ok(())
}

struct Before1970;

impl FixedKeyProcessor<String, i64> for Before1970 {
    type Value = i64;

    fn process(
        &mut self,
        record: FixedKeyRecord<String, i64>,
        context: &mut FixedKeyContext<'_, '_, String, i64>,
    ) -> Result<(), Failure> {
        context.forward(record.with_timestamp(Timestamp::from_millis(-5)))
    }
}

/// Kafka Streams refuses such a record (the constructor of `Record` throws). Here a sink
/// does, but between a processor and an aggregation there is none: it vanishes from windows
/// without being counted as dropped.
#[test]
fn a_record_forwarded_with_a_negative_time_is_a_failure() -> Tested {
    let size = Duration::from_millis(10);
    let builder = StreamsBuilder::new();
    builder
        .stream("in", Consumed::with(Utf8, I64))
        .process_values(|| Before1970)
        .group_by_key(Grouped::with(Utf8, I64))
        .windowed_by(TumblingWindows::of(size))
        .count_with(Materialized::named("counts", I64))
        .into_stream()
        .to(
            "out",
            Produced::with(TimeWindowed::new(Utf8, size), I64.nullable()),
        );
    let mut driver = TopologyTestDriver::new(builder.build()?)?;
    let is_refused = driver.input("in", Utf8, I64).push("a", 1).is_err();
    assert!(
        is_refused || driver.dropped() > 0,
        "it vanished without a word"
    );
    Ok(())
}
