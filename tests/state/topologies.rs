//! Topologies with state, and inputs for them.

use std::time::Duration;

use headwater_core::prelude::*;
use headwater_core::store::{StoreContent, StoredEntry};
use headwater_testing::{DriverBuilder, DriverError, TopologyTestDriver};
use proptest::prelude::*;

/// A record of one of the inputs: few keys, so that they meet.
#[derive(Clone, Debug)]
pub(crate) struct Input {
    pub(crate) topic: &'static str,
    pub(crate) key: u8,
    pub(crate) value: Option<i64>,
    pub(crate) at_ms: i64,
}

/// Inputs, and for how long the topology takes late ones.
#[derive(Clone, Debug)]
pub(crate) struct Inputs {
    pub(crate) records: Vec<Input>,
    pub(crate) grace: Duration,
}

const TOPICS: [&str; 4] = ["stream", "other", "table", "second"];
const PARTITIONS: u32 = 2;
/// What each member adds to the sum of its group, so that only an empty group comes to nothing.
const MEMBER: i64 = 1_000;
/// So many milliseconds later everything that waits has become due.
const DRAINED_AT_MS: i64 = 1_000_000;

/// Inputs at times that go on and back, none of them late; or at times that only go on, with any
/// grace. After a restart operators observe time anew, as in Kafka Streams: what is late before
/// it need not be late after it, so late records are left to tests of their own.
pub(crate) fn inputs() -> impl Strategy<Value = Inputs> {
    let any_order = (records(-20), Just(10_000));
    let in_order = (records(0), 0_u64..30);
    prop_oneof![any_order, in_order].prop_map(|(records, grace_ms)| Inputs {
        records,
        grace: Duration::from_millis(grace_ms),
    })
}

fn records(step_ms_min: i64) -> impl Strategy<Value = Vec<Input>> {
    let topic = prop::sample::select(TOPICS.as_slice());
    let value = prop_oneof![3 => (0_i64..5).prop_map(Some), 1 => Just(None)];
    let input = (topic, 0_u8..4, value, step_ms_min..40);
    prop::collection::vec(input, 0..40).prop_map(|inputs| {
        let mut now_ms = 100;
        let timed = inputs.into_iter().map(|(topic, key, value, step_ms)| {
            now_ms = (now_ms + step_ms).max(0);
            Input {
                topic,
                key,
                value,
                at_ms: now_ms,
            }
        });
        timed.collect()
    })
}

/// Stores with a cache: they are written with the positions, in a commit.
pub(crate) const CACHED: [&str; 9] = [
    "counts", "rows", "large", "folded", "hopping", "sliding", "sessions", "joined", "sums",
];

/// Stores without one, which are written at once.
const UNCACHED: [&str; 5] = [
    "pairs-this-join-store",
    "pairs-outer-other-join-store",
    "pairs-left-shared-join-store",
    "calm-store",
    "final-store",
];

/// What a topology puts out once, however it is cached and restarted.
const ONCE: [&str; 4] = ["pairs", "final", "closed", "closed-sessions"];

fn kept(name: &str) -> Materialized<I64> {
    Materialized::named(name, I64)
}

/// Windows as text, so that one codec reads all outputs.
fn write<K: 'static + std::fmt::Debug>(table: KTable<'_, K, i64>, topic: &str) {
    let stream = table.into_stream();
    let texts = stream.map(|key, value| (format!("{key:?}"), value));
    texts.to(topic, Produced::with(Utf8, I64.nullable()));
}

/// Aggregations of a stream, in windows and without.
fn describe_aggregations(stream: KStream<'_, String, Option<i64>>, grace: Duration) {
    let millis = Duration::from_millis;
    let group = stream
        .clone()
        .group_by_key(Grouped::with(Utf8, I64.nullable()));
    write(group.clone().count_with(kept("counts")), "counted");
    let hopping = HoppingWindows::of(millis(20)).advance_by(millis(10));
    let hopping = group.clone().windowed_by(hopping.grace(grace));
    let counts = hopping.count_with(kept("hopping"));
    let until_closed = Suppressed::until_window_closes(StrictBuffer::unbounded(), I64);
    write(counts.suppress(until_closed.named("final")), "final");
    let sliding = SlidingWindows::of(millis(20)).grace(grace);
    let _ = group
        .clone()
        .windowed_by(sliding)
        .count_with(kept("sliding"));
    let sessions = SessionWindows::with_gap(millis(12)).grace(grace);
    let _ = group
        .clone()
        .windowed_by(sessions)
        .count_with(kept("sessions"));
    let tumbling = TumblingWindows::of(millis(20)).grace(grace);
    let closed = group.clone().windowed_by(tumbling).emit(Emit::OnClose);
    write(closed.count_with(kept("closed")), "closed");
    let closed = group.windowed_by(sessions).emit(Emit::OnClose);
    let closed = closed.count_with(kept("closed-sessions"));
    write(closed, "closed-sessions");
    let _ = stream
        .flat_map_values(|value| value)
        .group_by_key(Grouped::with(Utf8, I64))
        .reduce_with(|sum, value| sum * 3 + value, kept("folded"));
}

/// A table, filtered, joined with another, grouped anew, held back.
fn describe_tables(builder: &StreamsBuilder) {
    let consumed = || Consumed::with(Utf8, I64);
    let rows = builder.table_with("table", consumed(), kept("rows"));
    let second = builder.table_with("second", consumed(), kept("second-rows"));
    let large = rows
        .clone()
        .filter_with(|_, value| *value > 2, kept("large"));
    write(large, "filtered");
    let joiner = |left: &i64, right: Option<&i64>| left * 10 + right.copied().unwrap_or(9);
    let _ = rows.clone().left_join_with(second, joiner, kept("joined"));
    let _ = rows
        .clone()
        .group_by(
            |_, value| (format!("of-{}", value % 2), value),
            Grouped::with(Utf8, I64).named("by-parity"),
        )
        .aggregate(
            || 0,
            |_, value, sum| sum + MEMBER + value,
            // A group that a cache upstream kept from being seen has no row: so an empty one
            // must have none.
            |_, value, sum| Some(sum - MEMBER - value).filter(|sum| *sum != 0),
            kept("sums"),
        );
    let wait = Duration::from_millis(15);
    let calm = Suppressed::until_time_limit(wait, EagerBuffer::of_records(1_000), I64);
    let _ = rows
        .suppress(calm.named("calm"))
        .into_stream()
        .into_table_named(
            "released",
            Utf8,
            Materialized::named("released", I64.nullable()),
        );
}

/// A topology with operators of every kind that keep state.
pub(crate) fn topology(grace: Duration) -> Topology {
    let builder = StreamsBuilder::new();
    let consumed = || Consumed::with(Utf8, I64.nullable());
    let stream = builder.stream("stream", consumed());
    let other = builder.stream("other", consumed());
    describe_aggregations(stream.clone(), grace);
    describe_tables(&builder);
    let joined = StreamJoined::with(Utf8, I64, I64).store("pairs");
    // A record that comes after its window has passed is told as unjoined at once, whatever the
    // grace, as in Kafka Streams; what has passed is observed anew after a restart. So no window
    // passes before the grace does.
    let windows = JoinWindows::of(Duration::from_millis(20)).after(grace);
    stream
        .flat_map_values(|value| value)
        .left_join(
            other.flat_map_values(|value| value),
            |left, right| left * 10 + right.copied().unwrap_or(9),
            windows.grace(grace),
            joined,
        )
        .to("pairs", Produced::with(Utf8, I64));
    builder.build().unwrap()
}

/// A driver for the topology.
pub(crate) fn driver(inputs: &Inputs) -> DriverBuilder {
    let topics = TOPICS.into_iter();
    let driver = TopologyTestDriver::builder(topology(inputs.grace));
    topics.fold(driver, |driver, topic| driver.topic(topic, PARTITIONS))
}

/// Pushes a record, a second of wall-clock time after the one before: closed windows are emitted
/// once a second.
pub(crate) fn push(driver: &mut TopologyTestDriver, input: &Input) -> Result<(), DriverError> {
    driver.advance_wall_clock(Duration::from_secs(1))?;
    let key = format!("key-{}", input.key);
    driver
        .input(input.topic, Utf8, I64.nullable())
        .at_ms(input.at_ms)
        .push(key, input.value)?;
    Ok(())
}

/// What every store holds.
pub(crate) type Contents = Vec<(&'static str, i32, StoreContent)>;

/// What stores hold, after a last commit.
pub(crate) fn contents(driver: &mut TopologyTestDriver, stores: &[&'static str]) -> Contents {
    driver.commit().unwrap();
    let mut contents = Contents::new();
    for &store in stores {
        let before = contents.len();
        for partition in 0..i32::try_from(PARTITIONS).unwrap() {
            if let Some(content) = driver.store_content(store, partition) {
                contents.push((store, partition, told(store, content.unwrap())));
            }
        }
        assert!(contents.len() > before, "there is no store {store}");
    }
    contents
}

/// What a store holds, less what caches and restarts may change.
fn told(store: &str, content: StoreContent) -> StoreContent {
    let behind = |bytes: &[u8], skipped: usize| bytes.iter().skip(skipped).copied().collect();
    let before = |bytes: &[u8], cut: usize| bytes[..bytes.len() - cut].to_vec();
    match content {
        // The times of sums and joins are the largest of updates that reached them, and a cache
        // upstream leaves some of those out: also the deletion of a row that is not there, which
        // without a cache makes a left join anew.
        StoreContent::KeyValue(entries) if matches!(store, "sums" | "joined") => {
            let entries = entries.into_iter().map(|entry| StoredEntry {
                value: behind(&entry.value, 8),
                ..entry
            });
            StoreContent::KeyValue(entries.collect())
        }
        // The number that keys of a join end with only tells them apart: a null takes one in the
        // changelog, and none in the store, so it is known by another number when it is restored.
        StoreContent::Window(entries) if store.ends_with("-join-store") => {
            let entries = entries.into_iter().map(|entry| StoredEntry {
                key: before(&entry.key, 4),
                ..entry
            });
            StoreContent::Window(entries.collect())
        }
        // A buffer also keeps the value before the first update, which a cache knows better: the
        // first count of a window changes nothing to 1, where uncached 0 becomes 1.
        StoreContent::Buffer { entries, .. } => {
            let keys = entries.into_iter().map(|entry| StoredEntry {
                key: entry.key,
                value: Vec::new(),
            });
            StoreContent::KeyValue(keys.collect())
        }
        content => content,
    }
}

/// Key, value and time of a result.
type Row = (String, Option<i64>, i64);

/// All that a run comes to.
#[derive(Debug, PartialEq)]
pub(crate) struct Outcome {
    before: Contents,
    drained: Contents,
    once: Vec<(&'static str, Vec<Row>)>,
}

/// What a run comes to: what its cached stores hold, and when a later record has driven out all
/// that waits, what the others hold, and what was put out once.
pub(crate) fn outcome(driver: &mut TopologyTestDriver) -> Outcome {
    let before = contents(driver, &CACHED);
    for topic in TOPICS {
        for partition in 0..i32::try_from(PARTITIONS).unwrap() {
            driver.advance_wall_clock(Duration::from_secs(1)).unwrap();
            let input = driver.input(topic, Utf8, I64.nullable());
            let input = input.at_ms(DRAINED_AT_MS).to_partition(partition);
            input.push(format!("drain-{partition}"), Some(1)).unwrap();
        }
    }
    let mut drained = contents(driver, &UNCACHED);
    drained.extend(contents(driver, &["released"]));
    let once = ONCE.map(|topic| {
        let records = driver.output(topic, Utf8, I64.nullable()).records();
        let records = records.unwrap().into_iter().map(|read| read.record);
        let mut records: Vec<_> = records
            .map(|record| (record.key, record.value, record.timestamp.as_millis()))
            .collect();
        records.sort();
        (topic, records)
    });
    Outcome {
        before,
        drained,
        once: once.into(),
    }
}
