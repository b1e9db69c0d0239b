//! The topology on the test driver: what goes in, what comes out.

use headwater::codec::Nullable;
use headwater::prelude::*;
use headwater_testing::{TestInput, TopologyTestDriver};

use doubling_processor::cli::OnBadRecord;
use doubling_processor::topology::{doubling, failure_policy};

const BAD_INPUT: [Option<&str>; 5] = [
    Some("no JSON"),
    Some("{}"),
    Some(r#"{"value": "21"}"#),
    Some(r#"{"value": 1, "value": 2}"#),
    None,
];

fn driver(on_bad_record: OnBadRecord) -> TopologyTestDriver {
    let topology = doubling("input_topic", "output_topic", |_| {}).expect("it is valid");
    TopologyTestDriver::builder(topology)
        .failure_policy(failure_policy(on_bad_record))
        .build()
        .expect("no processor fails")
}

type Text = Nullable<Utf8>;

fn input(driver: &mut TopologyTestDriver) -> TestInput<'_, Text, Text> {
    driver.input("input_topic", Utf8.nullable(), Utf8.nullable())
}

fn record(key: Option<&str>, value: Option<&str>) -> Record<Option<String>, Option<String>> {
    let (key, value) = (key.map(str::to_owned), value.map(str::to_owned));
    Record::new(key, value, Timestamp::from_millis(1_000))
}

fn output(driver: &mut TopologyTestDriver) -> Vec<String> {
    let mut output = driver.output("output_topic", RawBytes.nullable(), Utf8);
    output.values().expect("it is text")
}

#[test]
fn values_are_doubled_in_order() {
    let mut driver = driver(OnBadRecord::Stop);
    for value in [r#"{"value": 21}"#, r#"{"value": 0.1}"#] {
        input(&mut driver)
            .push_record(&record(None, Some(value)))
            .unwrap();
    }
    assert_eq!(
        output(&mut driver),
        [
            r#"{"original_value":21,"doubled_value":42}"#,
            r#"{"original_value":0.1,"doubled_value":0.2}"#,
        ]
    );
}

#[test]
fn key_headers_and_timestamp_are_carried_over() {
    for key in [None, Some(""), Some("device-7")] {
        let mut driver = driver(OnBadRecord::Stop);
        let mut sent = record(key, Some(r#"{"value": 1}"#));
        sent.headers.add("trace", &b"7f"[..]);
        sent.headers.add("trace", &b""[..]);
        sent.headers.add_null("seen");
        input(&mut driver).push_record(&sent).unwrap();

        let read = driver
            .output("output_topic", Utf8.nullable(), Utf8)
            .records()
            .unwrap();
        let [read] = read.as_slice() else {
            panic!("one record was sent, {} were read", read.len());
        };
        assert_eq!(read.record.key.as_deref(), key);
        assert_eq!(read.record.headers, sent.headers);
        assert_eq!(read.record.timestamp, sent.timestamp);
    }
}

#[test]
fn bad_records_are_counted_and_skipped() {
    let mut driver = driver(OnBadRecord::Skip);
    for bad in BAD_INPUT {
        input(&mut driver).push_record(&record(None, bad)).unwrap();
    }
    let good = record(None, Some(r#"{"value": 4}"#));
    input(&mut driver).push_record(&good).unwrap();
    assert_eq!(driver.dropped(), 5);
    assert_eq!(
        output(&mut driver),
        [r#"{"original_value":4,"doubled_value":8}"#]
    );
}

#[test]
fn a_bad_record_stops_the_program_and_says_where_it_is() {
    for bad in BAD_INPUT {
        let mut driver = driver(OnBadRecord::Stop);
        let good = record(None, Some(r#"{"value": 4}"#));
        input(&mut driver).push_record(&good).unwrap();
        let stopped = input(&mut driver)
            .push_record(&record(None, bad))
            .unwrap_err();
        let told = stopped.to_string();
        let place = "topic input_topic partition 0 offset 1";
        assert!(told.contains(place), "{told}");
        assert!(told.contains("cannot read the value: "), "{told}");
        assert_eq!(output(&mut driver).len(), 1);
    }
}

#[test]
fn every_pair_is_shown() {
    let (sender, receiver) = std::sync::mpsc::sync_channel(1);
    let look = move |doubled: &_| {
        sender
            .send(serde_json::to_string(doubled).unwrap())
            .unwrap();
    };
    let topology = doubling("input_topic", "output_topic", look).unwrap();
    let mut driver = TopologyTestDriver::new(topology).unwrap();
    input(&mut driver)
        .push_record(&record(None, Some(r#"{"value": 4}"#)))
        .unwrap();
    assert_eq!(
        receiver.recv().unwrap(),
        r#"{"original_value":4,"doubled_value":8}"#
    );
}

#[test]
fn the_topology_is_described_as_kafka_streams_does() {
    let topology = doubling("input_topic", "output_topic", |_| {}).unwrap();
    let expected = "\
Topologies:
   Sub-topology: 0
    Source: KSTREAM-SOURCE-0000000000 (topics: [input_topic])
      --> KSTREAM-MAPVALUES-0000000001
    Processor: KSTREAM-MAPVALUES-0000000001 (stores: [])
      --> KSTREAM-PEEK-0000000002
      <-- KSTREAM-SOURCE-0000000000
    Processor: KSTREAM-PEEK-0000000002 (stores: [])
      --> KSTREAM-SINK-0000000003
      <-- KSTREAM-MAPVALUES-0000000001
    Sink: KSTREAM-SINK-0000000003 (topic: output_topic)
      <-- KSTREAM-PEEK-0000000002

";
    assert_eq!(topology.describe(), expected);
}
