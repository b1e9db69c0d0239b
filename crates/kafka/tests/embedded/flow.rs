//! Pausing, waking, and arrivals that end a wait.

#![expect(
    clippy::disallowed_methods,
    reason = "how soon a poll ends is what these tests are about"
)]

use std::time::{Duration, Instant};

use crate::support::{Member, POLL_TIMEOUT, Sender, broker_with, partition};

/// A wait that is not ended early lasts so long; what must be quick takes less than half.
const LONG: Duration = Duration::from_secs(8);

#[test]
fn paused_partition_hands_out_nothing_and_resumes_without_loss() {
    let (_broker, cluster) = broker_with("t", 2);
    let paused = [partition("t", 0)];
    let mut sender = Sender::new(&cluster, "t");
    let mut member = Member::new(&cluster, &["t"]);
    sender.send_many(0, 150);
    member.step_until("the first batch", |member| !member.seen.is_empty());
    member.consumer.pause(&paused);
    let before = member.seen.len();
    sender.send_many(0, 850);
    sender.send_many(1, 10);
    member.step_until("the other partition", |member| {
        member.seen.len() == before + 10
    });
    member.step(POLL_TIMEOUT);
    assert_eq!(member.seen.len(), before + 10);
    // The arrivals on the paused partition have been told; they must not make the poll spin.
    let started = Instant::now();
    member.step(POLL_TIMEOUT);
    assert!(started.elapsed() >= POLL_TIMEOUT);

    member.consumer.resume(&paused);
    member.step_until("everything", |member| member.seen.len() == 1_010);
    let of_first: Vec<i64> = (member.seen.iter())
        .filter(|seen| seen.partition == paused[0])
        .map(|seen| seen.offset)
        .collect();
    assert_eq!(of_first, (0..1_000).collect::<Vec<_>>());
}

#[test]
fn wake_ends_the_poll_and_is_not_lost_before_it() {
    let (_broker, cluster) = broker_with("t", 1);
    let mut member = Member::new(&cluster, &["t"]);
    member.step_until("the end", |member| member.caught_up.len() == 1);
    let waker = member.consumer.waker();
    let started = Instant::now();
    waker.wake();
    member.step(LONG);
    assert!(started.elapsed() < LONG / 2, "the wake before the poll");

    let started = Instant::now();
    std::thread::scope(|scope| {
        scope.spawn(|| waker.wake());
        member.step(LONG);
    });
    assert!(started.elapsed() < LONG / 2, "the wake during the poll");
}

/// One record at a time, each into an idle consumer: each must end the wait.
#[test]
fn no_arrival_is_missed() {
    let (_broker, cluster) = broker_with("t", 3);
    let mut sender = Sender::new(&cluster, "t");
    let mut member = Member::new(&cluster, &["t"]);
    member.step_until("the end", |member| member.caught_up.len() == 3);
    for round in 0..200 {
        let started = Instant::now();
        sender.send(round % 3);
        sender.flush();
        let want = member.seen.len() + 1;
        while member.seen.len() < want {
            member.step(LONG);
            assert!(started.elapsed() < LONG / 2, "record {round} came late");
        }
    }
    assert_eq!(member.numbers(), (0..200).collect::<Vec<_>>());
}

/// A first result within a second is what a newcomer sees.
#[test]
fn first_record_comes_within_a_second_or_so() {
    let started = Instant::now();
    let (_broker, cluster) = broker_with("t", 2);
    let mut sender = Sender::new(&cluster, "t");
    sender.send_many(0, 1);
    let mut member = Member::new(&cluster, &["t"]);
    member.step_until("the first record", |member| !member.seen.is_empty());
    let took = started.elapsed();
    println!("start to first record: {took:?}");
    let closing = Instant::now();
    member.consumer.close();
    println!("close: {:?}", closing.elapsed());
    let dropping = Instant::now();
    drop(sender);
    println!("drop of the producer: {:?}", dropping.elapsed());
    assert!(took < Duration::from_secs(3), "{took:?}");
}
