//! Who runs what: from the partitions an instance owns to its tasks, and from a change of
//! partitions to the fewest changes of tasks.
//!
//! Decisions are here and pure; `apply` carries them out on the polling thread.
//!
//! Invariants:
//! - a task whose lanes do not change is not touched: under the eager protocol it is suspended
//!   between revoke and assign, and goes on with the records it has;
//! - a task whose lanes change is closed after a commit and made anew from what is committed;
//! - what is lost is closed without a commit.

mod apply;
mod assignment;

pub(crate) use assignment::{Assignment, Route};

use std::collections::{BTreeMap, BTreeSet, HashMap};

use headwater_core::record::TopicPartition;
use headwater_core::topology::{TaskId, Topology};

/// The lanes of each task.
pub(crate) type TaskLanes = BTreeMap<TaskId, Vec<TopicPartition>>;

/// The tasks that these partitions make up. Partitions that no source reads are left out.
pub(crate) fn tasks_of(
    topology: &Topology,
    application_id: &str,
    partitions: &BTreeSet<TopicPartition>,
) -> TaskLanes {
    let mut subtopology_of: HashMap<&str, Option<u32>> = HashMap::new();
    let mut tasks = TaskLanes::new();
    for partition in partitions {
        let subtopology = *subtopology_of.entry(&partition.topic).or_insert_with(|| {
            let mut subtopologies = topology.subtopologies().iter();
            let reading = subtopologies.find(|subtopology| {
                let mut sources = subtopology.sources.iter();
                sources.any(|source| source.reads(&partition.topic, application_id))
            });
            reading.map(|subtopology| subtopology.id)
        });
        if let Some(subtopology) = subtopology {
            let id = TaskId {
                subtopology,
                partition: partition.partition,
            };
            tasks.entry(id).or_default().push(partition.clone());
        }
    }
    tasks
}

/// What has to change.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Changes {
    /// Tasks to close.
    pub(crate) close: Vec<TaskId>,
    /// Tasks to make.
    pub(crate) create: TaskLanes,
    /// Tasks to leave as they are.
    pub(crate) keep: Vec<TaskId>,
}

/// Compares the tasks there are with the tasks there should be.
pub(crate) fn changes(running: &TaskLanes, wanted: TaskLanes) -> Changes {
    let mut changes = Changes::default();
    for (id, lanes) in running {
        if wanted.get(id) == Some(lanes) {
            changes.keep.push(*id);
        } else {
            changes.close.push(*id);
        }
    }
    changes.create = wanted;
    for id in &changes.keep {
        changes.create.remove(id);
    }
    changes
}

/// The worker for each new task: the one with the fewest, the first of equals.
pub(crate) fn place(new: &TaskLanes, mut loads: Vec<usize>) -> BTreeMap<TaskId, usize> {
    let mut placed = BTreeMap::new();
    for id in new.keys() {
        let workers = loads.iter_mut().enumerate();
        if let Some((worker, load)) = workers.min_by_key(|(_, load)| **load) {
            *load += 1;
            placed.insert(*id, worker);
        }
    }
    placed
}

#[cfg(test)]
mod tests {
    use headwater_core::prelude::*;
    use headwater_core::record::Partition;

    use super::*;

    fn partition(topic: &str, index: i32) -> TopicPartition {
        TopicPartition::new(topic, Partition::new(index))
    }

    fn task(subtopology: u32, index: i32) -> TaskId {
        TaskId {
            subtopology,
            partition: Partition::new(index),
        }
    }

    fn two_subtopologies() -> Topology {
        let builder = StreamsBuilder::new();
        builder
            .stream_of_topics(["a", "b"], Consumed::with(Utf8, Utf8))
            .repartition(Repartitioned::with(Utf8, Utf8).named("again"))
            .to("out", Produced::with(Utf8, Utf8));
        builder.build().unwrap()
    }

    #[test]
    fn equal_partition_numbers_of_one_subtopology_make_one_task() {
        let owned = [
            partition("a", 0),
            partition("a", 1),
            partition("app-again-repartition", 0),
            partition("b", 0),
            partition("stranger", 0),
        ];
        let tasks = tasks_of(&two_subtopologies(), "app", &owned.into());
        let expected: TaskLanes = [
            (task(0, 0), vec![partition("a", 0), partition("b", 0)]),
            (task(0, 1), vec![partition("a", 1)]),
            (task(1, 0), vec![partition("app-again-repartition", 0)]),
        ]
        .into();
        assert_eq!(tasks, expected);
    }

    #[test]
    fn only_tasks_whose_lanes_change_are_touched() {
        let running: TaskLanes = [
            (task(0, 0), vec![partition("a", 0)]),
            (task(0, 1), vec![partition("a", 1)]),
            (task(0, 2), vec![partition("a", 2)]),
        ]
        .into();
        let wanted: TaskLanes = [
            (task(0, 0), vec![partition("a", 0)]),
            (task(0, 1), vec![partition("a", 1), partition("b", 1)]),
            (task(0, 3), vec![partition("a", 3)]),
        ]
        .into();
        let changes = changes(&running, wanted);
        assert_eq!(changes.keep, [task(0, 0)]);
        assert_eq!(changes.close, [task(0, 1), task(0, 2)]);
        assert_eq!(
            changes.create.into_keys().collect::<Vec<_>>(),
            [task(0, 1), task(0, 3)]
        );
    }

    #[test]
    fn new_tasks_go_to_the_least_loaded_worker() {
        let new: TaskLanes = (0..3).map(|index| (task(0, index), Vec::new())).collect();
        let placed = place(&new, vec![2, 0]);
        assert_eq!(placed.into_values().collect::<Vec<_>>(), [1, 1, 0]);
    }
}
