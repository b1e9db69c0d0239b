//! Committed offsets, and where reading starts.

use std::time::Duration;

use headwater_core::record::{Offset, TopicPartition};
use headwater_core::time::Timestamp;
use headwater_runtime::port::{ClientErrorKind, Committed, OffsetToCommit, StartAt};

use crate::support::{Member, Sender, broker_with, partition};

const TIMEOUT: Duration = Duration::from_secs(10);

fn to_commit(partition: &TopicPartition, offset: i64, metadata: &str) -> OffsetToCommit {
    OffsetToCommit {
        partition: partition.clone(),
        offset: Offset::new(offset),
        metadata: metadata.to_owned(),
    }
}

#[test]
fn commit_comes_back_with_metadata_and_reading_goes_on_there() {
    let (_broker, cluster) = broker_with("t", 2);
    let (first, second) = (partition("t", 0), partition("t", 1));
    let mut sender = Sender::new(&cluster, "t");
    sender.send_many(0, 10);
    let mut member = Member::new(&cluster, &["t"]);
    member.step_until("ten records", |member| member.seen.len() == 10);

    let committer = member.consumer.committer();
    let offsets = [to_commit(&first, 7, "AgAAAAAAAAAB")];
    // From another thread, as a worker does.
    std::thread::scope(|scope| {
        scope.spawn(|| committer.commit(&offsets).unwrap());
    });
    let found = committer.committed(&[second, first.clone()], TIMEOUT);
    let expected = Committed {
        offset: Offset::new(7),
        metadata: "AgAAAAAAAAAB".to_owned(),
    };
    assert_eq!(found.unwrap(), [None, Some(expected)]);
    member.consumer.close();
    // The committer outlives the consumer and says what it can no longer do.
    assert!(committer.commit(&offsets).is_err());

    let mut member = Member::new(&cluster, &["t"]);
    member.step_until("the rest", |member| member.seen.len() == 3);
    assert_eq!(member.numbers(), [7, 8, 9]);
}

#[test]
fn reading_starts_where_it_is_told_to() {
    let starts = [
        (StartAt::Beginning, 0),
        (StartAt::Offset(Offset::new(4)), 4),
        (StartAt::End, 10),
    ];
    for (start, first) in starts {
        let (_broker, cluster) = broker_with("t", 1);
        let mut sender = Sender::new(&cluster, "t");
        sender.send_many(0, 10);
        let mut member = Member::new(&cluster, &["t"]);
        member.start = start;
        member.step_until("the end", |member| member.caught_up.len() == 1);
        assert_eq!(
            member.numbers(),
            (first..10).collect::<Vec<_>>(),
            "{start:?}"
        );
        member.consumer.close();
    }
}

#[test]
fn seek_drops_what_is_prefetched() {
    let (_broker, cluster) = broker_with("t", 1);
    let place = partition("t", 0);
    let mut sender = Sender::new(&cluster, "t");
    sender.send_many(0, 1_000);
    let mut member = Member::new(&cluster, &["t"]);
    member.step_until("a record", |member| !member.seen.is_empty());
    member.seen.clear();
    let start = StartAt::Offset(Offset::new(990));
    member.consumer.seek(&place, start).unwrap();
    member.step_until("the end", |member| member.seen.len() == 10);
    assert_eq!(member.numbers(), (990..1_000).collect::<Vec<_>>());

    member.seen.clear();
    member.consumer.seek(&place, StartAt::Beginning).unwrap();
    member.step_until("all again", |member| member.seen.len() == 1_000);
    let error = (member.consumer)
        .seek(&partition("t", 7), StartAt::End)
        .unwrap_err();
    assert_eq!(error.kind(), ClientErrorKind::NotOwner);
    // The mock answers every lookup of a time with the end.
    let start = StartAt::Time(Timestamp::from_millis(500));
    member.consumer.seek(&place, start).unwrap();
}
