//! How the API can be misused.

use std::time::Duration;

use headwater_core::prelude::*;
use headwater_core::store::{
    KeyValueStore, KeyValueStoreDef, TimestampedKeyValueStore, TimestampedKeyValueStoreDef,
    WindowStore, WindowStoreDef,
};
use headwater_testing::TopologyTestDriver;

use crate::support::Tested;

const WINDOWS: WindowStoreDef<String, i64> = WindowStoreDef::new(
    "windows",
    Duration::from_millis(10),
    Duration::from_secs(60),
);

struct ReadsWhileVisiting(WindowStore<String, i64>);

impl Processor<String, i64> for ReadsWhileVisiting {
    type Key = String;
    type Value = i64;

    fn process(
        &mut self,
        record: Record<String, i64>,
        context: &mut ProcessorContext<'_, String, i64>,
    ) -> Result<(), Failure> {
        let at = record.timestamp;
        self.0.put(&record.key, Some(&record.value), at, context)?;
        let mut sum = 0;
        let store = &self.0;
        store.visit_all(Timestamp::from_millis(0), at, |key, start, _| {
            sum += store.get(&key, start).ok().flatten().unwrap_or(0);
            std::ops::ControlFlow::Continue(())
        })?;
        context.forward(record.with_value(sum))
    }
}

/// `visit_all` holds the store, so that reading it from the closure panics
/// (`RefCell already borrowed`), where `KeyValueStore::all` may be read and written meanwhile.
#[test]
fn a_window_store_can_be_read_while_it_is_visited() -> Tested {
    let builder = StreamsBuilder::new();
    builder.add_store(&WINDOWS, Stored::with(Utf8, I64));
    builder
        .stream("in", Consumed::with(Utf8, I64))
        .process_with_stores(Processed::default(), WINDOWS, ReadsWhileVisiting)
        .to("out", Produced::with(Utf8, I64));
    let mut driver = TopologyTestDriver::new(builder.build()?)?;
    driver.input("in", Utf8, I64).at_ms(5).push("a", 1)?;
    assert_eq!(driver.output("out", Utf8, I64).values()?, [1]);
    Ok(())
}

const COUNTS: TimestampedKeyValueStoreDef<String, i64> = TimestampedKeyValueStoreDef::new("counts");
const PLAIN_COUNTS: KeyValueStoreDef<String, i64> = KeyValueStoreDef::new("counts");

struct PutsRows(TimestampedKeyValueStore<String, i64>);

impl Processor<String, i64> for PutsRows {
    type Key = String;
    type Value = i64;

    fn process(
        &mut self,
        record: Record<String, i64>,
        context: &mut ProcessorContext<'_, String, i64>,
    ) -> Result<(), Failure> {
        let row = headwater_core::record::Stamped::new(record.value, record.timestamp);
        self.0.put(&record.key, &row, context)?;
        Ok(())
    }
}

/// a processor that writes to a table's store while the cache is full flushes it
/// silently: updates of the table that waited in the cache never go on.
#[test]
fn a_processor_on_a_tables_store_loses_none_of_the_tables_updates() -> Tested {
    let updates = |bytes_max| -> Result<Vec<(String, i64)>, Box<dyn std::error::Error>> {
        let builder = StreamsBuilder::new();
        builder
            .stream("in", Consumed::with(Utf8, I64))
            .group_by_key(Grouped::with(Utf8, I64))
            .count_with(Materialized::named("counts", I64))
            .into_stream()
            .to("out", Produced::with(Utf8, I64.nullable()));
        let _ = builder
            .stream("set", Consumed::with(Utf8, I64))
            .process_with_stores(Processed::default(), COUNTS, PutsRows);
        let mut driver = TopologyTestDriver::builder(builder.build()?)
            .commit_on_command()
            .cache_bytes_max(bytes_max)
            .build()?;
        driver.input("in", Utf8, I64).push("a", 1)?;
        driver.input("set", Utf8, I64).push("other", 7)?;
        driver.commit()?;
        let mut pairs = driver.output("out", Utf8, I64).pairs()?;
        pairs.sort();
        Ok(pairs)
    };
    let whole = updates(1_000_000)?;
    let tight = updates(200)?;
    assert_eq!(tight, whole);
    Ok(())
}

struct PutsPlain(KeyValueStore<String, i64>);

impl Processor<String, i64> for PutsPlain {
    type Key = String;
    type Value = i64;

    fn process(
        &mut self,
        record: Record<String, i64>,
        context: &mut ProcessorContext<'_, String, i64>,
    ) -> Result<(), Failure> {
        self.0.put(&record.key, &record.value, context)?;
        Ok(())
    }
}

/// a plain definition of a timestamped store passes the check of types, and writes rows
/// at the time -1.
#[test]
fn a_plain_definition_of_a_timestamped_store_is_refused() {
    let builder = StreamsBuilder::new();
    builder.add_store(&COUNTS, Stored::with(Utf8, I64));
    let _ = builder
        .stream("in", Consumed::with(Utf8, I64))
        .process_with_stores(Processed::default(), PLAIN_COUNTS, PutsPlain);
    let error = builder.build().err();
    assert!(
        matches!(error, Some(TopologyError::StoreOfOtherType { .. })),
        "{error:?}"
    );
}

/// Merges, table joins and stream joins say so by panicking; these four say nothing: node numbers
/// of one builder are used in the graph of another.
#[test]
fn a_stream_and_a_table_of_two_builders_are_refused() {
    let (one, other) = (StreamsBuilder::new(), StreamsBuilder::new());
    let _ = one.stream("unrelated", Consumed::with(Utf8, Utf8));
    let stream = one.stream("left", Consumed::with(Utf8, I64));
    let rows = Materialized::named("rows", I64);
    let table = other.table_with("right", Consumed::with(Utf8, I64), rows);
    stream
        .join_table(table, |left, right| left + right, Joined::with(Utf8, I64))
        .to("out", Produced::with(Utf8, I64));
    let built = one.build().map(|topology| topology.describe());
    assert!(built.is_err(), "{}", built.unwrap_or_default());
}

#[test]
fn tables_of_two_builders_joined_on_a_foreign_key_are_refused() {
    let (one, other) = (StreamsBuilder::new(), StreamsBuilder::new());
    let rows = |name: &str| Materialized::named(name, I64);
    let left = one.table_with("left", Consumed::with(Utf8, I64), rows("left"));
    let right = other.table_with("right", Consumed::with(I64, I64), rows("right"));
    let _ = left.join_on_foreign_key(
        right,
        |_, value| *value,
        |left, right| left + right,
        TableJoined::with(I64, I64).named("joined"),
        Materialized::named("joined", I64),
    );
    let built = one.build().map(|topology| topology.describe());
    assert!(built.is_err(), "{}", built.unwrap_or_default());
}

#[test]
fn a_cogroup_of_two_builders_is_refused() {
    let (one, other) = (StreamsBuilder::new(), StreamsBuilder::new());
    let left = one
        .stream("left", Consumed::with(Utf8, I64))
        .group_by_key(Grouped::with(Utf8, I64));
    let right = other
        .stream("right", Consumed::with(Utf8, I64))
        .group_by_key(Grouped::with(Utf8, I64));
    let _ = left
        .cogroup(|_: &String, value: i64, sum: i64| sum + value)
        .cogroup(right, |_: &String, value: i64, sum: i64| sum + value)
        .aggregate(|| 0, Materialized::named("sums", I64));
    let built = one.build().map(|topology| topology.describe());
    assert!(built.is_err(), "{}", built.unwrap_or_default());
}
