//! What is written comes back as it was.

use headwater_core::config::StreamsConfig;
use headwater_core::record::{Headers, OutputRecord, Partition};
use headwater_core::time::Timestamp;
use headwater_kafka::EmbeddedBroker;
use headwater_runtime::port::Cluster;

use crate::support::{FLUSH_TIMEOUT, Member, any_topic, broker_with};

fn header_sample() -> Headers {
    let mut headers = Headers::new();
    headers.add("trace", &b"7f"[..]);
    headers.add_null("nothing");
    headers.add("trace", &b""[..]);
    headers
}

#[test]
fn record_comes_back_as_it_was() {
    let (_broker, cluster) = broker_with("t", 1);
    let mut producer = cluster.producer().unwrap();
    let topic = producer.topic("t").unwrap();
    let plain = Headers::new();
    let with_headers = header_sample();
    let value = vec![b'x'; 100_000];
    let record = |key, value, millis, headers| OutputRecord {
        topic: any_topic(),
        partition: Some(Partition::new(0)),
        key,
        value,
        timestamp: Timestamp::from_millis(millis),
        headers,
    };
    let sent = [
        record(Some(&b"k"[..]), Some(&b"v"[..]), 1_000, &plain),
        record(None, Some(&b"v"[..]), 2_000, &with_headers),
        record(Some(&b"k"[..]), None, 1, &plain),
        record(Some(&b""[..]), Some(&b""[..]), 1_700_000_000_000, &plain),
        record(None, None, 5, &plain),
        record(None, Some(&value[..]), 5, &plain),
    ];
    for record in &sent {
        producer.send(topic, record).unwrap();
    }
    producer.flush(FLUSH_TIMEOUT).unwrap();

    let mut member = Member::new(&cluster, &["t"]);
    member.step_until("every record", |member| member.seen.len() == sent.len());
    for (sent, seen) in sent.iter().zip(&member.seen) {
        assert_eq!(seen.key.as_deref(), sent.key);
        assert_eq!(seen.value.as_deref(), sent.value);
        assert_eq!(seen.timestamp, sent.timestamp.as_millis());
        assert_eq!(&seen.headers, sent.headers);
    }
    member.consumer.close();
}

/// A record without a time gets the current one, the first millisecond of the epoch the second.
#[test]
fn times_that_the_client_cannot_express_are_nearest() {
    let (_broker, cluster) = broker_with("t", 1);
    let mut producer = cluster.producer().unwrap();
    let topic = producer.topic("t").unwrap();
    let headers = Headers::new();
    for timestamp in [Timestamp::UNKNOWN, Timestamp::from_millis(0)] {
        let record = OutputRecord {
            topic: any_topic(),
            partition: None,
            key: None,
            value: None,
            timestamp,
            headers: &headers,
        };
        producer.send(topic, &record).unwrap();
    }
    producer.flush(FLUSH_TIMEOUT).unwrap();
    let mut member = Member::new(&cluster, &["t"]);
    member.step_until("both records", |member| member.seen.len() == 2);
    assert!(member.seen[0].timestamp > 1_700_000_000_000);
    assert_eq!(member.seen[1].timestamp, 1);
}

#[test]
fn every_compression_comes_back() {
    let value = vec![b'x'; 10_000];
    for codec in ["none", "gzip", "snappy", "lz4", "zstd"] {
        let broker = EmbeddedBroker::start().unwrap();
        broker.create_topic(codec, 1).unwrap();
        let config = StreamsConfig::new("app").set("producer.compression.type", codec);
        let cluster = broker.cluster(&config).unwrap();
        let mut producer = cluster.producer().unwrap();
        let topic = producer.topic(codec).unwrap();
        let headers = header_sample();
        let record = OutputRecord {
            topic: any_topic(),
            partition: None,
            key: Some(b"key"),
            value: Some(&value),
            timestamp: Timestamp::from_millis(7),
            headers: &headers,
        };
        for _ in 0..10 {
            producer.send(topic, &record).unwrap();
        }
        producer.flush(FLUSH_TIMEOUT).unwrap();
        let mut member = Member::new(&cluster, &[codec]);
        member.step_until(codec, |member| member.seen.len() == 10);
        for seen in &member.seen {
            assert_eq!(seen.value.as_deref(), Some(&value[..]));
            assert_eq!(seen.headers, headers);
        }
        member.consumer.close();
    }
}

/// Java's partitioner: murmur2 of the key bytes (values from Kafka's UtilsTest).
#[test]
fn keys_go_where_java_sends_them() {
    let (_broker, cluster) = broker_with("t", 1_000);
    let mut producer = cluster.producer().unwrap();
    assert_eq!(producer.partitions("t").unwrap(), 1_000);
    let topic = producer.topic("t").unwrap();
    let headers = Headers::new();
    let murmur2 = [
        ("21", -973_932_308_i32),
        ("foobar", -790_332_482),
        ("a-little-bit-long-string", -985_981_536),
    ];
    for (key, _) in murmur2 {
        let record = OutputRecord {
            topic: any_topic(),
            partition: None,
            key: Some(key.as_bytes()),
            value: None,
            timestamp: Timestamp::from_millis(1),
            headers: &headers,
        };
        producer.send(topic, &record).unwrap();
    }
    producer.flush(FLUSH_TIMEOUT).unwrap();
    let mut member = Member::new(&cluster, &["t"]);
    member.step_until("the records", |member| member.seen.len() == murmur2.len());
    for (key, hash) in murmur2 {
        let seen = member
            .seen
            .iter()
            .find(|seen| seen.key.as_deref() == Some(key.as_bytes()));
        let place = seen.unwrap().partition.partition.index();
        assert_eq!(place, (hash & 0x7fff_ffff) % 1_000, "{key}");
    }
}
