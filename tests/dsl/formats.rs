//! Golden bytes of what outlives the program: `docs/formats.md` has a diagram of each.

use std::time::Duration;

use bytes::Bytes;
use headwater_core::codec::CodecExt as _;
use headwater_core::prelude::*;
use headwater_core::store::StoreContent;
use headwater_testing::TopologyTestDriver;

type Tested = Result<(), Box<dyn std::error::Error>>;

const MINUTE: Duration = Duration::from_secs(60);

/// Key, value (`null` for none) and timestamp of all records of a topic, in hexadecimal.
fn logged(driver: &mut TopologyTestDriver, topic: &str) -> Result<Vec<Logged>, DriverFailed> {
    let records = driver
        .output(topic, RawBytes, RawBytes.nullable())
        .records()?;
    let logged = records.into_iter().map(|read| {
        let value = read.record.value.as_ref();
        let value = value.map_or_else(|| "null".to_owned(), hex);
        (
            hex(&read.record.key),
            value,
            read.record.timestamp.as_millis(),
        )
    });
    Ok(logged.collect())
}

type Logged = (String, String, i64);
type DriverFailed = headwater_testing::DriverError;

fn hex(bytes: &Bytes) -> String {
    hex_of(bytes)
}

fn hex_of(bytes: &[u8]) -> String {
    let digit = |nibble: u8| char::from_digit(u32::from(nibble), 16).unwrap();
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.map(digit).collect()
}

#[track_caller]
fn is_logged(found: &[Logged], wanted: &[(&[&str], &[&str], i64)]) {
    let wanted: Vec<Logged> = wanted
        .iter()
        .map(|(key, value, time)| (key.concat(), value.concat(), *time))
        .collect();
    assert_eq!(found, wanted);
}

fn words(builder: &StreamsBuilder) -> KStream<'_, String, String> {
    builder.stream("in", Consumed::with(Utf8, Utf8))
}

#[test]
fn window_keys_are_logged_as_key_start_and_sequence() -> Tested {
    let builder = StreamsBuilder::new();
    let _ = words(&builder)
        .group_by_key(Grouped::with(Utf8, Utf8))
        .windowed_by(TumblingWindows::of(MINUTE))
        .count_with(Materialized::named("s", I64));
    let mut driver = TopologyTestDriver::new(builder.build()?)?;
    driver
        .input("in", Utf8, Utf8)
        .at_ms(60_012)
        .push("a", "A")?;
    let found = logged(&mut driver, "app-s-changelog")?;
    let key = ["61", "000000000000ea60", "00000000"];
    is_logged(&found, &[(&key, &["0000000000000001"], 60_012)]);
    Ok(())
}

#[test]
fn session_keys_are_logged_as_key_end_and_start() -> Tested {
    let builder = StreamsBuilder::new();
    let _ = words(&builder)
        .group_by_key(Grouped::with(Utf8, Utf8))
        .windowed_by(SessionWindows::with_gap(Duration::from_millis(10)))
        .count_with(Materialized::named("s", I64));
    let mut driver = TopologyTestDriver::new(builder.build()?)?;
    let input = driver.input("in", Utf8, Utf8);
    input.at_ms(1).push("a", "A")?.at_ms(5).push("a", "B")?;
    let found = logged(&mut driver, "app-s-changelog")?;
    let first: &[&str] = &["61", "0000000000000001", "0000000000000001"];
    let merged: &[&str] = &["61", "0000000000000005", "0000000000000001"];
    is_logged(
        &found,
        &[
            (first, &["0000000000000001"], 1),
            (first, &["null"], 5),
            (merged, &["0000000000000002"], 5),
        ],
    );
    Ok(())
}

#[test]
fn a_row_is_kept_after_its_timestamp_and_logged_without() -> Tested {
    let builder = StreamsBuilder::new();
    let kept = Materialized::named("s", Utf8);
    let _ = builder.table_with("in", Consumed::with(Utf8, Utf8), kept);
    let mut driver = TopologyTestDriver::new(builder.build()?)?;
    driver.input("in", Utf8, Utf8).at_ms(10).push("a", "A")?;
    let found = logged(&mut driver, "app-s-changelog")?;
    is_logged(&found, &[(&["61"], &["41"], 10)]);
    let Some(Ok(StoreContent::KeyValue(rows))) = driver.store_content("s", 0) else {
        panic!("the table is kept by key and value");
    };
    let rows: Vec<_> = rows
        .iter()
        .map(|row| (hex_of(&row.key), hex_of(&row.value)))
        .collect();
    let row = ["000000000000000a", "41"].concat();
    assert_eq!(rows, [("61".to_owned(), row)]);
    Ok(())
}

#[test]
fn updates_are_repartitioned_with_a_last_byte_that_says_what_they_hold() -> Tested {
    let builder = StreamsBuilder::new();
    let kept = Materialized::named("s", Utf8);
    let _ = builder
        .table_with("in", Consumed::with(Utf8, Utf8), kept)
        .group_by(
            |_, value| (value.chars().take(1).collect::<String>(), value.clone()),
            Grouped::with(Utf8, Utf8).named("again"),
        )
        .count_with(Materialized::named("counts", I64));
    let mut driver = TopologyTestDriver::new(builder.build()?)?;
    let input = driver.input("in", Utf8, Utf8).at_ms(1);
    input.push("a", "xA")?.push("a", "xB")?.push("a", "yC")?;
    let found = logged(&mut driver, "app-again-repartition")?;
    is_logged(
        &found,
        &[
            // New alone, both under one key, then each under its own.
            (&["78"], &["7841", "01"], 1),
            (&["78"], &["04", "7842", "7841", "02"], 1),
            (&["78"], &["7842", "00"], 1),
            (&["79"], &["7943", "01"], 1),
        ],
    );
    Ok(())
}

/// The first list is that of `ssjoin_outer_after` of the recorded cases.
#[test]
fn oracle_records_without_partner_are_listed_by_time_side_and_key() -> Tested {
    let builder = StreamsBuilder::new();
    let other = builder.stream("other", Consumed::with(Utf8, Utf8));
    words(&builder)
        .outer_join(
            other,
            |left, right| format!("{left:?}+{right:?}"),
            JoinWindows::of(Duration::from_millis(10)),
            StreamJoined::with(Utf8, Utf8, Utf8).store("j"),
        )
        .to("out", Produced::with(Utf8, Utf8));
    let mut driver = TopologyTestDriver::new(builder.build()?)?;
    let input = driver.input("in", Utf8, Utf8).at_ms(10);
    input.push("a", "A1")?.push("a", "A2")?;
    driver
        .input("other", Utf8, Utf8)
        .at_ms(12)
        .push("a", "a1")?;
    let found = logged(&mut driver, "app-j-outer-shared-join-store-changelog")?;
    let (time, left, key) = ("000000000000000a", "01", "61");
    let first = ["01", "00000001", "00000003", "01", "4131"];
    let both = [
        "01", "00000002", "00000003", "01", "4131", "00000003", "01", "4132",
    ];
    is_logged(
        &found,
        &[
            (&[time, left, key], &first, 10),
            (&[time, left, key], &both, 10),
            (&[time, left, key], &["null"], 12),
        ],
    );
    let found = logged(&mut driver, "app-j-outer-this-join-store-changelog")?;
    is_logged(
        &found,
        &[
            (&["61", time, "00000001"], &["4131"], 10),
            (&["61", time, "00000002"], &["4132"], 10),
        ],
    );
    Ok(())
}

#[test]
fn suppressed_updates_are_logged_with_their_context_and_time() -> Tested {
    let builder = StreamsBuilder::new();
    let kept = Materialized::named("s", Utf8);
    let limit = Suppressed::until_time_limit(MINUTE, StrictBuffer::unbounded(), Utf8);
    let _ = builder
        .table_with("in", Consumed::with(Utf8, Utf8), kept)
        .suppress(limit.named("late"));
    let mut driver = TopologyTestDriver::new(builder.build()?)?;
    let mut record = Record::new("a".to_owned(), "A".to_owned(), Timestamp::from_millis(10));
    record.headers.add("h", &b"x"[..]);
    driver.input("in", Utf8, Utf8).push_record(&record)?;
    driver.input("in", Utf8, Utf8).at_ms(12).push("a", "B")?;
    let topic = "app-late-store-changelog";
    let found = driver.output(topic, RawBytes, RawBytes).records()?;
    let values: Vec<String> = found.iter().map(|read| hex(&read.record.value)).collect();
    let (topic, partition, null) = ("00000002696e", "00000000", "ffffffff");
    let header = ["00000001", "00000001", "68", "00000001", "78"].concat();
    let time = "000000000000000a";
    let first = [
        [time, "0000000000000000", topic, partition, &header].concat(),
        [null, null, "00000001", "41", time].concat(),
    ];
    let second = [
        [
            "000000000000000c",
            "0000000000000001",
            topic,
            partition,
            "00000000",
        ]
        .concat(),
        [null, "00000001", "41", "00000001", "42", time].concat(),
    ];
    assert_eq!(values, [first.concat(), second.concat()]);
    for read in &found {
        assert_eq!(read.record.headers.last("v"), Some(&[3][..]));
        assert_eq!(read.record.timestamp, Timestamp::UNKNOWN);
    }
    Ok(())
}

/// The bytes are those of `suppress_close_hopping` of the recorded cases.
#[test]
fn oracle_an_old_value_that_is_the_prior_one_is_not_repeated() -> Tested {
    let builder = StreamsBuilder::new();
    let hopping = HoppingWindows::of(Duration::from_millis(20));
    let closed = Suppressed::until_window_closes(StrictBuffer::unbounded(), I64);
    let _ = words(&builder)
        .group_by_key(Grouped::with(Utf8, Utf8))
        .windowed_by(hopping.advance_by(Duration::from_millis(10)))
        .count_with(Materialized::named("s", I64).uncached())
        .suppress(closed.named("late"));
    let mut driver = TopologyTestDriver::new(builder.build()?)?;
    driver.input("in", Utf8, Utf8).at_ms(0).push("a", "A")?;
    let found = logged(&mut driver, "app-late-store-changelog")?;
    let zero = "0000000000000000";
    let value = [
        // Timestamp, offset, topic, partition, no headers.
        zero,
        zero,
        "00000002696e",
        "00000000",
        "00000000",
        // A count begins with 0: that is the prior value, and the old one.
        "000000080000000000000000",
        "fffffffe",
        "000000080000000000000001",
        // The end of the window.
        "0000000000000014",
    ];
    let unset = Timestamp::UNKNOWN.as_millis();
    is_logged(&found, &[(&["61", zero], &value, unset)]);
    Ok(())
}

/// The bytes are those of `stjoin_inner_grace` of the recorded cases.
#[test]
fn oracle_records_that_wait_for_a_table_are_logged_by_time() -> Tested {
    let builder = StreamsBuilder::new();
    let versioned = Materialized::named("rv", Utf8).versioned(MINUTE);
    let table = builder.table_with("r", Consumed::with(Utf8, Utf8), versioned);
    let waiting = Joined::with(Utf8, Utf8).grace(Duration::from_millis(10));
    builder
        .stream("l", Consumed::with(Utf8, Utf8))
        .join_table(table, |left, right| left + &right, waiting.named("gj"))
        .to("out", Produced::with(Utf8, Utf8));
    let mut driver = TopologyTestDriver::new(builder.build()?)?;
    driver.input("l", Utf8, Utf8).at_ms(10).push("a", "A1")?;
    let found = logged(&mut driver, "app-gj-Buffer-changelog")?;
    let key = ["00", "000000000000000a", "61", "00000001"];
    let value = [
        // Timestamp, offset, topic, partition, no headers.
        "000000000000000a",
        "0000000000000000",
        "000000016c",
        "00000000",
        "00000000",
        // No prior value, no old one, the new one, and eight bytes that say nothing.
        "ffffffff",
        "ffffffff",
        "000000024131",
        "0000000000000000",
    ];
    is_logged(&found, &[(&key, &value, Timestamp::UNKNOWN.as_millis())]);
    Ok(())
}
