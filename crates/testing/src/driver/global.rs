//! The global task of a driver, which fills the stores of global tables.

use headwater_core::config::TaskIdle;
use headwater_core::record::{Partition, TopicPartition};
use headwater_core::store::CacheBudget;
use headwater_core::topology::{SubtopologySource, TaskId};
use headwater_runtime::task::{FixedCounts, LaneStart, Task, TaskError, TaskSetup};

use super::TopologyTestDriver;
use crate::DriverError;
use crate::topic::OneRecord;

impl TopologyTestDriver {
    /// Opens the global stores and fills them with what is in their topics, before any task is
    /// made.
    pub(super) fn make_global(&mut self) -> Result<(), DriverError> {
        self.global_stores = self.topology.open_global_stores();
        self.global = None;
        let lanes = self.global_lanes();
        if lanes.is_empty() {
            return Ok(());
        }
        let starts = lanes.iter();
        let starts = starts.map(|partition| LaneStart::committed(partition.clone(), None));
        let setup = TaskSetup {
            id: TaskId::GLOBAL,
            lanes: starts.collect(),
            failure_policy: self.failure_policy.clone(),
            idling: TaskIdle::Never,
            cache: CacheBudget::new(0),
            global_stores: self.global_stores.clone(),
        };
        let counts = Box::new(FixedCounts::default());
        let now = self.wall_clock;
        let made = Task::new(&self.topology, &self.application_id, setup, counts, now);
        let mut global = made.map_err(failed)?;
        for (lane, partition) in lanes.iter().enumerate() {
            let topic = self.topics.get(&*partition.topic).into_iter();
            let records = topic.flat_map(|topic| &topic.records);
            for record in records.filter(|record| record.partition == partition.partition) {
                global.enqueue(lane, Box::new(OneRecord(record.clone())));
            }
        }
        self.global = Some(global);
        self.fill_global_stores()
    }

    /// Writes the records that wait for the global task into its stores.
    pub(super) fn fill_global_stores(&mut self) -> Result<(), DriverError> {
        let Some(global) = &mut self.global else {
            return Ok(());
        };
        let filled = global.process(usize::MAX, self.wall_clock, || false);
        filled.map(|_| ()).map_err(failed)
    }

    fn global_lanes(&self) -> Vec<TopicPartition> {
        let globals = self.topology.global_subtopologies().iter();
        let sources: Vec<&SubtopologySource> = globals.flat_map(|one| &one.sources).collect();
        let mut lanes = Vec::new();
        for (name, topic) in &self.topics {
            let mut sources = sources.iter();
            if sources.any(|source| source.reads(name, &self.application_id)) {
                let count = i32::try_from(topic.partitions).unwrap_or(i32::MAX);
                let partitions = (0..count).map(Partition::new);
                lanes.extend(partitions.map(|index| TopicPartition::new(name.as_str(), index)));
            }
        }
        lanes.sort();
        lanes
    }
}

fn failed(source: TaskError) -> DriverError {
    DriverError::Task {
        task: TaskId::GLOBAL,
        source,
    }
}
