//! What a driver is made of: its topics and its tasks.

use std::collections::{BTreeMap, HashMap};

use headwater_core::config::TaskIdle;
use headwater_core::failure::FailurePolicy;
use headwater_core::record::{Partition, TopicPartition};
use headwater_core::store::CacheBudget;
use headwater_core::time::Timestamp;
use headwater_core::topology::{InternalTopic, SourceTopics, Subtopology, TaskId};
use headwater_runtime::internal_partition_counts;
use headwater_runtime::task::{FixedCounts, LaneStart, Task, TaskSetup};

use crate::topic::Topic;
use crate::{DriverError, TopologyTestDriver};

impl TopologyTestDriver {
    pub(crate) fn make_topics(&mut self, declared: &BTreeMap<String, u32>) {
        let mut counts: HashMap<String, u32> = declared
            .iter()
            .map(|(name, count)| (name.clone(), *count))
            .collect();
        let of_tasks = self.topology.subtopologies().iter();
        let subtopologies = of_tasks.chain(self.topology.global_subtopologies());
        for source in subtopologies.flat_map(|subtopology| &subtopology.sources) {
            if let SourceTopics::Named(names) = &source.topics {
                for name in names {
                    counts.entry(name.clone()).or_insert(1);
                }
            }
        }
        let internal = internal_partition_counts(&self.topology, &self.application_id, &counts);
        for topic in self.topology.internal_topics() {
            let count = internal.get(&topic.name).copied().unwrap_or(1);
            let name = InternalTopic::decorated(&topic.name, &self.application_id);
            counts.insert(name, count);
        }
        let topics = counts.into_iter().map(|(name, partitions)| {
            let topic = Topic {
                partitions,
                ..Topic::default()
            };
            (name, topic)
        });
        self.topics = topics.collect();
    }

    pub(crate) fn make_tasks(&mut self, failure_policy: &FailurePolicy) -> Result<(), DriverError> {
        let mut lanes: BTreeMap<TaskId, Vec<TopicPartition>> = BTreeMap::new();
        for subtopology in self.topology.subtopologies() {
            for lane in self.lanes_of(subtopology) {
                let id = TaskId {
                    subtopology: subtopology.id,
                    partition: lane.partition,
                };
                lanes.entry(id).or_default().push(lane);
            }
        }
        for (id, lanes) in lanes {
            let task = self.make_task(id, lanes, failure_policy)?;
            self.tasks.insert(id, task);
        }
        let globals = self.topology.global_subtopologies().iter();
        let lanes: Vec<TopicPartition> = globals.flat_map(|one| self.lanes_of(one)).collect();
        if !lanes.is_empty() {
            let task = self.make_task(TaskId::GLOBAL, lanes, failure_policy)?;
            self.global = Some(task);
        }
        Ok(())
    }

    /// All partitions that a sub-topology reads.
    fn lanes_of(&self, subtopology: &Subtopology) -> Vec<TopicPartition> {
        let mut lanes = Vec::new();
        for (name, topic) in &self.topics {
            let mut sources = subtopology.sources.iter();
            if sources.any(|source| source.reads(name, &self.application_id)) {
                let count = i32::try_from(topic.partitions).unwrap_or(i32::MAX);
                let partitions = (0..count).map(Partition::new);
                lanes.extend(partitions.map(|index| TopicPartition::new(name.as_str(), index)));
            }
        }
        lanes
    }

    fn make_task(
        &self,
        id: TaskId,
        mut lanes: Vec<TopicPartition>,
        failure_policy: &FailurePolicy,
    ) -> Result<Task, DriverError> {
        lanes.sort();
        let lanes = lanes.into_iter().map(|partition| LaneStart {
            partition,
            partition_time: Timestamp::UNKNOWN,
        });
        let setup = TaskSetup {
            id,
            lanes: lanes.collect(),
            failure_policy: failure_policy.clone(),
            idling: TaskIdle::Never,
            cache: CacheBudget::new(self.cache_bytes_max),
            global_stores: self.global_stores.clone(),
        };
        let counts = self
            .topics
            .iter()
            .map(|(name, topic)| (name.clone(), topic.partitions));
        let counts = Box::new(FixedCounts(counts.collect()));
        let now = self.wall_clock;
        let made = Task::new(&self.topology, &self.application_id, setup, counts, now);
        made.map_err(|source| DriverError::Task { task: id, source })
    }
}
