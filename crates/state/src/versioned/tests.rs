//! Versions are kept, read as of a time, and dropped with their history.

use super::*;
use crate::engine::Memory;

fn open(history_ms: i64) -> Versioned {
    Versioned::new(Box::new(Memory::new()), history_ms)
}

fn versions(map: &Versioned, key: &[u8]) -> Vec<(i64, Option<i64>, u8)> {
    let all = map.all().unwrap();
    let versions = all.get(key).into_iter().flatten();
    versions
        .map(|version| (version.from_ms, version.until_ms, version.value[0]))
        .collect()
}

fn as_of(map: &mut Versioned, key: &[u8], at_ms: i64) -> Option<u8> {
    let found = map.get_as_of(key, at_ms).unwrap();
    found.map(|version| version.value[0])
}

#[test]
fn a_value_holds_until_the_next() {
    let mut map = open(100);
    assert_eq!(map.put(b"k", Some(b"a"), 10), Ok(VersionedPut::Newest));
    assert_eq!(map.put(b"k", Some(b"b"), 20), Ok(VersionedPut::Newest));
    assert_eq!(map.put(b"k", None, 30), Ok(VersionedPut::Newest));
    assert_eq!(map.put(b"k", Some(b"c"), 40), Ok(VersionedPut::Newest));
    let expected = [(10, Some(20), b'a'), (20, Some(30), b'b'), (40, None, b'c')];
    assert_eq!(versions(&map, b"k"), expected);
    let at: Vec<Option<u8>> = [9, 10, 25, 30, 45]
        .into_iter()
        .map(|at_ms| as_of(&mut map, b"k", at_ms))
        .collect();
    assert_eq!(at, [None, Some(b'a'), Some(b'b'), None, Some(b'c')]);
}

#[test]
fn an_out_of_order_value_cuts_the_version_around_it() {
    let mut map = open(100);
    map.put(b"k", Some(b"a"), 10).unwrap();
    map.put(b"k", Some(b"b"), 30).unwrap();
    let late = map.put(b"k", Some(b"c"), 20);
    assert_eq!(late, Ok(VersionedPut::OutOfOrder { until_ms: 30 }));
    let first = map.put(b"k", Some(b"d"), 5);
    assert_eq!(first, Ok(VersionedPut::OutOfOrder { until_ms: 10 }));
    let expected = [
        (5, Some(10), b'd'),
        (10, Some(20), b'a'),
        (20, Some(30), b'c'),
        (30, None, b'b'),
    ];
    assert_eq!(versions(&map, b"k"), expected);
}

#[test]
fn a_deletion_of_nothing_is_remembered() {
    let mut map = open(100);
    assert_eq!(map.put(b"k", None, 20), Ok(VersionedPut::Newest));
    let before = map.put(b"k", Some(b"a"), 10);
    assert_eq!(before, Ok(VersionedPut::OutOfOrder { until_ms: 20 }));
    assert_eq!(map.get(b"k"), Ok(None));
}

#[test]
fn what_is_too_old_is_refused_and_history_expires_by_segment() {
    let mut map = open(3_000);
    map.put(b"k", Some(b"a"), 0).unwrap();
    map.put(b"k", Some(b"b"), 1_999).unwrap();
    map.put(b"k", Some(b"c"), 2_000).unwrap();
    map.put(b"other", Some(b"x"), 4_999).unwrap();
    let kept = versions(&map, b"k");
    assert_eq!(kept.len(), 3, "nothing is older than a segment: {kept:?}");
    map.put(b"other", Some(b"y"), 5_000).unwrap();
    let expected = [(1_999, Some(2_000), b'b'), (2_000, None, b'c')];
    assert_eq!(versions(&map, b"k"), expected);
    assert_eq!(map.put(b"k", Some(b"z"), 1_999), Ok(VersionedPut::TooOld));
    assert_eq!(as_of(&mut map, b"k", 1_999), None);
}

#[test]
fn keys_that_begin_alike_are_told_apart() {
    let mut map = open(100);
    for key in [&b"k"[..], b"k\0", b"k\0\0\0\0\0\0\0\0"] {
        map.put(key, Some(b"a"), 10).unwrap();
        map.put(key, Some(b"b"), 20).unwrap();
    }
    assert_eq!(
        versions(&map, b"k"),
        [(10, Some(20), b'a'), (20, None, b'b')]
    );
    assert_eq!(as_of(&mut map, b"k\0", 10), Some(b'a'));
    assert_eq!(as_of(&mut map, b"k", 9), None);
}
