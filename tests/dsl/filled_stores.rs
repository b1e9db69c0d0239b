//! Stores filled from topics, global and not, and transformers with stores.

use headwater_core::TopologyError;
use headwater_core::prelude::*;
use headwater_core::processor::{TransformContext, ValueTransformer};
use headwater_core::record::Stamped;
use headwater_core::store::{
    GlobalStore, GlobalStoreDef, GlobalStoreWriter, KeyValueStore, TimestampedKeyValueStoreDef,
};
use headwater_testing::TopologyTestDriver;

use crate::processors::{SUMS, Tested, answer, answers, driver, push};

const CITIES: GlobalStoreDef<String, String> = GlobalStoreDef::new("cities");

/// Keeps names, and forgets empty ones.
struct FillCities(GlobalStoreWriter<String, String>);

impl Processor<String, String> for FillCities {
    type Key = ();
    type Value = ();

    fn process(
        &mut self,
        record: Record<String, String>,
        _: &mut ProcessorContext<'_, (), ()>,
    ) -> Result<(), Failure> {
        let name = Stamped::new(record.value, record.timestamp);
        let name = Some(&name).filter(|name| !name.value.is_empty());
        Ok(self.0.put(&record.key, name)?)
    }
}

fn name_cities(builder: &StreamsBuilder) {
    answer(
        builder,
        CITIES,
        |cities: &GlobalStore<String, String>, record, _| {
            let all = cities.all()?.len();
            let from = cities.range("b".to_owned()..)?.len();
            Ok(format!(
                "{:?} {all} {from}",
                cities.get(&record.key)?.map(|name| name.value)
            ))
        },
    );
}

#[test]
fn a_global_store_is_filled_by_its_processor_and_filled_again_after_a_restart() -> Tested {
    let builder = StreamsBuilder::new();
    let (topic, stored) = (Consumed::with(Utf8, Utf8), Stored::with(Utf8, Utf8));
    builder.add_global_store(&CITIES, "cities", topic, stored, FillCities);
    name_cities(&builder);
    let topology = builder.build()?;
    assert_eq!(topology.subtopologies().len(), 1);
    assert!(topology.internal_topics().is_empty());
    let mut driver = TopologyTestDriver::builder(topology)
        .topic("cities", 3)
        .topic("in", 2)
        .build()?;
    let mut cities = driver.input("cities", Utf8, Utf8);
    for (key, name) in [("a", "Aachen"), ("b", "Berlin"), ("c", "Celle"), ("c", "")] {
        cities = cities.push(key, name)?;
    }
    push(&mut driver, "in", "b", 0, 0);
    push(&mut driver, "in", "c", 0, 0);
    let wanted = ["Some(\"Berlin\") 2 1", "None 2 1"];
    assert_eq!(answers(&mut driver), wanted);
    driver.crash()?;
    push(&mut driver, "in", "b", 0, 0);
    assert_eq!(answers(&mut driver), [wanted[0]]);
    Ok(())
}

#[test]
fn processors_read_the_store_of_a_global_table() -> Tested {
    let builder = StreamsBuilder::new();
    let kept = Materialized::named("cities", Utf8);
    let _ = builder.global_table_with("cities", Consumed::with(Utf8, Utf8), kept);
    name_cities(&builder);
    let mut driver = driver(builder)?;
    driver.input("cities", Utf8, Utf8).push("b", "Bonn")?;
    push(&mut driver, "in", "b", 0, 0);
    assert_eq!(answers(&mut driver), ["Some(\"Bonn\") 1 1"]);
    Ok(())
}

#[test]
fn a_global_store_takes_the_numbers_that_it_takes_in_kafka_streams() -> Tested {
    let describe = |topic: Consumed<Utf8, Utf8>| {
        let builder = StreamsBuilder::new();
        let stored = Stored::with(Utf8, Utf8);
        builder.add_global_store(&CITIES, "cities", topic, stored, FillCities);
        builder
            .stream("in", Consumed::with(Utf8, Utf8))
            .to("out", Produced::with(Utf8, Utf8));
        Ok::<_, TopologyError>(builder.build()?.describe())
    };
    let generated = describe(Consumed::with(Utf8, Utf8))?;
    for line in [
        "Sub-topology: 0 for global store (will not generate tasks)",
        "Source: KSTREAM-SOURCE-0000000000 (topics: [cities])",
        "Processor: KTABLE-SOURCE-0000000001 (stores: [cities])",
        "Source: KSTREAM-SOURCE-0000000002 (topics: [in])",
    ] {
        assert!(generated.contains(line), "{generated}");
    }
    let named = describe(Consumed::with(Utf8, Utf8).named("fill"))?;
    for line in [
        "Source: fill-source (topics: [cities])",
        "Processor: fill (stores: [cities])",
        "Source: KSTREAM-SOURCE-0000000002 (topics: [in])",
    ] {
        assert!(named.contains(line), "{named}");
    }
    Ok(())
}

#[test]
fn a_read_only_store_has_its_topic_as_changelog() -> Tested {
    const PRICES: TimestampedKeyValueStoreDef<String, i64> =
        TimestampedKeyValueStoreDef::new("prices");
    let builder = StreamsBuilder::new();
    let (topic, stored) = (Consumed::with(Utf8, I64), Stored::with(Utf8, I64));
    builder.add_read_only_store(&PRICES, "price-list", topic.named("fill"), stored);
    answer(&builder, PRICES, |prices, record, _| {
        let price = prices.get(&record.key)?;
        Ok(format!(
            "{:?}",
            price.map(|price| (price.value, price.timestamp.as_millis()))
        ))
    });
    let topology = builder.build()?;
    let topics = topology.internal_topics().iter();
    let topics: Vec<&str> = topics.map(|topic| topic.name.as_str()).collect();
    assert_eq!(topics, ["price-list"]);
    let text = topology.describe();
    assert!(
        text.contains("Processor: fill (stores: [prices])"),
        "{text}"
    );
    assert!(
        text.contains("Source: KSTREAM-SOURCE-0000000000 (topics: [in])"),
        "{text}"
    );
    let mut driver = TopologyTestDriver::builder(topology)
        .commit_on_command()
        .build()?;
    let list = |driver: &mut TopologyTestDriver, key: &str, price: Option<i64>, at_ms| {
        let input = driver
            .input("price-list", Utf8, I64.nullable())
            .at_ms(at_ms);
        input.push(key, price).map(drop)
    };
    list(&mut driver, "a", Some(3), 10)?;
    list(&mut driver, "b", Some(4), 11)?;
    driver.restart()?;
    list(&mut driver, "b", None, 12)?;
    list(&mut driver, "c", Some(5), 13)?;
    driver.crash()?;
    for key in ["a", "b", "c"] {
        push(&mut driver, "in", key, 0, 0);
    }
    assert_eq!(
        answers(&mut driver),
        ["Some((3, 10))", "None", "Some((5, 13))"]
    );
    assert_eq!(driver.topics_with_records(), ["in", "out", "price-list"]);
    Ok(())
}

/// Numbers the updates of each key; while rows are looked up, tells the last number.
struct Numbered(KeyValueStore<String, i64>);

impl ValueTransformer<String, i64> for Numbered {
    type Value = String;

    fn transform(
        &mut self,
        key: &String,
        value: Option<i64>,
        context: &mut TransformContext<'_>,
    ) -> Result<Option<String>, Failure> {
        let mut number = self.0.get(key)?.unwrap_or(0);
        if !context.is_lookup() {
            number += 1;
            self.0.put(key, &number, context)?;
        }
        Ok(value.map(|value| format!("{value} #{number}")))
    }
}

#[test]
fn a_transformer_keeps_state_in_a_store_that_a_processor_reads() -> Tested {
    let builder = StreamsBuilder::new();
    builder.add_store(&SUMS, Stored::with(Utf8, I64));
    builder
        .table("prices", Consumed::with(Utf8, I64))
        .transform_values_with_stores_kept(SUMS, Numbered, Materialized::named("kept", Utf8))
        .into_stream()
        .to("numbered", Produced::with(Utf8, Utf8.nullable()));
    answer(&builder, SUMS, |sums, record, _| {
        Ok(format!("{:?}", sums.get(&record.key)?))
    });
    let mut driver = driver(builder)?;
    push(&mut driver, "prices", "a", 7, 0);
    driver.restart()?;
    push(&mut driver, "prices", "a", 8, 0);
    push(&mut driver, "in", "a", 0, 0);
    assert_eq!(
        driver.output("numbered", Utf8, Utf8).values()?,
        ["7 #1", "8 #2"]
    );
    assert_eq!(answers(&mut driver), ["Some(2)"]);
    Ok(())
}

/// As [`Numbered`], and writes in any case.
struct AlwaysNumbered(KeyValueStore<String, i64>);

impl ValueTransformer<String, i64> for AlwaysNumbered {
    type Value = String;

    fn transform(
        &mut self,
        key: &String,
        value: Option<i64>,
        context: &mut TransformContext<'_>,
    ) -> Result<Option<String>, Failure> {
        self.0.put(key, &1, context)?;
        Ok(value.map(|value| value.to_string()))
    }
}

#[test]
fn a_transformer_reads_its_store_while_rows_are_looked_up_and_may_not_write_it() -> Tested {
    fn joined(
        describe: impl FnOnce(KTable<'_, String, i64>) -> KTable<'_, String, String>,
    ) -> Result<TopologyTestDriver, Box<dyn std::error::Error>> {
        let builder = StreamsBuilder::new();
        builder.add_store(&SUMS, Stored::with(Utf8, I64));
        let kept = Materialized::named("prices", I64);
        let prices = builder.table_with("prices", Consumed::with(Utf8, I64), kept);
        let stream = builder.stream("in", Consumed::with(Utf8, I64));
        let joined = Joined::with(Utf8, I64);
        stream
            .join_table(describe(prices), |_, text| text, joined)
            .to("out", Produced::with(Utf8, Utf8));
        driver(builder)
    }
    let mut reads = joined(|prices| prices.transform_values_with_stores(SUMS, Numbered))?;
    push(&mut reads, "prices", "a", 7, 0);
    push(&mut reads, "in", "a", 0, 0);
    push(&mut reads, "in", "a", 0, 0);
    assert_eq!(answers(&mut reads), ["7 #1", "7 #1"]);
    let mut writes = joined(|prices| prices.transform_values_with_stores(SUMS, AlwaysNumbered))?;
    push(&mut writes, "prices", "a", 7, 0);
    assert!(writes.input("in", Utf8, I64).push("a", 0).is_err());
    Ok(())
}
