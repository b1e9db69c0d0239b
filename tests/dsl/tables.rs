//! Tables: joined with each other, made of streams, kept with their history.

use std::time::Duration;

use headwater_core::prelude::*;
use headwater_core::store::StoreContent;
use headwater_testing::TopologyTestDriver;

type Tested = Result<(), Box<dyn std::error::Error>>;

fn prices<'b>(builder: &'b StreamsBuilder, topic: &str) -> KTable<'b, String, i64> {
    let store = Materialized::named(format!("{topic}-store"), I64);
    builder.table_with(topic, Consumed::with(Utf8, I64), store)
}

/// Goal: the other nodes of a join are named after it, and no generated name is left.
#[test]
fn naming_a_join_names_all_of_its_nodes() -> Tested {
    let builder = StreamsBuilder::new();
    let (left, right) = (prices(&builder, "left"), prices(&builder, "right"));
    let _ = left.join(right, |left, right| left + right).named("total");
    let described = builder.build()?.describe();
    for name in ["total-join-this", "total-join-other", "Processor: total "] {
        assert!(described.contains(name), "no {name} in\n{described}");
    }
    Ok(())
}

/// Goal: a join looks rows up that no store holds. Method: a join of mapped tables joined again.
#[test]
fn a_join_computes_the_rows_it_looks_up() -> Tested {
    let builder = StreamsBuilder::new();
    let (a, b, c) = (
        prices(&builder, "a"),
        prices(&builder, "b"),
        prices(&builder, "c"),
    );
    let doubled = a.map_values(|price| price * 2);
    let small = b.filter(|_, price| *price < 10);
    doubled
        .left_join(small, |a, b| a + b.copied().unwrap_or(100))
        .join(c, |sum, c| sum * c)
        .into_stream()
        .to("out", Produced::with(Utf8, I64.nullable()));
    let mut driver = TopologyTestDriver::new(builder.build()?)?;
    driver.input("a", Utf8, I64).push("k", 1)?;
    driver.input("c", Utf8, I64).push("k", 10)?;
    driver.input("b", Utf8, I64).push("k", 5)?.push("k", 50)?;
    driver.input("c", Utf8, I64).push("k", 1)?;
    let out = driver.output("out", Utf8, I64).values()?;
    assert_eq!(out, [1020, 70, 1020, 102]);
    Ok(())
}

/// Goal: user code that fails in a lookup is a failure of the record that looked up.
#[test]
fn a_row_that_cannot_be_computed_is_put_to_the_policy() -> Tested {
    let builder = StreamsBuilder::new();
    let texts = Materialized::named("texts-store", Utf8);
    let texts = builder.table_with("texts", Consumed::with(Utf8, Utf8), texts);
    let numbers = texts.try_map_values(|text| Ok(text.parse::<i64>()?));
    prices(&builder, "prices")
        .join(numbers, |price, number| price * number)
        .into_stream()
        .to("out", Produced::with(Utf8, I64.nullable()));
    let driver = TopologyTestDriver::builder(builder.build()?);
    let mut driver = driver.failure_policy(FailurePolicy::skip()).build()?;
    driver
        .input("texts", Utf8, Utf8)
        .push("a", "x")?
        .push("b", "2")?;
    driver
        .input("prices", Utf8, I64)
        .push("a", 3)?
        .push("b", 3)?;
    assert_eq!(driver.dropped(), 2);
    assert_eq!(driver.output("out", Utf8, I64).values()?, [6]);
    Ok(())
}

#[test]
fn a_stream_of_changed_keys_becomes_a_table_by_its_new_keys() -> Tested {
    let builder = StreamsBuilder::new();
    builder
        .stream("in", Consumed::with(Utf8, I64.nullable()))
        .select_key(|key, _| key.to_uppercase())
        .into_table_named("upper", Utf8, Materialized::named("by-upper", I64))
        .into_stream()
        .to("out", Produced::with(Utf8, I64.nullable()));
    let mut driver = TopologyTestDriver::new(builder.build()?)?;
    let input = driver.input("in", Utf8, I64.nullable());
    input.push("a", Some(1))?.push("A", None::<i64>)?;
    let mut repartitioned = driver.output("app-upper-repartition", Utf8, I64.nullable());
    assert_eq!(repartitioned.values()?, [Some(1), None]);
    let out = driver.output("out", Utf8, I64.nullable()).pairs()?;
    assert_eq!(out, [("A".to_owned(), Some(1)), ("A".to_owned(), None)]);
    Ok(())
}

#[test]
fn a_versioned_table_keeps_its_history_and_refuses_what_is_older() -> Tested {
    let builder = StreamsBuilder::new();
    let store = Materialized::named("prices", I64).versioned(Duration::from_millis(50));
    builder
        .table_with("in", Consumed::with(Utf8, I64), store)
        .into_stream()
        .to("out", Produced::with(Utf8, I64.nullable()));
    let mut driver = TopologyTestDriver::new(builder.build()?)?;
    for (price, at_ms) in [(1, 100), (2, 120), (3, 110), (4, 60)] {
        let record = Record::new("k".to_owned(), price, Timestamp::from_millis(at_ms));
        driver.input("in", Utf8, I64).push_record(&record)?;
    }
    assert_eq!(driver.output("out", Utf8, I64).values()?, [1, 2, 3]);
    assert_eq!(driver.dropped(), 1);
    let content = driver.store_content("prices", 0).transpose()?;
    let long = |number: i64| number.to_be_bytes().to_vec();
    let versions = vec![
        (100, Some(110), long(1)),
        (110, Some(120), long(3)),
        (120, None, long(2)),
    ];
    let expected = StoreContent::Versioned(vec![(b"k".to_vec(), versions)]);
    assert_eq!(content, Some(expected));
    Ok(())
}
