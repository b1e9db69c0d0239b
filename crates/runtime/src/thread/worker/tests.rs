//! Workers against clients that fail on purpose.

use std::sync::Mutex;

use headwater_core::config::{StreamsConfig, TaskIdle};
use headwater_core::failure::FailurePolicy;
use headwater_core::prelude::{Consumed, Produced, StreamsBuilder, Utf8};
use headwater_core::record::{Headers, OutputRecord, Partition, RawRecord};

use super::*;
use crate::port::{
    ClientError, ClientErrorKind, Committed, FetchedBatch, OffsetToCommit, TopicHandle,
};
use crate::system_clock::SystemClock;
use crate::task::LaneStart;

struct Texts(&'static [&'static str]);

impl FetchedBatch for Texts {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn record(&self, index: usize) -> RawRecord<'_> {
        RawRecord {
            key: None,
            value: Some(self.0[index].as_bytes()),
            timestamp: Timestamp::from_millis(0),
            offset: Offset::new(i64::try_from(index).unwrap()),
            headers: Headers::new(),
        }
    }
}

/// Fails where it is told to.
#[derive(Clone, Copy, Default)]
struct Delivery {
    send_fails: bool,
    flush_fails: bool,
}

impl Producer for Delivery {
    fn topic(&mut self, _: &str) -> Result<TopicHandle, ClientError> {
        Ok(TopicHandle(0))
    }

    fn partitions(&mut self, _: &str) -> Result<u32, ClientError> {
        Ok(1)
    }

    fn send(&mut self, _: TopicHandle, _: &OutputRecord<'_>) -> Result<(), ClientError> {
        refuse_once(&mut self.send_fails)
    }

    fn flush(&mut self, _: Duration) -> Result<(), ClientError> {
        refuse_once(&mut self.flush_fails)
    }
}

/// A client reports a lost record once, and then knows of none.
fn refuse_once(fails: &mut bool) -> Result<(), ClientError> {
    if std::mem::take(fails) {
        return Err(ClientError::new(ClientErrorKind::Other, "a record is lost"));
    }
    Ok(())
}

#[derive(Default)]
struct Group(Mutex<Vec<OffsetToCommit>>);

impl OffsetCommitter for Group {
    fn commit(&self, offsets: &[OffsetToCommit]) -> Result<(), ClientError> {
        self.0.lock().unwrap().extend_from_slice(offsets);
        Ok(())
    }

    fn committed(
        &self,
        partitions: &[TopicPartition],
        _: Duration,
    ) -> Result<Vec<Option<Committed>>, ClientError> {
        Ok(vec![None; partitions.len()])
    }
}

struct Nobody;

impl Wake for Nobody {
    fn wake(&self) {}
}

const TASK: TaskId = TaskId {
    subtopology: 0,
    partition: Partition::new(0),
};

/// Lets a worker process these texts and finish; returns the committed offsets and the failures.
fn work(delivery: Delivery, texts: &'static [&'static str]) -> (Vec<i64>, Vec<AppError>) {
    let builder = StreamsBuilder::new();
    builder
        .stream("in", Consumed::with(headwater_core::codec::IgnoreKey, Utf8))
        .try_map_values(|text| Ok(text.parse::<i64>()?.to_string()))
        .to(
            "out",
            Produced::with(headwater_core::codec::IgnoreKey, Utf8),
        );
    let topology = builder.build().unwrap();
    let mailbox = Arc::new(Mailbox::default());
    let setup = TaskSetup {
        id: TASK,
        lanes: vec![LaneStart::committed(
            TopicPartition::new("in", TASK.partition),
            None,
        )],
        failure_policy: FailurePolicy::stop(),
        idling: TaskIdle::Never,
        cache: headwater_core::store::CacheBudget::new(0),
        global_stores: headwater_core::store::GlobalStores::default(),
    };
    mailbox.send(Message::Create(setup, vec![Arc::new(Flow::new(10))]));
    mailbox.send(Message::Records(TASK, 0, Box::new(Texts(texts))));
    mailbox.send(Message::Finish(Duration::MAX));
    let group = Arc::new(Group::default());
    let failures = Arc::new(Mutex::new(Vec::new()));
    let reported = Arc::clone(&failures);
    let worker = WorkerSetup {
        index: 0,
        purge: Purge::of(&topology, "app"),
        topology,
        settings: Arc::new(Settings::of(&StreamsConfig::new("app")).unwrap()),
        mailbox,
        committer: Arc::clone(&group) as Arc<dyn OffsetCommitter>,
        poller: Arc::new(Nobody),
        clock: Arc::new(SystemClock::new()),
        totals: Arc::new(Totals::new("app")),
        report: Box::new(move |_, error| reported.lock().unwrap().push(error)),
    };
    run(worker, Box::new(delivery));
    let committed = group.0.lock().unwrap();
    let offsets = committed.iter().map(|position| position.offset.number());
    let failures = std::mem::take(&mut *failures.lock().unwrap());
    (offsets.collect(), failures)
}

#[test]
fn what_was_delivered_is_committed() {
    let (committed, failures) = work(Delivery::default(), &["1", "2"]);
    assert_eq!(committed, [2]);
    assert!(failures.is_empty());
}

#[test]
fn what_was_finished_before_a_failing_record_is_committed() {
    let (committed, failures) = work(Delivery::default(), &["1", "x", "3"]);
    assert_eq!(committed, [1]);
    assert!(matches!(failures.as_slice(), [AppError::Task { .. }]));
}

#[test]
fn nothing_is_committed_over_an_output_that_was_refused() {
    let lost = Delivery {
        send_fails: true,
        ..Delivery::default()
    };
    for texts in [&["1", "2"][..], &["1", "x"]] {
        let (committed, failures) = work(lost, texts);
        assert!(committed.is_empty(), "{texts:?}");
        assert!(matches!(failures.as_slice(), [AppError::Worker { .. }]));
    }
}

#[test]
fn nothing_is_committed_over_an_output_that_was_not_delivered() {
    let lost = Delivery {
        flush_fails: true,
        ..Delivery::default()
    };
    let (committed, failures) = work(lost, &["1", "2"]);
    assert!(committed.is_empty());
    assert!(matches!(failures.as_slice(), [AppError::Worker { .. }]));
}
