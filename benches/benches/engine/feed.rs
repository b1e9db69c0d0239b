//! A task with records to process, as a worker would feed it.

use std::sync::Arc;

use headwater_core::config::TaskIdle;
use headwater_core::failure::FailurePolicy;
use headwater_core::prelude::*;
use headwater_core::record::{Offset, Partition, RawRecord, TopicPartition};
use headwater_core::store::{CacheBudget, GlobalStores};
use headwater_core::topology::TaskId;
use headwater_runtime::port::FetchedBatch;
use headwater_runtime::task::{FixedCounts, LaneStart, Task, TaskSetup};

/// Records of one commit interval.
pub(crate) const BATCH_RECORDS: usize = 10_000;
/// Keys among them.
const KEYS: usize = 1_000;
/// How far apart two records are.
const STEP_MS: i64 = 1;
const CACHE_BYTES_MAX: usize = 10 * 1024 * 1024;

/// Records with text keys and numbers, a millisecond apart.
struct Readings {
    keys: Arc<[Vec<u8>]>,
    value: [u8; 8],
    first_ms: i64,
}

impl FetchedBatch for Readings {
    fn len(&self) -> usize {
        BATCH_RECORDS
    }

    fn record(&self, index: usize) -> RawRecord<'_> {
        // Spreads keys without repeating a short cycle.
        let key = self.keys.get(index * 7_919 % KEYS);
        let at = self.first_ms + i64::try_from(index).unwrap_or(0) * STEP_MS;
        RawRecord {
            key: key.map(Vec::as_slice),
            value: Some(&self.value),
            timestamp: Timestamp::from_millis(at),
            offset: Offset::new(at),
            headers: Headers::new(),
        }
    }
}

/// A task of one topology on one partition of each input.
pub(crate) struct Feed {
    task: Task,
    lanes: usize,
    keys: Arc<[Vec<u8>]>,
    now_ms: i64,
}

impl Feed {
    /// The task of a topology that reads these topics.
    pub(crate) fn of(topology: &Topology, inputs: &[&str]) -> Self {
        let partition = Partition::new(0);
        let lanes = inputs
            .iter()
            .map(|topic| LaneStart::committed(TopicPartition::new(*topic, partition), None));
        let setup = TaskSetup {
            id: TaskId {
                subtopology: 0,
                partition,
            },
            lanes: lanes.collect(),
            failure_policy: FailurePolicy::stop(),
            idling: TaskIdle::Never,
            cache: CacheBudget::new(CACHE_BYTES_MAX),
            global_stores: GlobalStores::default(),
        };
        let counts = Box::new(FixedCounts::default());
        let now = Timestamp::from_millis(0);
        let task = Task::new(topology, "bench", setup, counts, now);
        let keys = (0..KEYS).map(|key| format!("device-{key:06}").into_bytes());
        Self {
            task: task.expect("no processor fails in `init`"),
            lanes: inputs.len(),
            keys: keys.collect(),
            now_ms: 0,
        }
    }

    /// Processes one commit interval, and says how many records were put out.
    pub(crate) fn interval(&mut self) -> usize {
        for lane in 0..self.lanes {
            let batch = Readings {
                keys: Arc::clone(&self.keys),
                value: 21_i64.to_be_bytes(),
                first_ms: self.now_ms,
            };
            self.task.enqueue(lane, Box::new(batch));
        }
        let ahead = i64::try_from(BATCH_RECORDS).unwrap_or(0) * STEP_MS;
        self.now_ms += ahead;
        let now = Timestamp::from_millis(self.now_ms);
        let mut written = 0;
        for _ in 0..self.lanes * BATCH_RECORDS / 1_000 {
            self.task
                .process(1_000, now, || false)
                .expect("no record fails");
            written += self.take_outputs();
        }
        self.task.flush_caches(now).expect("no record fails");
        written + self.take_outputs()
    }

    fn take_outputs(&mut self) -> usize {
        let outputs = self.task.context_mut().outputs_mut();
        let written = outputs.len();
        outputs.clear();
        written
    }
}

/// Readings by device.
pub(crate) fn readings(builder: &StreamsBuilder) -> KStream<'_, String, i64> {
    builder.stream("readings", Consumed::with(Utf8, I64))
}
