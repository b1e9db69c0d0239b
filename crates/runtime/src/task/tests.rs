//! Tasks that stop in the middle: what is kept, what is counted.

use std::time::Duration;

use headwater_core::prelude::*;
use headwater_core::record::{Headers, Partition, RawRecord};

use super::*;

const NOW: Timestamp = Timestamp::from_millis(100);

struct Values(Vec<Vec<u8>>);

impl FetchedBatch for Values {
    fn len(&self) -> usize {
        self.0.len()
    }

    fn record(&self, index: usize) -> RawRecord<'_> {
        RawRecord {
            key: None,
            value: Some(&self.0[index]),
            timestamp: Timestamp::from_millis(5),
            offset: Offset::new(i64::try_from(index).unwrap()),
            headers: Headers::new(),
        }
    }
}

fn number(value: i64) -> Vec<u8> {
    value.to_be_bytes().to_vec()
}

fn task(builder: StreamsBuilder, failure_policy: FailurePolicy, values: Vec<Vec<u8>>) -> Task {
    let partition = Partition::new(0);
    let setup = TaskSetup {
        id: TaskId {
            subtopology: 0,
            partition,
        },
        lanes: vec![LaneStart::committed(
            TopicPartition::new("in", partition),
            None,
        )],
        failure_policy,
        idling: TaskIdle::Never,
        cache: headwater_core::store::CacheBudget::new(0),
        global_stores: headwater_core::store::GlobalStores::default(),
    };
    let topology = builder.build().unwrap();
    let counts = Box::new(FixedCounts::default());
    let mut task = Task::new(&topology, "app", setup, counts, NOW).unwrap();
    task.enqueue(0, Box::new(Values(values)));
    task
}

fn passing() -> StreamsBuilder {
    let builder = StreamsBuilder::new();
    builder
        .stream("in", Consumed::with(IgnoreKey, I64))
        .to("out", Produced::with(IgnoreKey, I64));
    builder
}

/// What could be committed, and the outputs that would be sent before.
fn left_behind(mut task: Task) -> (i64, usize) {
    task.discard_unfinished();
    let positions = task.positions_to_commit();
    let position = positions.first().unwrap().offset.number();
    (position, task.context_mut().outputs().len())
}

#[test]
fn a_record_that_cannot_be_read_takes_nothing_back_from_those_before_it() {
    let values = vec![number(1), number(2), vec![1]];
    let mut task = task(passing(), FailurePolicy::stop(), values);
    assert!(task.process(100, NOW, || false).is_err());
    assert_eq!(left_behind(task), (2, 2));
}

/// Passes records on and fails when called back.
struct Unpunctual;

impl Processor<(), i64> for Unpunctual {
    type Key = ();
    type Value = i64;

    fn init(&mut self, context: &mut ProcessorContext<'_, (), i64>) {
        context.schedule(PunctuationKind::WallClock, Duration::from_millis(10));
    }

    fn process(
        &mut self,
        record: Record<(), i64>,
        context: &mut ProcessorContext<'_, (), i64>,
    ) -> Result<(), Failure> {
        context.forward(record)
    }

    fn punctuate(
        &mut self,
        _: PunctuationId,
        now: Timestamp,
        context: &mut ProcessorContext<'_, (), i64>,
    ) -> Result<(), Failure> {
        context.forward(Record::new((), 0, now))?;
        Err(Failure::new("not today"))
    }
}

#[test]
fn a_punctuation_that_fails_takes_back_its_own_outputs_only() {
    let builder = StreamsBuilder::new();
    builder
        .stream("in", Consumed::with(IgnoreKey, I64))
        .process(|| Unpunctual)
        .to("out", Produced::with(IgnoreKey, I64));
    let mut task = task(builder, FailurePolicy::stop(), vec![number(1)]);
    task.process(100, NOW, || false).unwrap();
    let later = NOW.saturating_add(Duration::from_millis(10));
    assert!(task.punctuate_wall_clock(later).is_err());
    assert_eq!(left_behind(task), (1, 1));
}

#[test]
fn a_skipped_record_counts_as_consumed_and_as_dropped() {
    let mut task = task(passing(), FailurePolicy::skip(), vec![vec![1], number(2)]);
    task.process(100, NOW, || false).unwrap();
    let counters = task.counters();
    assert_eq!((counters.consumed, counters.dropped), (2, 1));
}
