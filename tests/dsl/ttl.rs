//! Rows that die.

use std::time::Duration;

use headwater_core::prelude::*;
use headwater_core::store::{KeyValueStore, KeyValueStoreDef, StoreContent};
use headwater_testing::TopologyTestDriver;

type Tested = Result<(), Box<dyn std::error::Error>>;

const TTL: Duration = Duration::from_millis(100);

fn table(
    store: impl Fn(Materialized<I64>) -> Materialized<I64>,
) -> Result<Topology, TopologyError> {
    let builder = StreamsBuilder::new();
    let store = store(Materialized::named("newest", I64));
    builder
        .table_with("in", Consumed::with(Utf8, I64), store)
        .group_by(
            |_, value| ("all".to_owned(), value),
            Grouped::with(Utf8, I64).named("all"),
        )
        .reduce_with(|a, b| a + b, |a, b| a - b, Materialized::named("sum", I64))
        .into_stream()
        .to("sums", Produced::with(Utf8, I64.nullable()));
    builder.build()
}

fn sums(driver: &mut TopologyTestDriver) -> Result<Vec<i64>, Box<dyn std::error::Error>> {
    Ok(driver.output("sums", Utf8, I64).values()?)
}

fn rows(driver: &mut TopologyTestDriver, store: &str) -> Result<usize, Box<dyn std::error::Error>> {
    match driver.store_content(store, 0).transpose()? {
        Some(StoreContent::KeyValue(rows)) => Ok(rows.len()),
        _ => Err("no such store".into()),
    }
}

#[test]
fn a_row_dies_when_stream_time_is_further_than_its_ttl() -> Tested {
    for caching in [Materialized::cached, Materialized::uncached] {
        let ttl = Ttl::by_stream_time(TTL);
        let topology = table(|store| caching(store).ttl(ttl))?;
        let mut driver = TopologyTestDriver::new(topology)?;
        let input = driver.input("in", Utf8, I64);
        let input = input.at_ms(0).push("a", 1)?.at_ms(50).push("b", 10)?;
        input.at_ms(100).push("c", 100)?;
        assert_eq!(sums(&mut driver)?.last(), Some(&111));
        driver.input("in", Utf8, I64).at_ms(101).push("c", 200)?;
        assert_eq!(
            sums(&mut driver)?.last(),
            Some(&210),
            "a is taken out of the sum"
        );
        assert_eq!(rows(&mut driver, "newest")?, 2);
        let mut log = driver.output("app-newest-changelog", Utf8, I64.nullable());
        let log = log.records()?;
        let dead = log.iter().find(|read| read.record.value.is_none());
        let dead = dead.ok_or("no tombstone")?;
        assert_eq!(dead.record.key, "a");
        assert_eq!(
            dead.record.timestamp.as_millis(),
            100,
            "the last moment of its life"
        );
    }
    Ok(())
}

#[test]
fn an_update_lengthens_a_life() -> Tested {
    let mut driver = TopologyTestDriver::new(table(|store| store.ttl(Ttl::by_stream_time(TTL)))?)?;
    let input = driver.input("in", Utf8, I64);
    let input = input.at_ms(0).push("a", 1)?.at_ms(80).push("a", 2)?;
    input.at_ms(180).push("b", 10)?;
    assert_eq!(sums(&mut driver)?.last(), Some(&12));
    driver.input("in", Utf8, I64).at_ms(181).push("b", 10)?;
    assert_eq!(sums(&mut driver)?.last(), Some(&10));
    Ok(())
}

#[test]
fn a_restored_store_lets_its_rows_die_and_does_not_know_dead_ones() -> Tested {
    let mut driver = TopologyTestDriver::new(table(|store| store.ttl(Ttl::by_stream_time(TTL)))?)?;
    let input = driver.input("in", Utf8, I64);
    let input = input.at_ms(0).push("a", 1)?.at_ms(90).push("b", 10)?;
    input.at_ms(120).push("c", 100)?;
    driver.restart()?;
    assert_eq!(rows(&mut driver, "newest")?, 2);
    driver.input("in", Utf8, I64).at_ms(200).push("d", 1_000)?;
    assert_eq!(sums(&mut driver)?.last(), Some(&1_100));
    Ok(())
}

#[test]
fn a_row_dies_by_the_wall_clock_without_input() -> Tested {
    let mut driver = TopologyTestDriver::new(table(|store| store.ttl(Ttl::by_wall_clock(TTL)))?)?;
    driver
        .input("in", Utf8, I64)
        .at_ms(0)
        .push("a", 1)?
        .push("b", 2)?;
    driver.advance_wall_clock(TTL)?;
    assert_eq!(sums(&mut driver)?.last(), Some(&3));
    driver.advance_wall_clock(Duration::from_millis(1))?;
    assert_eq!(sums(&mut driver)?.last(), Some(&0));
    assert_eq!(rows(&mut driver, "newest")?, 0);
    Ok(())
}

const SEEN: KeyValueStoreDef<String, i64> = KeyValueStoreDef::new("seen");

/// Forwards how often each key was seen.
struct CountSeen(KeyValueStore<String, i64>);

impl Processor<String, String> for CountSeen {
    type Key = String;
    type Value = i64;

    fn process(
        &mut self,
        record: Record<String, String>,
        context: &mut ProcessorContext<'_, String, i64>,
    ) -> Result<(), Failure> {
        let count = self.0.get(&record.key)?.unwrap_or(0) + 1;
        self.0.put(&record.key, &count, context)?;
        context.forward(record.with_value(count))
    }
}

#[test]
fn a_plain_store_forgets_what_it_was_not_told_again_and_logs_plain_values() -> Tested {
    let builder = StreamsBuilder::new();
    builder.add_store(&SEEN, Stored::with(Utf8, I64).ttl(Ttl::by_stream_time(TTL)));
    builder
        .stream("in", Consumed::with(Utf8, Utf8))
        .process_with_stores(Processed::default(), SEEN, CountSeen)
        .to("out", Produced::with(Utf8, I64));
    let driver = TopologyTestDriver::builder(builder.build()?);
    let mut driver = driver.commit_on_command().build()?;
    let input = driver.input("in", Utf8, Utf8);
    let input = input.at_ms(0).push("a", "")?.at_ms(100).push("a", "")?;
    // Dead for reads, though no commit has come by.
    input.at_ms(201).push("a", "")?.at_ms(202).push("b", "")?;
    assert_eq!(driver.output("out", Utf8, I64).values()?, [1, 2, 1, 1]);
    driver.input("in", Utf8, Utf8).at_ms(302).push("b", "")?;
    driver.commit()?;
    let mut log = driver.output("app-seen-changelog", Utf8, I64.nullable());
    let log = log.pairs()?;
    let last = log.last().cloned();
    assert_eq!(last, Some(("a".to_owned(), None)));
    let content = driver.store_content("seen", 0).transpose()?;
    let Some(StoreContent::KeyValue(rows)) = content else {
        return Err("no rows".into());
    };
    let values: Vec<&[u8]> = rows.iter().map(|row| &*row.value).collect();
    assert_eq!(values, [&2_i64.to_be_bytes()], "plain to the outside");
    driver.restart()?;
    driver.input("in", Utf8, Utf8).at_ms(303).push("b", "")?;
    assert_eq!(driver.output("out", Utf8, I64).values()?, [2, 3]);
    Ok(())
}

#[test]
fn stores_with_a_retention_have_no_ttl() -> Tested {
    let builder = StreamsBuilder::new();
    let store = Materialized::named("prices", I64).versioned(TTL);
    let store = store.ttl(Ttl::by_stream_time(TTL));
    let _ = builder.table_with("in", Consumed::with(Utf8, I64), store);
    let refused = builder.build().err().ok_or("versions took it")?;
    assert!(refused.to_string().contains("versions"), "{refused}");
    Ok(())
}
