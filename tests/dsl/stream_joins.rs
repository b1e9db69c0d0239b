//! Joins of two streams against a plain model: every pair of records looked at.

use std::time::Duration;

use headwater_core::prelude::*;
use headwater_testing::TopologyTestDriver;
use proptest::prelude::{Just, Strategy, prop, prop_oneof, proptest};
use proptest::{prop_assert, prop_assert_eq};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Left,
    Right,
}

/// A record; its place among all records is its value.
#[derive(Clone, Copy, Debug)]
struct Fed {
    side: Side,
    key: i64,
    at_ms: i64,
}

#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_field_names, reason = "units come last")]
struct Spans {
    before_ms: i64,
    after_ms: i64,
    grace_ms: i64,
}

/// Key, left value, right value, time.
type Joined = (i64, Option<i64>, Option<i64>, i64);

#[derive(Clone, Copy, Debug)]
enum Kind {
    Inner,
    Left,
    Outer,
}

/// A key that no record of a run has.
const LAST_KEY: i64 = -1;
/// A time at which nothing can wait any more.
const LAST_MS: i64 = 1_000_000;

fn spans() -> impl Strategy<Value = Spans> {
    let spans = (-8..20_i64, -8..20_i64, 0..12_i64);
    let spans = spans.prop_filter("windows end before they begin", |(before, after, _)| {
        before + after >= 0
    });
    spans.prop_map(|(before_ms, after_ms, grace_ms)| Spans {
        before_ms,
        after_ms,
        grace_ms,
    })
}

fn records() -> impl Strategy<Value = Vec<Fed>> {
    let side = prop_oneof![Just(Side::Left), Just(Side::Right)];
    let record = (side, 0..3_i64, 0..80_i64);
    let record = record.prop_map(|(side, key, at_ms)| Fed { side, key, at_ms });
    prop::collection::vec(record, 0..40)
}

/// Every pair, in the order in which the later record of each arrives.
fn pairs(records: &[Fed], spans: Spans) -> Vec<Joined> {
    let retention_ms = spans.before_ms + spans.after_ms + spans.grace_ms;
    let mut pairs = Vec::new();
    for (place, record) in records.iter().enumerate() {
        let (before_ms, after_ms) = match record.side {
            Side::Left => (spans.before_ms, spans.after_ms),
            Side::Right => (spans.after_ms, spans.before_ms),
        };
        let earlier = records.iter().take(place).enumerate();
        let others: Vec<_> = earlier
            .filter(|(_, other)| other.side != record.side)
            .collect();
        let newest_ms = others.iter().map(|(_, other)| other.at_ms).max();
        let mut partners: Vec<_> = others
            .into_iter()
            .filter(|(_, other)| {
                let from_ms = (record.at_ms - before_ms).max(0);
                let until_ms = (record.at_ms + after_ms).max(0);
                let is_kept = newest_ms.is_some_and(|newest| other.at_ms > newest - retention_ms);
                let is_near = (from_ms..=until_ms).contains(&other.at_ms);
                other.key == record.key && is_near && is_kept
            })
            .collect();
        partners.sort_by_key(|(_, other)| other.at_ms);
        for (partner, other) in partners {
            let (this, partner) = (Some(place as i64), Some(partner as i64));
            let at_ms = record.at_ms.max(other.at_ms);
            pairs.push(match record.side {
                Side::Left => (record.key, this, partner, at_ms),
                Side::Right => (record.key, partner, this, at_ms),
            });
        }
    }
    pairs
}

/// The result of each record that has no partner.
fn alone(records: &[Fed], pairs: &[Joined], kind: Kind) -> Vec<Joined> {
    let numbered = records.iter().enumerate();
    let results = numbered.filter_map(|(place, record)| {
        let value = Some(place as i64);
        let result = match (record.side, kind) {
            (_, Kind::Inner) | (Side::Right, Kind::Left) => return None,
            (Side::Left, _) => (record.key, value, None, record.at_ms),
            (Side::Right, Kind::Outer) => (record.key, None, value, record.at_ms),
        };
        let is_paired = pairs.iter().any(|pair| match record.side {
            Side::Left => pair.1 == value,
            Side::Right => pair.2 == value,
        });
        (!is_paired).then_some(result)
    });
    results.collect()
}

/// What the join gives, and then what a last record lets out.
fn run(records: &[Fed], spans: Spans, kind: Kind) -> Vec<Joined> {
    let builder = StreamsBuilder::new();
    let left = builder.stream("left", Consumed::with(I64, I64));
    let right = builder.stream("right", Consumed::with(I64, I64));
    let windows = JoinWindows::of(Duration::ZERO)
        .before_ms(spans.before_ms)
        .after_ms(spans.after_ms)
        .grace(Duration::from_millis(spans.grace_ms.unsigned_abs()));
    let joined = StreamJoined::with(I64, I64, I64).store("joined");
    let shown = |left: Option<&i64>, right: Option<&i64>| {
        let shown = |side: Option<&i64>| side.map_or_else(String::new, i64::to_string);
        format!("{}/{}", shown(left), shown(right))
    };
    let results = match kind {
        Kind::Inner => {
            let shown = move |left: &i64, right: &i64| shown(Some(left), Some(right));
            left.join(right, shown, windows, joined)
        }
        Kind::Left => {
            let shown = move |left: &i64, right: Option<&i64>| shown(Some(left), right);
            left.left_join(right, shown, windows, joined)
        }
        Kind::Outer => left.outer_join(right, shown, windows, joined),
    };
    results.to("out", Produced::with(I64, Utf8));
    let mut driver = TopologyTestDriver::new(builder.build().unwrap()).unwrap();
    let last = Fed {
        side: Side::Left,
        key: LAST_KEY,
        at_ms: LAST_MS,
    };
    for (place, record) in records.iter().chain([&last]).enumerate() {
        // What found no partner is looked for once a second.
        driver.advance_wall_clock(Duration::from_secs(1)).unwrap();
        let topic = match record.side {
            Side::Left => "left",
            Side::Right => "right",
        };
        let input = driver.input(topic, I64, I64).at_ms(record.at_ms);
        input.push(record.key, place as i64).unwrap();
    }
    let records = driver.output("out", I64, Utf8).records().unwrap();
    let results = records.into_iter().map(|read| {
        let record = read.record;
        let (left, right) = record.value.split_once('/').unwrap();
        let at_ms = record.timestamp.as_millis();
        (record.key, left.parse().ok(), right.parse().ok(), at_ms)
    });
    results.filter(|result| result.0 != LAST_KEY).collect()
}

fn is_pair(result: &Joined) -> bool {
    result.1.is_some() && result.2.is_some()
}

fn sorted(mut results: Vec<Joined>) -> Vec<Joined> {
    results.sort_unstable();
    results
}

proptest! {
    #[test]
    fn an_inner_join_is_every_pair_in_order(records in records(), spans in spans()) {
        prop_assert_eq!(run(&records, spans, Kind::Inner), pairs(&records, spans));
    }

    #[test]
    fn records_in_order_are_joined_or_alone_and_never_both(
        mut records in records(),
        spans in spans(),
        kind in prop_oneof![Just(Kind::Left), Just(Kind::Outer)],
    ) {
        records.sort_by_key(|record| record.at_ms);
        let mut expected = pairs(&records, spans);
        expected.extend(alone(&records, &expected, kind));
        prop_assert_eq!(sorted(run(&records, spans, kind)), sorted(expected));
    }

    /// A partner that comes after the grace makes a pair of a record that was alone before.
    #[test]
    fn records_in_any_order_are_joined_or_alone_once(
        records in records(),
        spans in spans(),
        kind in prop_oneof![Just(Kind::Left), Just(Kind::Outer)],
    ) {
        let pairs = pairs(&records, spans);
        let (joined, unjoined): (Vec<_>, Vec<_>) =
            run(&records, spans, kind).into_iter().partition(is_pair);
        prop_assert_eq!(joined, pairs.clone());
        let unjoined = sorted(unjoined);
        let mut once = unjoined.clone();
        once.dedup();
        prop_assert_eq!(&unjoined, &once);
        for result in alone(&records, &pairs, kind) {
            prop_assert!(unjoined.contains(&result), "{:?} is missing", result);
        }
    }
}
