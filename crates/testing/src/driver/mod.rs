//! The driver: topics, tasks and a clock that stands still.

mod builder;
mod global;
mod restart;
mod tasks;

pub use builder::DriverBuilder;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use headwater_core::codec::Codec;
use headwater_core::failure::FailurePolicy;
use headwater_core::partition::partition_for_key;
use headwater_core::record::{Partition, TopicPartition};
use headwater_core::store::{GlobalStores, StoreContent, StoreError};
use headwater_core::time::Timestamp;
use headwater_core::topology::{TaskId, Topology};
use headwater_runtime::port::OffsetToCommit;
use headwater_runtime::task::{Task, TaskError};

use crate::topic::{OneRecord, Stored, Topic};
use crate::{DriverError, TestInput, TestOutput};

/// When the tasks of a driver commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Commits {
    AfterEachRecord,
    OnCommand,
}

/// Runs a topology in a test: the tasks of an application, on topics in memory.
///
/// A pushed record is processed before `push` returns, and so is all that follows from it
/// through repartition topics. Records take their partitions by murmur2 of the key, as on a
/// cluster; those without a key go to partition 0.
///
/// Semantics: `org.apache.kafka.streams.TopologyTestDriver` (KIP-247), which has one partition
/// and one task; see [`DriverBuilder::as_one_task`].
///
/// ```
/// use headwater_core::prelude::*;
/// use headwater_testing::TopologyTestDriver;
///
/// let builder = StreamsBuilder::new();
/// builder
///     .stream("numbers", Consumed::with(Utf8, I64))
///     .map_values(|number| number * 2)
///     .to("doubled", Produced::with(Utf8, I64));
///
/// let mut driver = TopologyTestDriver::new(builder.build()?)?;
/// driver.input("numbers", Utf8, I64).at_ms(1_000).push("a", 1)?.push("b", 2)?;
/// assert_eq!(driver.output("doubled", Utf8, I64).values()?, [2, 4]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct TopologyTestDriver {
    topology: Topology,
    application_id: String,
    topics: HashMap<String, Topic>,
    tasks: BTreeMap<TaskId, Task>,
    /// Tasks that failed: they do nothing until they are started anew.
    stopped: BTreeSet<TaskId>,
    /// What fills the global stores.
    global: Option<Task>,
    global_stores: GlobalStores,
    wall_clock: Timestamp,
    commits: Commits,
    cache_bytes_max: usize,
    failure_policy: FailurePolicy,
    /// What tasks have committed, as the group would hold it.
    committed: HashMap<TopicPartition, OffsetToCommit>,
}

impl TopologyTestDriver {
    /// A driver for this topology, with one partition per topic.
    ///
    /// # Errors
    /// If a processor stops its task in `init`.
    pub fn new(topology: Topology) -> Result<Self, DriverError> {
        Self::builder(topology).build()
    }

    /// A driver with options.
    pub fn builder(topology: Topology) -> DriverBuilder {
        DriverBuilder::new(topology)
    }

    /// Writes to an input topic with these codecs.
    pub fn input<KC: Codec, VC: Codec>(
        &mut self,
        topic: &str,
        key: KC,
        value: VC,
    ) -> TestInput<'_, KC, VC> {
        TestInput::new(self, topic, key, value)
    }

    /// Reads a topic with these codecs: an output, or an internal topic by its whole name.
    pub fn output<KC: Codec, VC: Codec>(
        &mut self,
        topic: &str,
        key: KC,
        value: VC,
    ) -> TestOutput<'_, KC, VC> {
        TestOutput::new(self, topic, key, value)
    }

    /// The wall clock.
    pub const fn wall_clock(&self) -> Timestamp {
        self.wall_clock
    }

    /// Moves the wall clock and runs the punctuations that are due.
    ///
    /// # Errors
    /// If a task stops.
    pub fn advance_wall_clock(&mut self, by: Duration) -> Result<(), DriverError> {
        self.wall_clock = self.wall_clock.saturating_add(by);
        let ids: Vec<TaskId> = self.tasks.keys().copied().collect();
        for id in ids {
            let now = self.wall_clock;
            let punctuated = self.on_task(id, |task| task.punctuate_wall_clock(now));
            let ended = match punctuated {
                Some(ended) => ended.and_then(|()| self.commit_if_due(id)),
                None => Ok(()),
            };
            self.settle(id, ended)?;
        }
        self.run()?;
        Ok(())
    }

    /// Commits every task: what waits in caches is written and passed on, with all its
    /// consequences.
    ///
    /// # Errors
    /// If a task stops.
    pub fn commit(&mut self) -> Result<(), DriverError> {
        let ids: Vec<TaskId> = self.tasks.keys().copied().collect();
        // What one sub-topology passes on may wait in the caches of the next.
        loop {
            for &id in &ids {
                let flushed = self.flush(id);
                self.settle(id, flushed)?;
            }
            if !self.run()? {
                return Ok(());
            }
        }
    }

    /// What a store holds, in the task of this partition; a global store is the same for all.
    ///
    /// # Errors
    /// If the store cannot be read.
    pub fn store_content(
        &mut self,
        store: &str,
        partition: i32,
    ) -> Option<Result<StoreContent, StoreError>> {
        let partition = Partition::new(partition);
        let tasks = self.tasks.iter_mut();
        let of_task = tasks
            .filter(|(id, _)| id.partition == partition)
            .find_map(|(_, task)| task.graph_mut().content(store));
        of_task.or_else(|| self.global_stores.content(store))
    }

    /// Records that were dropped on the way, over all tasks.
    pub fn dropped(&self) -> u64 {
        let tasks = self.tasks.values().chain(&self.global);
        tasks.map(|task| task.counters().dropped).sum()
    }

    /// The names of the topics that have records, in order.
    pub fn topics_with_records(&self) -> Vec<String> {
        let topics = self
            .topics
            .iter()
            .filter(|(_, topic)| !topic.records.is_empty());
        let mut names: Vec<String> = topics.map(|(name, _)| name.clone()).collect();
        names.sort();
        names
    }

    pub(crate) fn records_in(&self, topic: &str) -> usize {
        self.topics
            .get(topic)
            .map_or(0, |topic| topic.records.len())
    }

    /// The records of a topic that the test has not read, and the index of the first.
    pub(crate) fn take_unread(&mut self, topic: &str) -> (usize, Vec<Stored>) {
        let Some(topic) = self.topics.get_mut(topic) else {
            return (0, Vec::new());
        };
        let first = std::mem::replace(&mut topic.read, topic.records.len());
        (first, topic.records.iter().skip(first).cloned().collect())
    }

    /// Writes a record to an input topic and processes it with all its consequences.
    pub(crate) fn write(
        &mut self,
        topic: &str,
        partition: Option<Partition>,
        record: Stored,
    ) -> Result<(), DriverError> {
        if !self.is_read(topic) {
            return Err(DriverError::NotAnInput(topic.to_owned()));
        }
        if let Some(stopped) = self.stopped.first() {
            return Err(DriverError::Stopped(*stopped));
        }
        self.append(topic, partition, record)?;
        self.run()?;
        Ok(())
    }

    fn is_read(&self, topic: &str) -> bool {
        let mut tasks = self.tasks.values().chain(&self.global);
        tasks.any(|task| task.partitions().iter().any(|lane| &*lane.topic == topic))
    }

    /// Appends to a topic; a task that reads it gets the record. A global store is written at
    /// once, before any task sees a later record.
    fn append(
        &mut self,
        name: &str,
        partition: Option<Partition>,
        record: Stored,
    ) -> Result<(), DriverError> {
        let topic = self.topics.entry(name.to_owned()).or_insert_with(|| Topic {
            partitions: 1,
            ..Topic::default()
        });
        let partition = partition.unwrap_or_else(|| match &record.key {
            Some(key) => partition_for_key(key, topic.partitions),
            None => Partition::new(0),
        });
        if u32::try_from(partition.index()).map_or(true, |index| index >= topic.partitions) {
            let partition = TopicPartition::new(name, partition);
            return Err(DriverError::NoSuchPartition(partition));
        }
        let stored = topic
            .append(Stored {
                partition,
                ..record
            })
            .clone();
        for task in self.tasks.values_mut().chain(&mut self.global) {
            let mut lanes = task.partitions().iter();
            let reading =
                |lane: &TopicPartition| &*lane.topic == name && lane.partition == stored.partition;
            if let Some(lane) = lanes.position(reading) {
                task.enqueue(lane, Box::new(OneRecord(stored)));
                break;
            }
        }
        self.fill_global_stores()
    }

    /// Lets tasks process one record after the other until none is left anywhere; says whether
    /// there was any.
    fn run(&mut self) -> Result<bool, DriverError> {
        let ids: Vec<TaskId> = self.tasks.keys().copied().collect();
        let mut any = false;
        loop {
            let mut moved = false;
            for &id in &ids {
                moved |= self.step(id)?;
            }
            if !moved {
                return Ok(any);
            }
            any = true;
        }
    }

    /// Runs a task that has not stopped. A panic of user code is the task's failure, as in an
    /// application.
    fn on_task<R>(
        &mut self,
        id: TaskId,
        run: impl FnOnce(&mut Task) -> Result<R, TaskError>,
    ) -> Option<Result<R, TaskError>> {
        if self.stopped.contains(&id) {
            return None;
        }
        let task = self.tasks.get_mut(&id)?;
        let ended = catch_unwind(AssertUnwindSafe(|| run(task)));
        Some(ended.unwrap_or_else(|panic| Err(TaskError::panicked(&*panic))))
    }

    /// Processes one record of a task and writes its outputs; whether there was one.
    fn step(&mut self, id: TaskId) -> Result<bool, DriverError> {
        let now = self.wall_clock;
        let processed = self.on_task(id, |task| {
            let before = task.counters().consumed;
            task.process(1, now, || false)?;
            Ok(task.counters().consumed > before)
        });
        match processed {
            None => Ok(false),
            Some(Ok(moved)) => {
                let ended = if moved {
                    self.commit_if_due(id)
                } else {
                    Ok(())
                };
                self.settle(id, ended)?;
                Ok(moved)
            }
            Some(Err(error)) => {
                self.settle(id, Err(error))?;
                Ok(true)
            }
        }
    }

    /// Writes what a step of a task put out. A step that fails writes nothing, its commit
    /// included, as with Kafka Streams' driver; what was written before stays readable.
    fn settle(&mut self, id: TaskId, ended: Result<(), TaskError>) -> Result<(), DriverError> {
        if ended.is_err()
            && let Some(task) = self.tasks.get_mut(&id)
        {
            task.context_mut().outputs_mut().clear();
            // Its caches may hold parts of the record: they are neither written nor committed.
            self.stopped.insert(id);
        }
        self.collect(id)?;
        ended.map_err(|source| DriverError::Task { task: id, source })
    }

    fn commit_if_due(&mut self, id: TaskId) -> Result<(), TaskError> {
        match self.commits {
            Commits::AfterEachRecord => self.flush(id),
            Commits::OnCommand => Ok(()),
        }
    }

    fn flush(&mut self, id: TaskId) -> Result<(), TaskError> {
        let now = self.wall_clock;
        let committed = self.on_task(id, |task| {
            task.flush_caches(now)?;
            let positions = task.positions_to_commit();
            task.committed(&positions);
            Ok(positions)
        });
        let positions = committed.unwrap_or(Ok(Vec::new()))?;
        let positions = positions.into_iter();
        self.committed
            .extend(positions.map(|position| (position.partition.clone(), position)));
        Ok(())
    }

    /// Writes what a task has put out to the topics.
    fn collect(&mut self, id: TaskId) -> Result<(), DriverError> {
        let Some(task) = self.tasks.get_mut(&id) else {
            return Ok(());
        };
        let outputs = task.context_mut().outputs_mut();
        let topics = outputs.topics().to_vec();
        let records = outputs.records().map(|record| {
            let topic = topics
                .get(record.topic.place())
                .map_or("", |topic| &**topic);
            (topic.to_owned(), record.partition, Stored::of(&record))
        });
        let records: Vec<_> = records.collect();
        outputs.clear();
        for (topic, partition, record) in records {
            self.append(&topic, partition, record)?;
        }
        Ok(())
    }
}

impl fmt::Debug for TopologyTestDriver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TopologyTestDriver")
            .field("tasks", &self.tasks.keys().collect::<Vec<_>>())
            .field("wall_clock", &self.wall_clock)
            .finish_non_exhaustive()
    }
}
