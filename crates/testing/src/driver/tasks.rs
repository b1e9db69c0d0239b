//! Making the topics and the tasks of a driver.

use std::collections::{BTreeMap, HashMap};

use headwater_core::config::TaskIdle;
use headwater_core::record::{Partition, TopicPartition};
use headwater_core::store::CacheBudget;
use headwater_core::topology::{InternalTopic, SourceTopics, TaskId, TopicPurpose};
use headwater_runtime::internal_partition_counts;
use headwater_runtime::task::{FixedCounts, LaneStart, Task, TaskSetup};

use super::TopologyTestDriver;
use crate::DriverError;
use crate::topic::Topic;

impl TopologyTestDriver {
    /// How many partitions the topics have: those that were declared, and what follows from them
    /// for internal ones.
    pub(super) fn partitions(
        &self,
        declared: &BTreeMap<String, u32>,
    ) -> Result<HashMap<String, u32>, DriverError> {
        let declared = declared.iter();
        let declared = declared.map(|(name, count)| (name.clone(), *count));
        let mut counts: HashMap<String, u32> = declared.collect();
        for name in self.source_topics() {
            counts.entry(name.clone()).or_insert(1);
        }
        let internal = internal_partition_counts(&self.topology, &self.application_id, &counts);
        let internal = internal.map_err(DriverError::NotCopartitioned)?;
        let own = self.own_topics().map(|topic| {
            let count = internal.get(&topic.name).copied().unwrap_or(1);
            let name = InternalTopic::decorated(&topic.name, &self.application_id);
            (name, count)
        });
        let own: Vec<_> = own.collect();
        counts.extend(own);
        Ok(counts)
    }

    /// One partition for every topic, whatever counts repartitions ask for.
    pub(super) fn single_partitions(&self) -> HashMap<String, u32> {
        let own = self
            .own_topics()
            .map(|topic| InternalTopic::decorated(&topic.name, &self.application_id));
        let names = self.source_topics().cloned().chain(own);
        names.map(|name| (name, 1)).collect()
    }

    pub(super) fn make_topics(&mut self, counts: HashMap<String, u32>) {
        let topics = counts.into_iter().map(|(name, partitions)| {
            let topic = Topic {
                partitions,
                ..Topic::default()
            };
            (name, topic)
        });
        self.topics = topics.collect();
    }

    fn source_topics(&self) -> impl Iterator<Item = &String> {
        let of_tasks = self.topology.subtopologies().iter();
        let subtopologies = of_tasks.chain(self.topology.global_subtopologies());
        let sources = subtopologies.flat_map(|subtopology| &subtopology.sources);
        let named = sources.filter_map(|source| match &source.topics {
            SourceTopics::Named(names) => Some(names),
            _ => None,
        });
        named.flatten()
    }

    /// The internal topics that are made beside those that are read.
    fn own_topics(&self) -> impl Iterator<Item = &InternalTopic> {
        let internal = self.topology.internal_topics().iter();
        internal.filter(|topic| topic.purpose != TopicPurpose::SourceChangelog)
    }

    pub(super) fn make_tasks(&mut self) -> Result<(), DriverError> {
        self.make_global()?;
        let mut lanes: BTreeMap<TaskId, Vec<TopicPartition>> = BTreeMap::new();
        for subtopology in self.topology.subtopologies() {
            for (name, topic) in &self.topics {
                let mut sources = subtopology.sources.iter();
                if !sources.any(|source| source.reads(name, &self.application_id)) {
                    continue;
                }
                for index in 0..i32::try_from(topic.partitions).unwrap_or(i32::MAX) {
                    let partition = Partition::new(index);
                    let id = TaskId {
                        subtopology: subtopology.id,
                        partition,
                    };
                    let lane = TopicPartition::new(name.as_str(), partition);
                    lanes.entry(id).or_default().push(lane);
                }
            }
        }
        for (id, mut lanes) in lanes {
            lanes.sort();
            let lanes = lanes.into_iter().map(|partition| {
                let committed = self.committed.get(&partition);
                let metadata = committed.map(|committed| committed.metadata.as_str());
                LaneStart::committed(partition.clone(), metadata)
            });
            let setup = TaskSetup {
                id,
                lanes: lanes.collect(),
                failure_policy: self.failure_policy.clone(),
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
            let mut task = Task::prepare(&self.topology, &self.application_id, setup, counts, now);
            self.restore(&mut task)?;
            let started = task.init();
            started.map_err(|source| DriverError::Task { task: id, source })?;
            self.tasks.insert(id, task);
        }
        Ok(())
    }
}
