//! Sessions: what Kafka Streams loses or refuses, and what only a cache still knows.

use std::time::Duration;

use headwater_core::prelude::*;
use headwater_core::window::{Emit, SessionWindowed, SessionWindows};
use headwater_testing::TopologyTestDriver;

const EMIT_INTERVAL: &str = "__emit.interval.ms.kstreams.windowed.aggregation__";

type Tested = Result<(), Box<dyn std::error::Error>>;

/// Start, end and count of each row that was passed on; `None` where it was deleted.
type Rows = Vec<(i64, i64, Option<i64>)>;

fn counting(
    gap_ms: u64,
    emit: Emit,
    store: impl Fn(Materialized<I64>) -> Materialized<I64>,
) -> Result<TopologyTestDriver, Box<dyn std::error::Error>> {
    // As Kafka Streams does, closed sessions are looked for once per second.
    let config = StreamsConfig::new("app").set(EMIT_INTERVAL, "1000");
    let builder = StreamsBuilder::configured_by(&config);
    builder
        .stream("clicks", Consumed::with(Utf8, Utf8))
        .group_by_key(Grouped::with(Utf8, Utf8))
        .windowed_by(SessionWindows::with_gap(Duration::from_millis(gap_ms)))
        .emit(emit)
        .count_with(store(Materialized::named("visits", I64)))
        .into_stream()
        .to(
            "counts",
            Produced::with(SessionWindowed::new(Utf8), I64.nullable()),
        );
    Ok(TopologyTestDriver::new(builder.build()?)?)
}

fn click(driver: &mut TopologyTestDriver, at_ms: i64) -> Tested {
    let clicks = driver.input("clicks", Utf8, Utf8);
    clicks.at_ms(at_ms).push("ann", "/")?;
    Ok(())
}

fn counts(driver: &mut TopologyTestDriver) -> Result<Rows, Box<dyn std::error::Error>> {
    let mut counts = driver.output("counts", SessionWindowed::new(Utf8), I64.nullable());
    let counts = counts.pairs()?.into_iter().map(|(key, count)| {
        let window = key.window;
        (window.start.as_millis(), window.end.as_millis(), count)
    });
    Ok(counts.collect())
}

/// Kafka Streams drops the segment of such a session before it looks for closed ones.
#[test]
fn a_leap_of_stream_time_loses_no_session_that_is_emitted_on_close() -> Tested {
    let mut driver = counting(10, Emit::OnClose, |store| store)?;
    click(&mut driver, 1_000)?;
    click(&mut driver, 1_005)?;
    driver.advance_wall_clock(Duration::from_secs(1))?;
    click(&mut driver, 1_000_000_000)?;
    assert_eq!(counts(&mut driver)?, [(1_000, 1_005, Some(2))]);
    Ok(())
}

/// Goal: closed sessions that are not looked for yet are kept until they are.
#[test]
fn sessions_wait_for_the_next_emission_however_far_stream_time_goes() -> Tested {
    let mut driver = counting(10, Emit::OnClose, |store| store)?;
    for at_ms in [1_000, 1_000_000, 2_000_000_000] {
        click(&mut driver, at_ms)?;
    }
    assert_eq!(counts(&mut driver)?, []);
    driver.advance_wall_clock(Duration::from_secs(1))?;
    click(&mut driver, 3_000_000_000)?;
    let expected = [1_000, 1_000_000, 2_000_000_000].map(|at_ms| (at_ms, at_ms, Some(1)));
    assert_eq!(counts(&mut driver)?, expected);
    Ok(())
}

/// Kafka Streams fails here: "segment interval has changed".
#[test]
fn a_cached_session_near_the_epoch_may_have_a_gap_longer_than_a_segment() -> Tested {
    let mut driver = counting(300_000, Emit::OnUpdate, |store| store)?;
    for at_ms in [0, 200_000, 100_000] {
        click(&mut driver, at_ms)?;
    }
    let expected = [
        (0, 0, Some(1)),
        (0, 0, None),
        (0, 200_000, Some(2)),
        (0, 200_000, Some(3)),
    ];
    assert_eq!(counts(&mut driver)?, expected);
    Ok(())
}

/// Goal: a record that lies near an expired session, and is not late itself, finds the session
/// in the cache and not in the store, as in Kafka Streams. Method: the session at 100 has
/// expired for the store once stream time is 110.
#[test]
fn an_expired_session_is_found_in_the_cache_only() -> Tested {
    let at_ms = [100, 112, 103];
    let mut cached = counting(10, Emit::OnUpdate, |store| store)?;
    let mut uncached = counting(10, Emit::OnUpdate, Materialized::uncached)?;
    for at_ms in at_ms {
        click(&mut cached, at_ms)?;
        click(&mut uncached, at_ms)?;
    }
    let first = [(100, 100, Some(1)), (112, 112, Some(1))];
    let cached_rows = counts(&mut cached)?;
    assert_eq!(cached_rows.first_chunk(), Some(&first));
    assert_eq!(
        cached_rows.get(2..),
        Some(&[(112, 112, None), (100, 112, Some(3))][..]),
        "the deletion of what the store does not show is not passed on"
    );
    let uncached_rows = counts(&mut uncached)?;
    assert_eq!(
        uncached_rows.get(2..),
        Some(&[(112, 112, None), (103, 112, Some(2))][..])
    );
    Ok(())
}
