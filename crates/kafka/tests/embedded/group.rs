//! Members share the partitions, and nothing is lost when they move.

use std::time::Duration;

use headwater_core::config::StreamsConfig;
use headwater_kafka::EmbeddedBroker;
use headwater_runtime::port::Subscription;

use crate::support::{Member, POLLS_MAX, Sender, broker_with, partition};

const STEP: Duration = Duration::from_millis(20);

fn step_both(
    first: &mut Member,
    second: &mut Member,
    what: &str,
    done: impl Fn(&Member, &Member) -> bool,
) {
    for _ in 0..POLLS_MAX {
        if done(first, second) {
            return;
        }
        first.step(STEP);
        second.step(STEP);
    }
    panic!("{what} has not come true");
}

/// The second member takes half, the first keeps the other half without a stop; when the second
/// leaves, the first has all again.
#[test]
fn only_what_moves_is_revoked() {
    let (_broker, cluster) = broker_with("t", 6);
    let mut first = Member::new(&cluster, &["t"]);
    first.step_until("all partitions", |member| member.assigned.len() == 6);
    let mut second = Member::new(&cluster, &["t"]);
    step_both(&mut first, &mut second, "an even share", |first, second| {
        first.assigned.len() == 3 && second.assigned.len() == 3
    });
    assert_eq!(first.given_back.len(), 3);
    assert!(first.assigned.is_disjoint(&second.assigned));
    second.consumer.close();
    first.step_until("all partitions again", |member| member.assigned.len() == 6);
    assert_eq!(first.given_back.len(), 3);
}

/// librdkafka before 2.13.2 skips the record after an end-of-partition mark when a rebalance
/// comes in between (librdkafka#5213). Every partition is read to its end, a member joins, and
/// then one more record goes to each.
#[test]
fn record_after_the_end_survives_a_rebalance() {
    let (_broker, cluster) = broker_with("t", 4);
    let mut sender = Sender::new(&cluster, "t");
    (0..4).for_each(|index| sender.send(index));
    sender.flush();
    let mut first = Member::new(&cluster, &["t"]);
    first.step_until("the end of every partition", |member| {
        member.seen.len() == 4 && member.caught_up.len() == 4
    });
    let mut second = Member::new(&cluster, &["t"]);
    step_both(&mut first, &mut second, "an even share", |first, second| {
        first.assigned.len() == 2 && second.assigned.len() == 2
    });
    (0..4).for_each(|index| sender.send(index));
    sender.flush();
    let kept = first.assigned.clone();
    step_both(&mut first, &mut second, "the new records", |first, _| {
        let new = first.seen.iter().filter(|seen| seen.offset == 1);
        new.filter(|seen| kept.contains(&seen.partition)).count() == 2
    });
    let repeated = first.seen.iter().filter(|seen| seen.offset == 0);
    assert_eq!(repeated.count(), 4, "what was read is not read again");
}

#[test]
fn pattern_is_subscribed_as_topics_appear() {
    let broker = EmbeddedBroker::start().unwrap();
    broker.create_topic("metric.a", 1).unwrap();
    broker.create_topic("other.metric.a", 1).unwrap();
    let config = StreamsConfig::new("app").set("topic.metadata.refresh.interval.ms", 200);
    let cluster = broker.cluster(&config).unwrap();
    let subscription = Subscription {
        topics: Vec::new(),
        patterns: vec![r"metric\..*".to_owned()],
    };
    let mut member = Member::subscribed(&cluster, &subscription);
    member.step_until("the first topic", |member| {
        member.assigned.contains(&partition("metric.a", 0))
    });
    broker.create_topic("metric.b", 1).unwrap();
    member.step_until("the new topic", |member| {
        member.assigned.contains(&partition("metric.b", 0))
    });
    assert_eq!(member.assigned.len(), 2);
}

/// An answer to a rebalance that is never given must not hold up leaving.
#[test]
fn closing_amid_a_rebalance_ends() {
    let (_broker, cluster) = broker_with("t", 2);
    let mut consumer = cluster_consumer(&cluster);
    let mut events = Vec::new();
    for _ in 0..POLLS_MAX {
        consumer.poll(STEP, &mut events);
        if !events.is_empty() {
            break;
        }
    }
    assert!(!events.is_empty(), "the rebalance has not come");
    consumer.close();
}

fn cluster_consumer(
    cluster: &dyn headwater_runtime::port::Cluster,
) -> Box<dyn headwater_runtime::port::Consumer> {
    let mut consumer = cluster.consumer(&crate::support::settings()).unwrap();
    let subscription = Subscription {
        topics: vec!["t".to_owned()],
        patterns: Vec::new(),
    };
    consumer.subscribe(&subscription).unwrap();
    consumer
}
