//! Cogroups that are aggregated twice, and those whose streams need repartitioning.

use std::time::Duration;

use headwater_core::dsl::CogroupedKStream;
use headwater_core::prelude::*;
use headwater_testing::TopologyTestDriver;

type Tested = Result<(), Box<dyn std::error::Error>>;

/// A stream by the first letter of its values.
fn rekeyed<'b>(builder: &'b StreamsBuilder, topic: &str) -> KGroupedStream<'b, String, String> {
    let first = |_: &String, value: &String| value.chars().take(1).collect::<String>();
    let stream = builder.stream(topic, Consumed::with(Utf8, Utf8));
    stream.group_by(first, Grouped::with(Utf8, Utf8))
}

/// Two streams, which need repartitioning and have no names.
fn unnamed(builder: &StreamsBuilder) -> CogroupedKStream<'_, String, String> {
    rekeyed(builder, "left")
        .cogroup(|_, value, row: String| format!("{row}<{value}"))
        .cogroup(rekeyed(builder, "right"), |_, value, row| {
            format!("{row}>{value}")
        })
}

#[test]
fn unnamed_streams_do_not_meet_in_one_repartition_topic() -> Tested {
    let builder = StreamsBuilder::with_generated_names();
    unnamed(&builder)
        .aggregate(String::new, Materialized::named("rows", Utf8))
        .into_stream()
        .to("out", Produced::with(Utf8, Utf8.nullable()));
    let mut driver = TopologyTestDriver::new(builder.build()?)?;
    driver
        .input("left", Utf8, Utf8)
        .push("k".to_owned(), "a1".to_owned())?;
    driver
        .input("right", Utf8, Utf8)
        .push("k".to_owned(), "a2".to_owned())?;
    let rows = driver.output("out", Utf8, Utf8).values()?;
    assert_eq!(rows, ["<a1", "<a1>a2"]);
    let left = driver.output("app-rows-repartition", Utf8, Utf8).values()?;
    let right = driver
        .output("app-rows-1-repartition", Utf8, Utf8)
        .values()?;
    assert_eq!(
        (left, right),
        (vec!["a1".to_owned()], vec!["a2".to_owned()])
    );
    Ok(())
}

#[test]
fn a_second_unnamed_repartition_is_refused_where_names_are_asked_for() {
    let builder = StreamsBuilder::new();
    let _ = unnamed(&builder).aggregate(String::new, Materialized::named("rows", Utf8));
    let error = builder
        .build()
        .expect_err("the second topic has a generated name");
    let message = error.to_string();
    assert!(message.contains("rows-1-repartition"), "{message}");
    assert!(message.contains("Grouped::named"), "{message}");
}

#[test]
fn tables_of_a_cloned_cogroup_share_its_repartitions() -> Tested {
    let minute = Duration::from_secs(60);
    let builder = StreamsBuilder::with_generated_names();
    let cogroup = unnamed(&builder);
    cogroup
        .clone()
        .aggregate(String::new, Materialized::named("rows", Utf8))
        .into_stream()
        .to("out", Produced::with(Utf8, Utf8.nullable()));
    let key = headwater_core::window::TimeWindowed::new(Utf8, minute);
    cogroup
        .windowed_by(headwater_core::window::TumblingWindows::of(minute))
        .aggregate(String::new, Materialized::named("windows", Utf8))
        .into_stream()
        .to("per-minute", Produced::with(key, Utf8.nullable()));
    let mut driver = TopologyTestDriver::new(builder.build()?)?;
    driver
        .input("left", Utf8, Utf8)
        .push("k".to_owned(), "a1".to_owned())?;
    driver
        .input("right", Utf8, Utf8)
        .push("k".to_owned(), "a2".to_owned())?;
    assert_eq!(
        driver.output("out", Utf8, Utf8).values()?,
        ["<a1", "<a1>a2"]
    );
    let key = headwater_core::window::TimeWindowed::new(Utf8, minute);
    let windows = driver.output("per-minute", key, Utf8).values()?;
    assert_eq!(windows, ["<a1", "<a1>a2"]);
    let once = driver.output("app-rows-repartition", Utf8, Utf8).values()?;
    assert_eq!(once, ["a1"]);
    Ok(())
}
