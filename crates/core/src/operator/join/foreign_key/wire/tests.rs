//! Golden bytes, as recorded from Kafka Streams 4.3.1 (`fkjoin_*` of the oracle).

use std::sync::Arc;

use super::*;
use crate::codec::{Codec, IsNull, Part, Place, SharedCodec, Utf8};
use crate::record::Partition;

const PLACE: Place<'static> = Place {
    topic: "topic",
    part: Part::Value,
};

fn unhex(hex: &str) -> Vec<u8> {
    let digits = hex.as_bytes().chunks(2);
    let byte = |pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap();
    digits.map(byte).collect()
}

fn subscriptions() -> SubscriptionCodec<String> {
    let key: SharedCodec<String> = Arc::new(Utf8);
    SubscriptionCodec::new(&key, "app-topic-pk".into())
}

fn subscription() -> Subscription<String> {
    Subscription {
        hash: Some(Hash::of(b"k1:A")),
        instruction: Instruction::RespondAlways,
        primary_key: "a".to_owned(),
        primary_partition: Some(Partition::new(0)),
    }
}

fn encoded<C: Codec>(codec: &C, item: &C::Item) -> Vec<u8> {
    let mut bytes = Vec::new();
    assert_eq!(codec.encode(item, &mut bytes, PLACE).unwrap(), IsNull::No);
    bytes
}

#[test]
fn oracle_subscription_carries_its_partition() {
    let bytes = unhex("0102f99ccbf469392443f72202652e6197bd6100000000");
    let codec = subscriptions();
    assert_eq!(encoded(&codec, &subscription()), bytes);
    assert_eq!(codec.decode(Some(&bytes), PLACE).unwrap(), subscription());
}

#[test]
fn a_subscription_of_old_peers_is_read_and_kept_as_it_is() {
    let bytes = unhex("0002f99ccbf469392443f72202652e6197bd61");
    let read = subscriptions().decode(Some(&bytes), PLACE).unwrap();
    assert_eq!(read.primary_partition, None);
    assert_eq!(encoded(&subscriptions(), &read), bytes);
}

#[test]
fn subscription_of_a_deleted_row_has_no_hash() {
    let bytes = unhex("81016100000003");
    let codec = subscriptions();
    let deleted = Subscription {
        hash: None,
        instruction: Instruction::DeleteAndRespond,
        primary_key: "a".to_owned(),
        primary_partition: Some(Partition::new(3)),
    };
    assert_eq!(encoded(&codec, &deleted), bytes);
    assert_eq!(codec.decode(Some(&bytes), PLACE).unwrap(), deleted);
}

#[test]
fn subscription_that_is_cut_or_too_new_is_refused() {
    let codec = subscriptions();
    let whole = encoded(&codec, &subscription());
    for end in 0..22 {
        assert!(codec.decode(whole.get(..end), PLACE).is_err(), "{end}");
    }
    for wrong in ["020061", "80046100000000", "8202"] {
        assert!(codec.decode(Some(&unhex(wrong)), PLACE).is_err(), "{wrong}");
    }
    assert!(codec.decode(None, PLACE).is_err());
}

#[test]
fn oracle_response_holds_the_right_value() {
    let bytes = unhex("00f99ccbf469392443f72202652e6197bd7631");
    let codec = ResponseCodec::<String>(Arc::new(Utf8));
    let response = Response {
        hash: Some(Hash::of(b"k1:A")),
        value: Some("v1".to_owned()),
        primary_partition: None,
    };
    assert_eq!(encoded(&codec, &response), bytes);
    assert_eq!(codec.decode(Some(&bytes), PLACE).unwrap(), response);
}

#[test]
fn response_without_bytes_is_null() {
    let codec = ResponseCodec::<String>(Arc::new(Utf8));
    let response = |value: Option<&str>| Response {
        hash: None,
        value: value.map(str::to_owned),
        primary_partition: None,
    };
    assert_eq!(encoded(&codec, &response(None)), [0x80]);
    assert_eq!(encoded(&codec, &response(Some(""))), [0x80]);
    assert_eq!(codec.decode(Some(&[0x80]), PLACE).unwrap(), response(None));
    assert!(codec.decode(Some(&[1]), PLACE).is_err());
    assert!(codec.decode(Some(&[0, 1, 2]), PLACE).is_err());
}

#[test]
fn oracle_combined_key_begins_with_the_foreign_key() {
    let mut key = Vec::new();
    write_combined_key(b"k1", b"a", &mut key);
    assert_eq!(key, unhex("000000026b3161"));
    let mut start = Vec::new();
    prefix(b"k1", &mut start);
    assert!(key.starts_with(&start));
}
