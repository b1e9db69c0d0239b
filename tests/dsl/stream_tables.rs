//! Joins of streams with tables and global tables, and suppressed tables: partitions, restarts,
//! mistakes.

use std::time::Duration;

use headwater_core::TopologyError;
use headwater_core::prelude::*;
use headwater_core::window::TimeWindowed;
use headwater_testing::{DriverError, TopologyTestDriver};

type Done = Result<(), Box<dyn std::error::Error>>;

const SECOND: Duration = Duration::from_secs(1);

fn countries(builder: &StreamsBuilder) {
    let countries = builder.global_table("countries", Consumed::with(Utf8, Utf8));
    builder
        .stream("visits", Consumed::with(Utf8, Utf8))
        .join_global(
            &countries,
            |_, code| code.clone(),
            |_, country| country,
            Joined::with(Utf8, Utf8),
        )
        .to("visited", Produced::with(Utf8, Utf8));
}

#[test]
fn every_partition_finds_every_row_of_a_global_table() -> Done {
    let builder = StreamsBuilder::new();
    countries(&builder);
    let mut driver = TopologyTestDriver::builder(builder.build()?)
        .topic("countries", 2)
        .topic("visits", 3)
        .build()?;
    let rows = driver.input("countries", Utf8, Utf8);
    rows.to_partition(0)
        .push("is", "Iceland")?
        .to_partition(1)
        .push("mt", "Malta")?;
    for partition in 0..3 {
        let visits = driver.input("visits", Utf8, Utf8).to_partition(partition);
        visits.push("ann", "is")?.push("ann", "mt")?;
    }
    let visited = driver.output("visited", Utf8, Utf8).values()?;
    assert_eq!(visited, ["Iceland", "Malta"].repeat(3));
    Ok(())
}

#[test]
fn a_global_table_is_there_again_after_a_restart() -> Done {
    let builder = StreamsBuilder::new();
    countries(&builder);
    let mut driver = TopologyTestDriver::new(builder.build()?)?;
    driver
        .input("countries", Utf8, Utf8)
        .push("is", "Iceland")?;
    driver.restart()?;
    driver.input("visits", Utf8, Utf8).push("ann", "is")?;
    driver.crash()?;
    driver.input("visits", Utf8, Utf8).push("ann", "is")?;
    let visited = driver.output("visited", Utf8, Utf8).values()?;
    assert_eq!(visited, ["Iceland", "Iceland"]);
    Ok(())
}

#[test]
fn what_the_topology_writes_to_a_global_topic_is_seen_by_the_next_record() -> Done {
    let builder = StreamsBuilder::new();
    countries(&builder);
    builder
        .stream("founded", Consumed::with(Utf8, Utf8))
        .to("countries", Produced::with(Utf8, Utf8));
    let mut driver = TopologyTestDriver::new(builder.build()?)?;
    driver.input("founded", Utf8, Utf8).push("xx", "Utopia")?;
    driver.input("visits", Utf8, Utf8).push("ann", "xx")?;
    assert_eq!(driver.output("visited", Utf8, Utf8).values()?, ["Utopia"]);
    Ok(())
}

#[test]
fn the_topic_of_a_global_table_is_read_by_nothing_else() {
    let builder = StreamsBuilder::new();
    countries(&builder);
    builder
        .stream("countries", Consumed::with(Utf8, Utf8))
        .to("copied", Produced::with(Utf8, Utf8));
    let error = builder.build().map(|_| ());
    assert!(matches!(
        error,
        Err(TopologyError::TopicReadTwice { topic, .. }) if topic == "countries"
    ));
}

fn calm(buffer: StrictBuffer) -> Result<Topology, TopologyError> {
    let builder = StreamsBuilder::new();
    let prices = Materialized::named("prices", I64);
    builder
        .table_with("prices", Consumed::with(Utf8, I64), prices)
        .suppress(Suppressed::until_time_limit(10 * SECOND, buffer, I64).named("calm"))
        .into_stream()
        .to("calm-prices", Produced::with(Utf8, I64.nullable()));
    builder.build()
}

#[test]
fn updates_that_wait_survive_a_restart() -> Done {
    let mut driver = TopologyTestDriver::new(calm(StrictBuffer::unbounded())?)?;
    let prices = driver.input("prices", Utf8, I64).at_ms(1_000);
    prices.push("rose", 3)?.at_ms(2_000).push("lily", 7)?;
    driver.restart()?;
    let prices = driver.input("prices", Utf8, I64).at_ms(3_000);
    // The rose waits since 1000 still, and takes its new price along.
    prices.push("rose", 4)?.at_ms(11_000).push("iris", 1)?;
    let records = driver.output("calm-prices", Utf8, I64).records()?;
    let calm: Vec<_> = records
        .iter()
        .map(|read| {
            let record = &read.record;
            (
                record.key.as_str(),
                record.value,
                record.timestamp.as_millis(),
            )
        })
        .collect();
    assert_eq!(calm, [("rose", 4, 3_000)]);
    driver.restart()?;
    let prices = driver.input("prices", Utf8, I64).at_ms(12_000);
    prices.push("iris", 2)?;
    let calm = driver.output("calm-prices", Utf8, I64).pairs()?;
    assert_eq!(calm, [("lily".to_owned(), 7)]);
    Ok(())
}

#[test]
fn a_full_strict_buffer_stops_its_task() -> Done {
    let buffer = StrictBuffer::unbounded().records_max(2);
    let mut driver = TopologyTestDriver::new(calm(buffer)?)?;
    let prices = driver.input("prices", Utf8, I64);
    let third = prices.push("a", 1)?.push("b", 1)?.push("c", 1);
    assert!(matches!(third, Err(DriverError::Task { .. })));
    Ok(())
}

fn rates(builder: &StreamsBuilder) -> KTable<'_, String, i64> {
    let history = Materialized::named("rates", I64).versioned(100 * SECOND);
    builder.table_with("rates", Consumed::with(Utf8, I64), history)
}

fn converted(builder: &StreamsBuilder) {
    let amounts = Joined::with(Utf8.nullable(), I64);
    builder
        .stream("amounts", Consumed::with(Utf8.nullable(), I64))
        .left_join_table(
            rates(builder),
            |amount, rate| amount * rate.unwrap_or(-1),
            amounts.named("convert").grace(10 * SECOND),
        )
        .to("converted", Produced::with(Utf8.nullable(), I64));
}

#[test]
fn records_that_wait_for_the_table_survive_a_restart() -> Done {
    let builder = StreamsBuilder::new();
    converted(&builder);
    let mut driver = TopologyTestDriver::new(builder.build()?)?;
    let amounts = |driver: &mut TopologyTestDriver, at_ms, currency: &str, amount| {
        let input = driver.input("amounts", Utf8.nullable(), I64).at_ms(at_ms);
        input.push(currency.to_owned(), amount).map(|_| ())
    };
    amounts(&mut driver, 5_000, "eur", 1)?;
    driver.restart()?;
    // Of one key and time, and yet another record than the one that waits.
    amounts(&mut driver, 5_000, "eur", 2)?;
    driver
        .input("rates", Utf8, I64)
        .at_ms(4_000)
        .push("eur", 7)?;
    amounts(&mut driver, 16_000, "eur", 3)?;
    let converted = driver.output("converted", Utf8, I64).values()?;
    assert_eq!(converted, [7, 14]);
    driver.restart()?;
    amounts(&mut driver, 30_000, "usd", 1)?;
    assert_eq!(driver.output("converted", Utf8, I64).values()?, [21]);
    Ok(())
}

#[test]
fn a_record_without_a_key_does_not_wait_for_the_table() -> Done {
    let builder = StreamsBuilder::new();
    converted(&builder);
    let mut driver = TopologyTestDriver::new(builder.build()?)?;
    let amounts = driver.input("amounts", Utf8.nullable(), I64);
    amounts.push(None::<String>, 5)?;
    let converted = driver.output("converted", Utf8.nullable(), I64).pairs()?;
    assert_eq!(converted, [(None, -5)]);
    assert_eq!(driver.dropped(), 0);
    Ok(())
}

#[test]
fn joins_without_names_share_the_repartition_of_their_stream() -> Done {
    let builder = StreamsBuilder::with_generated_names();
    let prices = builder.table("prices", Consumed::with(Utf8, I64));
    let stock = builder.table("stock", Consumed::with(Utf8, I64));
    let orders = builder
        .stream("orders", Consumed::with(IgnoreKey, Utf8))
        .select_key(|(), flower| flower.clone());
    let joined = || Joined::with(Utf8, Utf8);
    orders
        .clone()
        .join_table(prices, |_, price| price, joined())
        .to("costs", Produced::with(Utf8, I64));
    orders
        .join_table(stock, |_, left| left, joined())
        .to("left", Produced::with(Utf8, I64));
    let topology = builder.build()?;
    assert_eq!(topology.internal_topics().len(), 3);
    let mut driver = TopologyTestDriver::new(topology)?;
    driver.input("prices", Utf8, I64).push("rose", 3)?;
    driver.input("stock", Utf8, I64).push("rose", 20)?;
    driver.input("orders", IgnoreKey, Utf8).push((), "rose")?;
    assert_eq!(driver.output("costs", Utf8, I64).values()?, [3]);
    assert_eq!(driver.output("left", Utf8, I64).values()?, [20]);
    Ok(())
}

fn refused(describe: impl FnOnce(&StreamsBuilder)) -> Option<TopologyError> {
    let builder = StreamsBuilder::with_generated_names();
    describe(&builder);
    builder.build().err()
}

#[test]
fn only_a_table_that_remembers_the_grace_is_waited_for() {
    let joined = |grace| Joined::with(Utf8, I64).named("join").grace(grace);
    let error = refused(|builder| {
        let table = builder.table("rates", Consumed::with(Utf8, I64));
        let amounts = builder.stream("amounts", Consumed::with(Utf8, I64));
        let _ = amounts.join_table(table, |left, _| left, joined(SECOND));
    });
    assert_eq!(
        error,
        Some(TopologyError::GraceWithoutVersions("join".to_owned()))
    );
    let error = refused(|builder| {
        let amounts = builder.stream("amounts", Consumed::with(Utf8, I64));
        let _ = amounts.join_table(rates(builder), |left, _| left, joined(101 * SECOND));
    });
    assert!(matches!(
        error,
        Some(TopologyError::GraceBeyondHistory {
            grace_ms: 101_000,
            history_ms: 100_000,
            ..
        })
    ));
}

#[test]
fn only_tables_without_versions_are_suppressed_and_only_windows_close() {
    let limit = || Suppressed::until_time_limit(SECOND, EagerBuffer::of_records(9), I64);
    let error = refused(|builder| {
        let _ = rates(builder).suppress(limit().named("calm"));
    });
    assert_eq!(
        error,
        Some(TopologyError::SuppressedVersions("calm".to_owned()))
    );
    let error = refused(|builder| {
        let keys = TimeWindowed::new(Utf8, SECOND);
        let table = builder.table("counts", Consumed::with(keys, I64));
        let suppressed = Suppressed::until_window_closes(StrictBuffer::unbounded(), I64);
        let _ = table.suppress(suppressed.named("final"));
    });
    assert_eq!(error, Some(TopologyError::NoWindows("final".to_owned())));
    let error = refused(|builder| {
        let history = Materialized::named("countries", Utf8).versioned(SECOND);
        builder.global_table_with("countries", Consumed::with(Utf8, Utf8), history);
    });
    assert_eq!(
        error,
        Some(TopologyError::VersionedGlobalTable("countries".to_owned()))
    );
}
