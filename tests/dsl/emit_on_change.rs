//! Tables that ignore updates which change nothing.

use std::time::Duration;

use headwater_core::prelude::*;
use headwater_core::store::StoreContent;
use headwater_testing::TopologyTestDriver;

type Tested = Result<(), Box<dyn std::error::Error>>;

fn driver(
    store: impl Fn(Materialized<I64>) -> Materialized<I64>,
) -> Result<TopologyTestDriver, Box<dyn std::error::Error>> {
    let builder = StreamsBuilder::new();
    let store = store(Materialized::named("newest", I64).emit_on_change());
    builder
        .table_with("in", Consumed::with(Utf8, I64), store)
        .into_stream()
        .to("out", Produced::with(Utf8, I64.nullable()));
    let driver = TopologyTestDriver::builder(builder.build()?);
    Ok(driver.commit_on_command().build()?)
}

#[test]
fn an_equal_update_is_neither_logged_nor_passed_on_and_the_row_keeps_its_time() -> Tested {
    let mut driver = driver(Materialized::uncached)?;
    let input = driver.input("in", Utf8, I64.nullable());
    let input = input
        .at_ms(1)
        .push("k", None::<i64>)?
        .at_ms(5)
        .push("k", 7)?;
    input.at_ms(9).push("k", 7)?;
    assert_eq!(driver.output("out", Utf8, I64).values()?, [7]);
    let mut log = driver.output("app-newest-changelog", Utf8, I64);
    assert_eq!(log.values()?, [7]);
    let Some(StoreContent::KeyValue(rows)) = driver.store_content("newest", 0).transpose()? else {
        return Err("no rows".into());
    };
    let time = rows.first().and_then(|row| row.value.first_chunk());
    assert_eq!(time.copied().map(i64::from_be_bytes), Some(5));
    let input = driver.input("in", Utf8, I64.nullable());
    input.at_ms(10).push("k", 8)?.push("k", None::<i64>)?;
    let out = driver.output("out", Utf8, I64.nullable()).values()?;
    assert_eq!(out, [Some(8), None]);
    Ok(())
}

#[test]
fn a_value_that_is_back_at_the_commit_has_not_changed() -> Tested {
    let mut driver = driver(Materialized::cached)?;
    driver.input("in", Utf8, I64).push("k", 7)?;
    driver.commit()?;
    driver.input("in", Utf8, I64).push("k", 8)?.push("k", 7)?;
    driver.commit()?;
    driver.input("in", Utf8, I64).push("k", 7)?;
    driver.commit()?;
    assert_eq!(driver.output("out", Utf8, I64).values()?, [7]);
    Ok(())
}

#[test]
fn windows_emit_on_change_but_sliding_ones_and_sessions_do_not() -> Tested {
    let size = Duration::from_millis(10);
    let largest = |windows: TumblingWindows| {
        let builder = StreamsBuilder::new();
        builder
            .stream("in", Consumed::with(Utf8, I64))
            .group_by_key(Grouped::with(Utf8, I64))
            .windowed_by(windows)
            .reduce_with(
                Ord::max,
                Materialized::named("largest", I64).emit_on_change(),
            )
            .into_stream()
            .to(
                "out",
                Produced::with(TimeWindowed::new(Utf8, size), I64.nullable()),
            );
        builder.build()
    };
    let mut driver = TopologyTestDriver::new(largest(TumblingWindows::of(size))?)?;
    let input = driver.input("in", Utf8, I64);
    let input = input.at_ms(1).push("k", 3)?.at_ms(2).push("k", 2)?;
    input.at_ms(3).push("k", 4)?;
    let out = driver.output("out", TimeWindowed::new(Utf8, size), I64);
    assert_eq!({ out }.values()?, [3, 4]);

    let builder = StreamsBuilder::new();
    let _ = builder
        .stream("in", Consumed::with(Utf8, I64))
        .group_by_key(Grouped::with(Utf8, I64))
        .windowed_by(SlidingWindows::of(size))
        .count_with(Materialized::named("counts", I64).emit_on_change());
    let refused = builder.build().err().ok_or("sliding windows took it")?;
    assert!(refused.to_string().contains("emit_on_change"), "{refused}");
    Ok(())
}
