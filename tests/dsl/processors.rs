//! Processors with stores: of every kind, several, shared, of tables.

use std::time::Duration;

use headwater_core::TopologyError;
use headwater_core::prelude::*;
use headwater_core::record::Stamped;
use headwater_core::store::{
    GlobalStoreDef, KeyValueStore, KeyValueStoreDef, SessionStoreDef, Stores,
    TimestampedKeyValueStoreDef, TimestampedWindowStoreDef, VersionedKeyValueStoreDef,
    WindowStoreDef,
};
use headwater_testing::TopologyTestDriver;

pub(crate) type Tested = Result<(), Box<dyn std::error::Error>>;
pub(crate) type Context<'a, 'c> = &'a mut ProcessorContext<'c, String, String>;

const TEN: Duration = Duration::from_millis(10);
const LONG: Duration = Duration::from_secs(1);
pub(crate) const SUMS: KeyValueStoreDef<String, i64> = KeyValueStoreDef::new("sums");

/// A processor that is one function.
pub(crate) struct Each<F>(F);

impl<F> Processor<String, i64> for Each<F>
where
    F: FnMut(Record<String, i64>, Context<'_, '_>) -> Result<(), Failure> + 'static,
{
    type Key = String;
    type Value = String;

    fn process(
        &mut self,
        record: Record<String, i64>,
        context: &mut ProcessorContext<'_, String, String>,
    ) -> Result<(), Failure> {
        (self.0)(record, context)
    }
}

/// Answers records of `in` with a text, by these stores.
pub(crate) fn answer<S, F>(builder: &StreamsBuilder, stores: S, answer: F)
where
    S: Stores,
    F: Fn(&S::Handles, &Record<String, i64>, Context<'_, '_>) -> Result<String, Failure>
        + Clone
        + Send
        + Sync
        + 'static,
{
    builder
        .stream("in", Consumed::with(Utf8, I64))
        .process_with_stores(Processed::default(), stores, move |handles| {
            let answer = answer.clone();
            Each(
                move |record: Record<String, i64>, context: Context<'_, '_>| {
                    let text = answer(&handles, &record, context)?;
                    context.forward(record.with_value(text))
                },
            )
        })
        .to("out", Produced::with(Utf8, Utf8));
}

pub(crate) fn driver(
    builder: StreamsBuilder,
) -> Result<TopologyTestDriver, Box<dyn std::error::Error>> {
    Ok(TopologyTestDriver::new(builder.build()?)?)
}

pub(crate) fn push(
    driver: &mut TopologyTestDriver,
    topic: &str,
    key: &str,
    value: i64,
    at_ms: i64,
) {
    let input = driver.input(topic, Utf8, I64).at_ms(at_ms);
    input.push(key, value).unwrap();
}

pub(crate) fn answers(driver: &mut TopologyTestDriver) -> Vec<String> {
    driver.output("out", Utf8, Utf8).values().unwrap()
}

pub(crate) fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

#[test]
fn one_processor_uses_stores_of_several_kinds() -> Tested {
    const WINDOWS: WindowStoreDef<String, i64> = WindowStoreDef::new("windows", TEN, LONG);
    const SESSIONS: SessionStoreDef<String, i64> = SessionStoreDef::new("sessions", LONG);
    const RATES: VersionedKeyValueStoreDef<String, i64> =
        VersionedKeyValueStoreDef::new("rates", LONG);
    let builder = StreamsBuilder::new();
    builder
        .add_store(&SUMS, Stored::with(Utf8, I64))
        .add_store(&WINDOWS, Stored::with(Utf8, I64))
        .add_store(&SESSIONS, Stored::with(Utf8, I64).cached())
        .add_store(&RATES, Stored::with(Utf8, I64));
    let stores = (SUMS, WINDOWS, SESSIONS, RATES);
    answer(
        &builder,
        stores,
        |(sums, windows, sessions, rates), record, context| {
            let (key, value, now) = (&record.key, record.value, record.timestamp);
            let sum = sums.get(key)?.unwrap_or(0) + value;
            sums.put(key, &sum, context)?;
            windows.put(key, Some(&value), now, context)?;
            sessions.put(key, Window::new(now, now), Some(&value), context)?;
            if value < 0 {
                let ended = rates.delete_at(key, now, context)?;
                assert!(ended.is_some());
            } else {
                rates.put_at(key, &value, now, context)?;
            }
            let rate = |at| Ok::<_, Failure>(rates.get_as_of(key, at)?.map(|rate| rate.value));
            Ok(format!(
                "{sum} {:?} {} {:?} {:?}",
                windows.fetch_reverse(key, at(0), now)?.len(),
                sessions.fetch(key)?.len(),
                rate(at(15))?,
                rates.get(key)?,
            ))
        },
    );
    let mut driver = driver(builder)?;
    push(&mut driver, "in", "a", 1, 10);
    driver.restart()?;
    push(&mut driver, "in", "a", 2, 20);
    push(&mut driver, "in", "a", -5, 30);
    let stamped = |value, at_ms| format!("{:?}", Some(Stamped::new(value, at(at_ms))));
    let wanted = [
        format!("1 1 1 Some(1) {}", stamped(1, 10)),
        format!("3 2 2 Some(1) {}", stamped(2, 20)),
        "-2 3 3 Some(1) None".to_owned(),
    ];
    assert_eq!(answers(&mut driver), wanted);
    Ok(())
}

#[test]
fn processors_that_share_a_store_live_in_one_task() -> Tested {
    let builder = StreamsBuilder::new();
    builder.add_store(&SUMS, Stored::with(Utf8, I64));
    builder
        .stream("paid", Consumed::with(Utf8, I64))
        .process_with_stores(Processed::named("pay"), SUMS, |sums| {
            Each(
                move |record: Record<String, i64>, context: Context<'_, '_>| {
                    Ok(sums.put(&record.key, &record.value, context)?)
                },
            )
        });
    answer(&builder, SUMS, |sums, record, _| {
        Ok(format!("{:?}", sums.get(&record.key)?))
    });
    let topology = builder.build()?;
    assert_eq!(topology.subtopologies().len(), 1);
    let mut driver = TopologyTestDriver::new(topology)?;
    push(&mut driver, "paid", "a", 3, 1);
    push(&mut driver, "in", "a", 0, 2);
    push(&mut driver, "in", "b", 0, 3);
    assert_eq!(answers(&mut driver), ["Some(3)", "None"]);
    Ok(())
}

/// Keeps the last value of each key, and forwards and forgets all at each punctuation.
struct Collect(KeyValueStore<String, i64>);

impl Processor<String, i64> for Collect {
    type Key = String;
    type Value = i64;

    fn init(&mut self, context: &mut ProcessorContext<'_, String, i64>) {
        context.schedule(PunctuationKind::WallClock, TEN);
    }

    fn process(
        &mut self,
        record: Record<String, i64>,
        context: &mut ProcessorContext<'_, String, i64>,
    ) -> Result<(), Failure> {
        Ok(self.0.put(&record.key, &record.value, context)?)
    }

    fn punctuate(
        &mut self,
        _: PunctuationId,
        now: Timestamp,
        context: &mut ProcessorContext<'_, String, i64>,
    ) -> Result<(), Failure> {
        for entry in self.0.all() {
            let (key, value) = entry?;
            self.0.delete(&key, context)?;
            context.forward(Record::new(key, value, now))?;
        }
        Ok(())
    }
}

#[test]
fn a_punctuation_reads_and_writes_the_store_also_after_a_restart() -> Tested {
    let builder = StreamsBuilder::new();
    builder.add_store(&SUMS, Stored::with(Utf8, I64));
    builder
        .stream("in", Consumed::with(Utf8, I64))
        .process_with_stores(Processed::default(), SUMS, Collect)
        .to("out", Produced::with(Utf8, I64));
    let mut driver = driver(builder)?;
    push(&mut driver, "in", "b", 1, 0);
    push(&mut driver, "in", "a", 2, 0);
    driver.restart()?;
    driver.advance_wall_clock(TEN)?;
    driver.advance_wall_clock(TEN)?;
    let pairs = driver.output("out", Utf8, I64).pairs()?;
    assert_eq!(pairs, [("a".to_owned(), 2), ("b".to_owned(), 1)]);
    // The changelog has the deletions at the time of the punctuation.
    let mut changelog = driver.output("app-sums-changelog", Utf8, I64.nullable());
    let last = changelog.records()?.pop().map(|read| read.record);
    let last = last.map(|record| (record.key, record.value, record.timestamp));
    assert_eq!(last, Some(("b".to_owned(), None, at(10))));
    Ok(())
}

#[test]
fn a_record_is_forwarded_to_the_child_of_a_name() -> Tested {
    let builder = StreamsBuilder::new();
    let stream = builder.stream("in", Consumed::with(Utf8, I64)).process(|| {
        Each(|record: Record<String, i64>, context: Context<'_, '_>| {
            let child = if record.value < 0 {
                "negative"
            } else {
                "others"
            };
            let text = record.value.to_string();
            context.forward_to(child, record.with_value(text))
        })
    });
    let named = |name| Produced::with(Utf8, Utf8).named(name);
    stream.clone().to("below", named("negative"));
    stream.to("above", named("others"));
    let mut driver = driver(builder)?;
    push(&mut driver, "in", "a", -1, 0);
    push(&mut driver, "in", "a", 1, 0);
    assert_eq!(driver.output("below", Utf8, Utf8).values()?, ["-1"]);
    assert_eq!(driver.output("above", Utf8, Utf8).values()?, ["1"]);
    Ok(())
}

#[test]
fn a_child_that_is_not_there_fails_the_record() -> Tested {
    let builder = StreamsBuilder::new();
    builder
        .stream("in", Consumed::with(Utf8, I64))
        .process(|| {
            Each(|record: Record<String, i64>, context: Context<'_, '_>| {
                context.forward_to("nobody", record.with_value(String::new()))
            })
        })
        .to("out", Produced::with(Utf8, Utf8).named("out"));
    let mut driver = driver(builder)?;
    let failed = driver.input("in", Utf8, I64).push("a", 1);
    let error = failed.expect_err("there is no such child");
    let mut text = error.to_string();
    let mut source = std::error::Error::source(&error);
    while let Some(cause) = source {
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    assert!(
        text.contains("there is no child nobody; the children are out"),
        "{text}"
    );
    Ok(())
}

fn counted(builder: &StreamsBuilder) -> KGroupedStream<'_, String, i64> {
    let stream = builder.stream("clicks", Consumed::with(Utf8, I64));
    stream.group_by_key(Grouped::with(Utf8, I64))
}

#[test]
fn processors_read_the_stores_of_tables() -> Tested {
    const COUNTS: TimestampedKeyValueStoreDef<String, i64> =
        TimestampedKeyValueStoreDef::new("counts");
    const WINDOWS: TimestampedWindowStoreDef<String, i64> =
        TimestampedWindowStoreDef::new("windows", TEN, TEN);
    const SESSIONS: SessionStoreDef<String, i64> = SessionStoreDef::new("sessions", TEN);
    const PRICES: VersionedKeyValueStoreDef<String, i64> =
        VersionedKeyValueStoreDef::new("prices", LONG);
    let builder = StreamsBuilder::new();
    let clicks = counted(&builder);
    let named = |name| Materialized::named(name, I64);
    let _ = clicks.clone().count_with(named("counts"));
    let windows = TumblingWindows::of(TEN).grace(LONG);
    let _ = clicks
        .clone()
        .windowed_by(windows)
        .count_with(named("windows"));
    let sessions = SessionWindows::with_gap(TEN).grace(LONG);
    let _ = clicks.windowed_by(sessions).count_with(named("sessions"));
    let prices = named("prices").versioned(LONG);
    let _ = builder.table_with("prices", Consumed::with(Utf8, I64), prices);
    let stores = (COUNTS, WINDOWS, SESSIONS, PRICES);
    answer(
        &builder,
        stores,
        |(counts, windows, sessions, prices), record, _| {
            let key = &record.key;
            Ok(format!(
                "{:?} {:?} {:?} {:?}",
                counts
                    .get(key)?
                    .map(|count| (count.value, count.timestamp.as_millis())),
                windows.get(key, at(10))?.map(|count| count.value),
                sessions.find(key, at(0), at(100))?.len(),
                prices.get_as_of(key, at(5))?.map(|price| price.value),
            ))
        },
    );
    let builder = builder.build()?;
    assert_eq!(builder.subtopologies().len(), 1);
    let mut driver = TopologyTestDriver::new(builder)?;
    push(&mut driver, "clicks", "a", 0, 12);
    push(&mut driver, "clicks", "a", 0, 19);
    push(&mut driver, "clicks", "a", 0, 60);
    push(&mut driver, "prices", "a", 7, 5);
    push(&mut driver, "prices", "a", 8, 6);
    push(&mut driver, "in", "a", 0, 0);
    assert_eq!(answers(&mut driver), ["Some((3, 60)) Some(2) 2 Some(7)"]);
    Ok(())
}

#[test]
fn what_waits_in_the_cache_of_a_table_is_read() -> Tested {
    const COUNTS: TimestampedKeyValueStoreDef<String, i64> =
        TimestampedKeyValueStoreDef::new("counts");
    let builder = StreamsBuilder::new();
    counted(&builder)
        .count_with(Materialized::named("counts", I64))
        .into_stream()
        .to("counted", Produced::with(Utf8, I64.nullable()));
    answer(&builder, COUNTS, |counts, record, _| {
        Ok(format!(
            "{:?}",
            counts.get(&record.key)?.map(|count| count.value)
        ))
    });
    let topology = TopologyTestDriver::builder(builder.build()?);
    let mut driver = topology.commit_on_command().build()?;
    push(&mut driver, "clicks", "a", 0, 0);
    push(&mut driver, "clicks", "a", 0, 0);
    push(&mut driver, "in", "a", 0, 0);
    assert_eq!(answers(&mut driver), ["Some(2)"]);
    assert!(driver.output("counted", Utf8, I64).values()?.is_empty());
    driver.commit()?;
    assert_eq!(driver.output("counted", Utf8, I64).values()?, [2]);
    Ok(())
}

#[track_caller]
fn refuses<S: Stores>(store: &str, stores: S) {
    let builder = StreamsBuilder::new();
    let clicks = counted(&builder);
    let _ = clicks.count_with(Materialized::named("counts", I64));
    builder.add_store(&SUMS, Stored::with(Utf8, I64));
    let left = builder.stream("left", Consumed::with(Utf8, I64));
    let right = builder.stream("right", Consumed::with(Utf8, I64));
    let joined = StreamJoined::with(Utf8, I64, I64).store("joined");
    let _ = left.join(right, |a, b| a + b, JoinWindows::of(TEN), joined);
    let _ = builder.global_table_with(
        "cities",
        Consumed::with(Utf8, I64),
        Materialized::named("cities", I64),
    );
    answer(&builder, stores, |_, _, _| Ok(String::new()));
    let error = builder.build().expect_err("a store of another type");
    let is_this =
        matches!(&error, TopologyError::StoreOfOtherType { store: found, .. } if found == store);
    assert!(is_this, "{error}");
}

#[test]
fn a_store_of_other_types_is_refused() {
    refuses(
        "counts",
        TimestampedKeyValueStoreDef::<String, String>::new("counts"),
    );
    refuses(
        "counts",
        TimestampedKeyValueStoreDef::<i64, i64>::new("counts"),
    );
    refuses("counts", KeyValueStoreDef::<String, i64>::new("counts"));
    refuses("counts", SessionStoreDef::<String, i64>::new("counts", TEN));
    refuses(
        "counts",
        VersionedKeyValueStoreDef::<String, i64>::new("counts", TEN),
    );
    refuses(
        "sums",
        TimestampedKeyValueStoreDef::<String, i64>::new("sums"),
    );
    let joined = "joined-this-join-store";
    refuses(joined, WindowStoreDef::<String, i64>::new(joined, TEN, TEN));
    refuses("cities", GlobalStoreDef::<String, String>::new("cities"));
}

#[test]
fn a_store_that_is_not_there_is_refused() {
    let unknown = |builder: StreamsBuilder| {
        let error = builder.build().expect_err("there is no such store");
        assert!(
            matches!(error, TopologyError::UnknownStore { .. }),
            "{error}"
        );
    };
    let builder = StreamsBuilder::new();
    answer(&builder, SUMS, |_, _, _| Ok(String::new()));
    unknown(builder);
    let builder = StreamsBuilder::new();
    let global = GlobalStoreDef::<String, i64>::new("global");
    answer(&builder, global, |_, _, _| Ok(String::new()));
    unknown(builder);
    // A table that nobody needs is not kept, whatever its store would be called.
    let builder = StreamsBuilder::with_generated_names();
    let _ = builder.table("prices", Consumed::with(Utf8, I64));
    let name = "prices-STATE-STORE-0000000000";
    let store = TimestampedKeyValueStoreDef::<String, i64>::new(name);
    answer(&builder, store, |_, _, _| Ok(String::new()));
    unknown(builder);
}
