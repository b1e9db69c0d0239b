//! What becomes of a record by each extractor and each lack of a time.

use super::*;

type Extractor = TimestampExtractor<(), Reading>;

struct Reading {
    at: Timestamp,
}

const fn ms(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

const KNOWN: ExtractContext = ExtractContext {
    record: ms(10),
    partition_time: ms(20),
    wall_clock: ms(30),
};
const NO_RECORD_TIME: ExtractContext = ExtractContext {
    record: Timestamp::UNKNOWN,
    ..KNOWN
};
const NO_TIME: ExtractContext = ExtractContext {
    partition_time: Timestamp::UNKNOWN,
    ..NO_RECORD_TIME
};

fn extract(extractor: &Extractor, at: Timestamp, context: &ExtractContext) -> Extracted {
    extractor.extract(&(), &Reading { at }, context)
}

#[test]
fn record_time_fails_without_one() {
    let times = Extractor::record_time;
    assert_eq!(extract(&times(), ms(1), &KNOWN), Extracted::At(ms(10)));
    assert_eq!(extract(&times(), ms(1), &NO_RECORD_TIME), Extracted::Fail);
    let epoch = ExtractContext {
        record: ms(0),
        ..KNOWN
    };
    assert_eq!(extract(&times(), ms(1), &epoch), Extracted::At(ms(0)));
}

#[test]
fn record_without_time_can_be_skipped() {
    let times = Extractor::record_time_or_skip;
    assert_eq!(extract(&times(), ms(1), &KNOWN), Extracted::At(ms(10)));
    assert_eq!(extract(&times(), ms(1), &NO_RECORD_TIME), Extracted::Skip);
}

#[test]
fn record_without_time_can_take_the_partition_time() {
    let times = Extractor::record_time_or_partition_time;
    assert_eq!(extract(&times(), ms(1), &KNOWN), Extracted::At(ms(10)));
    let taken = extract(&times(), ms(1), &NO_RECORD_TIME);
    assert_eq!(taken, Extracted::At(ms(20)));
    assert_eq!(extract(&times(), ms(1), &NO_TIME), Extracted::Fail);
}

#[test]
fn wall_clock_does_not_look_at_the_record() {
    let taken = extract(&Extractor::wall_clock(), ms(1), &NO_TIME);
    assert_eq!(taken, Extracted::At(ms(30)));
}

#[test]
fn field_with_a_negative_time_skips_the_record() {
    let times = || Extractor::from_field(|(), reading| reading.at);
    assert_eq!(extract(&times(), ms(1), &KNOWN), Extracted::At(ms(1)));
    assert_eq!(extract(&times(), ms(-5), &KNOWN), Extracted::Skip);
}

#[test]
fn general_form_sees_every_time_and_decides() {
    let times = || {
        Extractor::from_fn(|(), reading, times| match reading.at.as_millis() {
            0 => Extracted::Skip,
            1 => Extracted::Fail,
            2 => Extracted::At(times.partition_time),
            _ => Extracted::At(times.wall_clock),
        })
    };
    assert_eq!(extract(&times(), ms(0), &KNOWN), Extracted::Skip);
    assert_eq!(extract(&times(), ms(1), &KNOWN), Extracted::Fail);
    assert_eq!(extract(&times(), ms(2), &KNOWN), Extracted::At(ms(20)));
    assert_eq!(extract(&times(), ms(2), &NO_TIME), Extracted::Skip);
    assert_eq!(extract(&times(), ms(3), &KNOWN), Extracted::At(ms(30)));
    assert_eq!(
        extract(&times().or_fail(), ms(2), &NO_TIME),
        Extracted::Fail
    );
}

#[test]
fn treatment_of_negative_times_can_be_changed() {
    let times = Extractor::record_time;
    let skipped = extract(&times().or_skip(), ms(1), &NO_RECORD_TIME);
    assert_eq!(skipped, Extracted::Skip);
    let taken = extract(&times().or_partition_time(), ms(1), &NO_RECORD_TIME);
    assert_eq!(taken, Extracted::At(ms(20)));
    let failed = extract(&times().or_skip().or_fail(), ms(1), &NO_RECORD_TIME);
    assert_eq!(failed, Extracted::Fail);
}

#[test]
fn clones_share_the_closure() {
    let times = Extractor::from_field(|(), reading| reading.at);
    let copy = times.clone();
    drop(times);
    assert_eq!(extract(&copy, ms(7), &KNOWN), Extracted::At(ms(7)));
}
