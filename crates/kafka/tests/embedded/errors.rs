//! Errors say what is wrong and where.

use std::time::Duration;

use headwater_core::config::StreamsConfig;
use headwater_core::record::{Headers, OutputRecord};
use headwater_core::time::Timestamp;
use headwater_kafka::{EmbeddedBroker, KafkaCluster};
use headwater_runtime::port::{ClientErrorKind, Cluster, NewTopic};

use crate::support::{FLUSH_TIMEOUT, Member, any_topic, broker_with};

const SHORT: Duration = Duration::from_secs(2);

/// The discard port of this machine, where nothing listens.
const NOWHERE: &str = "127.0.0.1:9";

#[test]
fn missing_address_is_an_error_at_once() {
    let error = KafkaCluster::new(&StreamsConfig::new("app")).unwrap_err();
    assert_eq!(error.kind(), ClientErrorKind::Configuration);
    assert!(error.to_string().contains("bootstrap.servers"), "{error}");
}

#[test]
fn unreachable_broker_is_named() {
    let config = StreamsConfig::new("app").set("bootstrap.servers", NOWHERE);
    let cluster = KafkaCluster::new(&config).unwrap();
    assert_eq!(cluster.address(), NOWHERE);
    let error = cluster.admin().unwrap().topics(SHORT).unwrap_err();
    assert_eq!(error.kind(), ClientErrorKind::Unreachable, "{error}");
    assert!(error.to_string().contains(NOWHERE), "{error}");

    let mut producer = cluster.producer().unwrap();
    let topic = producer.topic("t").unwrap();
    producer
        .send(topic, &record(b"v", &Headers::new()))
        .unwrap();
    let error = producer.flush(SHORT).unwrap_err();
    assert_eq!(error.kind(), ClientErrorKind::Unreachable, "{error}");
    assert!(error.to_string().contains(NOWHERE), "{error}");
    // Nothing has been polled yet, so nothing keeps the consumer from going.
    cluster
        .consumer(&crate::support::settings())
        .unwrap()
        .close();
}

#[test]
fn too_large_record_is_named_with_its_size() {
    let (_broker, cluster) = broker_with("t", 1);
    let mut producer = cluster.producer().unwrap();
    let topic = producer.topic("t").unwrap();
    let value = vec![0; 2_000_000];
    let error = producer
        .send(topic, &record(&value, &Headers::new()))
        .unwrap_err();
    assert_eq!(error.kind(), ClientErrorKind::RecordTooLarge);
    assert!(error.to_string().contains("2000000 bytes"), "{error}");
    assert!(error.to_string().contains("topic t"), "{error}");
    // Refused records leave nothing behind.
    producer.flush(FLUSH_TIMEOUT).unwrap();
}

#[test]
fn topics_are_created_and_described() {
    let (_broker, cluster) = broker_with("t", 3);
    let admin = cluster.admin().unwrap();
    let new = NewTopic {
        name: "new".to_owned(),
        partitions: 2,
        replication_factor: None,
        config: vec![("cleanup.policy".to_owned(), "compact".to_owned())],
    };
    admin.create(std::slice::from_ref(&new), SHORT).unwrap();
    admin.create(&[new], SHORT).unwrap();
    let found = admin.describe(&["new", "missing", "t"], SHORT).unwrap();
    let partitions: Vec<_> = found
        .iter()
        .map(|t| t.as_ref().map(|t| t.partitions))
        .collect();
    assert_eq!(partitions, [Some(2), None, Some(3)]);
    let mut names: Vec<_> = (admin.topics(SHORT).unwrap().into_iter())
        .map(|topic| topic.name)
        .collect();
    names.sort();
    assert_eq!(names, ["new", "t"]);
}

#[test]
fn missing_source_topic_is_named() {
    let broker = EmbeddedBroker::start().unwrap();
    let cluster = broker.cluster(&StreamsConfig::new("app")).unwrap();
    let mut member = Member::new(&cluster, &["not-there"]);
    member.step_until("a failure or partitions", |member| {
        !member.failures.is_empty() || !member.assigned.is_empty()
    });
    assert!(
        member.failures[0].contains("not-there"),
        "{:?}",
        member.failures
    );
}

fn record<'a>(value: &'a [u8], headers: &'a Headers) -> OutputRecord<'a> {
    OutputRecord {
        topic: any_topic(),
        partition: None,
        key: None,
        value: Some(value),
        timestamp: Timestamp::from_millis(1),
        headers,
    }
}
