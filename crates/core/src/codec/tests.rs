//! Bytes pinned against Kafka 4.3.1's own serializers, and what is refused in which words.
//!
//! The golden bytes were printed by the classes of `kafka-clients-4.3.1.jar` that each codec names.

use std::fmt::{Debug, Write as _};

use ::bytes::Bytes;
use ::uuid::Uuid;

use super::*;

pub(super) const PLACE: Place<'static> = Place {
    topic: "topic",
    part: Part::Value,
};

pub(super) fn encoded<C: Codec>(codec: &C, item: &C::Item) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    match codec.encode(item, &mut out, PLACE).unwrap() {
        IsNull::Yes => None,
        IsNull::No => Some(out),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a string takes what is written");
        text
    })
}

#[track_caller]
pub(super) fn pinned<C: Codec>(codec: &C, cases: &[(C::Item, &str)])
where
    C::Item: Debug + PartialEq,
{
    for (item, golden) in cases {
        let bytes = encoded(codec, item).expect("the codec under test has no null");
        assert_eq!(&hex(&bytes), golden, "encoding {item:?}");
        let decoded = codec.decode(Some(&bytes), PLACE).unwrap();
        assert_eq!(&decoded, item, "decoding {golden}");
    }
}

#[track_caller]
pub(super) fn refused<C: Codec>(codec: &C, bytes: Option<&[u8]>) -> String
where
    C::Item: Debug,
{
    codec.decode(bytes, PLACE).unwrap_err().to_string()
}

#[test]
fn integers_have_the_bytes_of_java() {
    pinned(
        &I16,
        &[
            (0, "0000"),
            (-1, "ffff"),
            (i16::MIN, "8000"),
            (0x1234, "1234"),
        ],
    );
    pinned(
        &I32,
        &[
            (0, "00000000"),
            (-1, "ffffffff"),
            (i32::MIN, "80000000"),
            (i32::MAX, "7fffffff"),
            (0x1234_5678, "12345678"),
        ],
    );
    pinned(
        &I64,
        &[
            (0, "0000000000000000"),
            (-1, "ffffffffffffffff"),
            (i64::MIN, "8000000000000000"),
            (i64::MAX, "7fffffffffffffff"),
            (0x1234_5678_9abc_def0, "123456789abcdef0"),
        ],
    );
}

#[test]
fn fractions_have_the_bytes_of_java() {
    pinned(
        &F32,
        &[
            (0.0, "00000000"),
            (-0.0, "80000000"),
            (1.5, "3fc00000"),
            (-2.25, "c0100000"),
            (f32::from_bits(1), "00000001"),
            (f32::MAX, "7f7fffff"),
            (f32::INFINITY, "7f800000"),
            (0.1, "3dcccccd"),
        ],
    );
    pinned(
        &F64,
        &[
            (0.0, "0000000000000000"),
            (-0.0, "8000000000000000"),
            (1.5, "3ff8000000000000"),
            (-2.25, "c002000000000000"),
            (f64::from_bits(1), "0000000000000001"),
            (f64::MAX, "7fefffffffffffff"),
            (f64::NEG_INFINITY, "fff0000000000000"),
            (0.1, "3fb999999999999a"),
        ],
    );
}

#[test]
fn nan_keeps_its_bits_in_single_precision_and_loses_them_in_double_as_in_java() {
    for bits in [0x7fc0_0000, 0x7fc0_0001, 0xff80_0001] {
        let bytes = encoded(&F32, &f32::from_bits(bits)).unwrap();
        assert_eq!(hex(&bytes), format!("{bits:08x}"));
    }
    let nan = f64::from_bits(0xfff8_0000_0000_0001);
    assert_eq!(hex(&encoded(&F64, &nan).unwrap()), "7ff8000000000000");
}

#[test]
fn text_boolean_and_uuid_have_the_bytes_of_java() {
    pinned(
        &Utf8,
        &[
            (String::new(), ""),
            (
                "Grüße 水源 🦀".to_owned(),
                "4772c3bcc39f6520e6b0b4e6ba9020f09fa680",
            ),
        ],
    );
    pinned(&Bool, &[(true, "01"), (false, "00")]);
    pinned(
        &UuidText,
        &[(
            Uuid::from_u128(0x0011_2233_4455_6677_8899_aabb_ccdd_eeff),
            "30303131323233332d343435352d363637372d383839392d616162626363646465656666",
        )],
    );
    pinned(
        &RawBytes,
        &[
            (Bytes::new(), ""),
            (Bytes::from_static(&[0, 255, 7]), "00ff07"),
        ],
    );
}

#[test]
fn null_is_refused_where_no_item_stands_for_it() {
    let words = "null where a value is needed; read it with `.nullable()` if null is allowed";
    assert_eq!(refused(&I16, None), words);
    assert_eq!(refused(&I32, None), words);
    assert_eq!(refused(&I64, None), words);
    assert_eq!(refused(&F32, None), words);
    assert_eq!(refused(&F64, None), words);
    assert_eq!(refused(&Utf8, None), words);
    assert_eq!(refused(&RawBytes, None), words);
    assert_eq!(refused(&Bool, None), words);
    assert_eq!(refused(&UuidText, None), words);
}

#[test]
pub(super) fn refused_bytes_are_explained() {
    assert_eq!(
        refused(&I64, Some(&[0; 4])),
        "expected 8 bytes, got 4",
        "a Java Integer read as a Long"
    );
    assert_eq!(refused(&I32, Some(&[])), "expected 4 bytes, got 0");
    assert_eq!(
        refused(&Bool, Some(&[2])),
        "expected byte 0x00 or 0x01, got 0x02"
    );
    assert_eq!(refused(&Bool, Some(&[])), "expected 1 bytes, got 0");
    assert_eq!(refused(&Bool, Some(&[0, 1])), "expected 1 bytes, got 2");
    assert_eq!(
        refused(&Utf8, Some(b"a\xffb")),
        "invalid utf-8 sequence of 1 bytes from index 1"
    );
}

#[test]
fn uuid_is_read_in_either_case_and_in_no_other_form() {
    let upper = b"00112233-4455-6677-8899-AABBCCDDEEFF";
    let id = Uuid::from_u128(0x0011_2233_4455_6677_8899_aabb_ccdd_eeff);
    assert_eq!(UuidText.decode(Some(upper), PLACE).unwrap(), id);
    for other in [
        "",
        "1-2-3-4-5",
        "00112233445566778899aabbccddeeff",
        "{00112233-4455-6677-8899-aabbccddeeff}",
        "urn:uuid:00112233-4455-6677-8899-aabbccddeeff",
        " 0112233-4455-6677-8899-aabbccddeeff",
        "001122334-455-6677-8899-aabbccddeeff",
        "00112233-4455-6677-8899-aabbccddeefg",
    ] {
        assert!(
            UuidText.decode(Some(other.as_bytes()), PLACE).is_err(),
            "{other}"
        );
    }
}

#[test]
fn ignored_key_reads_anything_and_writes_null() {
    for bytes in [None, Some(&b""[..]), Some(b"\xff\x00")] {
        IgnoreKey.decode(bytes, PLACE).unwrap();
    }
    assert_eq!(encoded(&IgnoreKey, &()), None);
}

#[test]
fn void_is_null_and_nothing_else() {
    Void.decode(None, PLACE).unwrap();
    assert_eq!(encoded(&Void, &()), None);
    assert!(refused(&Void, Some(b"")).starts_with("expected null, got 0 bytes"));
    assert!(refused(&Void, Some(&[1])).starts_with("expected null, got 1 bytes"));
}

#[test]
fn null_and_empty_stay_apart() {
    let codec = Utf8.nullable();
    assert_eq!(encoded(&codec, &None), None);
    assert_eq!(encoded(&codec, &Some(String::new())), Some(Vec::new()));
    assert_eq!(codec.decode(None, PLACE).unwrap(), None);
    assert_eq!(codec.decode(Some(b""), PLACE).unwrap(), Some(String::new()));
    assert_eq!(
        refused(&I64.nullable(), Some(b"")),
        "expected 8 bytes, got 0"
    );
}

#[test]
fn items_are_appended_after_what_is_there() {
    let mut out = b"head".to_vec();
    Utf8.encode(&"tail".to_owned(), &mut out, PLACE).unwrap();
    assert_eq!(out, b"headtail");
}
