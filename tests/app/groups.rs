//! Several instances of one application.

use std::collections::BTreeSet;

use headwater::prelude::*;

use crate::flow::upper_case;
use crate::support::{Lab, Seen, deadline};

#[test]
fn two_instances_share_the_partitions_and_one_takes_over() {
    let Some(lab) = Lab::open() else { return };
    let (input, output) = (lab.topic("in", 2), lab.topic("out", 1));
    let first = lab.start(upper_case(&input, &output));
    first
        .handle()
        .wait_for_state(|state| state == AppState::Running);
    let second = lab.start(upper_case(&input, &output));
    let mut sent = 0;
    let patience = deadline();
    // Records go to both partitions until both instances have had some.
    while first.totals().consumed == 0 || second.totals().consumed == 0 || sent < 20 {
        assert!(!patience.is_over(), "the second instance got no partition");
        lab.write(&input, 0, &[&format!("left-{sent}")]);
        lab.write(&input, 1, &[&format!("right-{sent}")]);
        sent += 1;
    }
    first.shutdown().unwrap();
    lab.write(&input, 0, &["left-last"]);
    lab.write(&input, 1, &["right-last"]);
    let all = sent * 2 + 2;
    assert_eq!(lab.read_distinct(&output, all).len(), all);
    second.shutdown().unwrap();
    let end = i64::try_from(sent + 1).unwrap();
    assert_eq!(lab.committed(&input), [(0, end), (1, end)].into());
}

#[test]
fn threads_share_the_tasks_of_an_instance() {
    let Some(lab) = Lab::open() else { return };
    let (input, output) = (lab.topic("in", 4), lab.topic("out", 1));
    let config = lab.config().set("num.stream.threads", 2);
    let builder = StreamsBuilder::new();
    builder
        .stream(&input, Consumed::with(Utf8, Utf8))
        .map_values(|_| std::thread::current().name().unwrap_or_default().to_owned())
        .to(&output, Produced::with(Utf8, Utf8));
    let app = lab.start_with(builder.build().unwrap(), &config, FailurePolicy::stop());
    for partition in 0..4 {
        lab.write(&input, partition, &["a"]);
    }
    let threads: BTreeSet<String> = lab.read(&output, 4).iter().map(Seen::text).collect();
    assert_eq!(threads.len(), 2, "{threads:?}");
    app.shutdown().unwrap();
}

#[test]
fn a_partition_added_while_running_is_processed() {
    let Some(lab) = Lab::open() else { return };
    let (input, output) = (lab.topic("in", 1), lab.topic("out", 1));
    let app = lab.start(upper_case(&input, &output));
    lab.write(&input, 0, &["before"]);
    lab.read(&output, 1);
    if lab.add_partitions(&input, 2) {
        lab.write_anew(&input, 1, &["after"]);
        assert_eq!(lab.read_distinct(&output, 2).len(), 2);
    }
    app.shutdown().unwrap();
}

#[test]
fn a_slow_record_does_not_cost_the_membership() {
    let Some(lab) = Lab::open() else { return };
    let (input, output) = (lab.topic("in", 1), lab.topic("out", 1));
    let builder = StreamsBuilder::new();
    builder
        .stream(&input, Consumed::with(Utf8, Utf8))
        // Longer than a poll interval may be.
        .peek(|_, _| std::thread::park_timeout(std::time::Duration::from_secs(4)))
        .to(&output, Produced::with(Utf8, Utf8));
    let config = lab
        .config()
        .set("session.timeout.ms", 6_000)
        .set("max.poll.interval.ms", 6_000)
        .set("commit.interval.ms", 0);
    lab.write(&input, 0, &["a", "b"]);
    let app = lab.start_with(builder.build().unwrap(), &config, FailurePolicy::stop());
    deadline().wait_until("the commit", || lab.committed(&input) == [(0, 2)].into());
    app.shutdown().unwrap();
    assert_eq!(app.totals().consumed, 2, "nothing was processed twice");
}

/// Several topics in one task need the eager protocol: what stays is suspended and goes on.
#[test]
fn tasks_with_several_inputs_move_between_instances_without_a_loss() {
    let Some(lab) = Lab::open() else { return };
    let (left, right) = (lab.topic("left", 2), lab.topic("right", 2));
    let output = lab.topic("out", 1);
    let topology = || {
        let builder = StreamsBuilder::new();
        builder
            .stream_of_topics([&left, &right], Consumed::with(Utf8, Utf8))
            .to(&output, Produced::with(Utf8, Utf8));
        builder.build().unwrap()
    };
    let write = |round: usize| {
        for (topic, side) in [(&left, "left"), (&right, "right")] {
            for partition in 0..2 {
                let text = format!("{side}-{partition}-{round}");
                lab.write(topic, partition, &[&text]);
            }
        }
    };
    let first = lab.start(topology());
    write(0);
    lab.read_distinct(&output, 4);
    let second = lab.start(topology());
    let patience = deadline();
    let mut rounds = 1;
    while second.totals().consumed == 0 {
        assert!(!patience.is_over(), "the second instance got no partition");
        write(rounds);
        rounds += 1;
    }
    second.shutdown().unwrap();
    write(rounds);
    let all = 4 * (rounds + 1);
    assert_eq!(lab.read_distinct(&output, all).len(), all);
    first.shutdown().unwrap();
    let end = i64::try_from(rounds + 1).unwrap();
    for topic in [&left, &right] {
        assert_eq!(lab.committed(topic), [(0, end), (1, end)].into());
    }
}
