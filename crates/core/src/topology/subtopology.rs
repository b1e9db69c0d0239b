//! Sub-topologies: the parts that share no memory, only topics, and run as tasks of their own.

use std::fmt;

use super::graph::{NodeId, OffsetReset, SourceTopics};
use crate::record::Partition;

/// A task: one sub-topology on one partition; shown as Kafka shows it, `0_3`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TaskId {
    /// Which sub-topology.
    pub subtopology: u32,
    /// Which partition of its source topics.
    pub partition: Partition,
}

impl TaskId {
    /// What fills the global stores of an instance: no task of any sub-topology, shown as
    /// `global`.
    pub const GLOBAL: Self = Self {
        subtopology: u32::MAX,
        partition: Partition::new(-1),
    };
}

impl fmt::Display for TaskId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::GLOBAL {
            return f.write_str("global");
        }
        write!(f, "{}_{}", self.subtopology, self.partition)
    }
}

/// One source of a sub-topology.
#[derive(Clone, Debug)]
pub struct SubtopologySource {
    pub(crate) node: NodeId,
    /// What it reads.
    pub topics: SourceTopics,
    /// Where it starts when nothing is committed; `None` for `auto.offset.reset`.
    pub reset: Option<OffsetReset>,
}

impl SubtopologySource {
    /// Whether it reads this topic, whose name is as on the cluster.
    pub fn reads(&self, topic: &str, application_id: &str) -> bool {
        match &self.topics {
            SourceTopics::Named(names) => names.iter().any(|name| name == topic),
            SourceTopics::Internal(name) => topic
                .strip_prefix(application_id)
                .and_then(|rest| rest.strip_prefix('-'))
                .is_some_and(|rest| rest == name),
            SourceTopics::Pattern(pattern) => {
                !is_internal(topic, application_id) && matches_whole(pattern, topic)
            }
        }
    }
}

/// A part of the topology that runs as one task per partition.
#[derive(Clone, Debug)]
pub struct Subtopology {
    /// Its id: the number in `describe()`.
    pub id: u32,
    /// Where its records come from.
    pub sources: Vec<SubtopologySource>,
    /// Internal topics it writes, without the application id before the names.
    pub internal_sinks: Vec<String>,
    /// Its stores, those upstream first.
    pub stores: Vec<String>,
    pub(crate) nodes: Vec<usize>,
}

/// Whether a topic is one that the library makes for this application.
fn is_internal(topic: &str, application_id: &str) -> bool {
    let name = topic.strip_prefix(application_id);
    name.is_some_and(|name| {
        name.starts_with('-') && (name.ends_with("-repartition") || name.ends_with("-changelog"))
    })
}

/// Whether a pattern matches the whole of a topic's name. Patterns are checked when the
/// topology is built, so an invalid one matches nothing here.
pub(crate) fn matches_whole(pattern: &str, topic: &str) -> bool {
    regex_lite::Regex::new(&format!("^(?:{pattern})$")).is_ok_and(|regex| regex.is_match(topic))
}
