//! What this instance runs now: its tasks, and where the records of its partitions go.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use headwater_core::record::{Offset, TopicPartition};
use headwater_core::topology::TaskId;

use super::TaskLanes;
use crate::thread::flow::Flow;

/// Where the records of a partition go.
pub(crate) struct Route {
    pub(crate) task: TaskId,
    pub(crate) lane: usize,
    pub(crate) worker: usize,
    pub(crate) flow: Arc<Flow>,
    /// The record after the last one handed over.
    pub(crate) next_fetch: Option<Offset>,
    /// The position last known to be committed, if any.
    pub(crate) committed: Option<Offset>,
}

/// The tasks of this instance and the routes of its partitions.
#[derive(Default)]
pub(crate) struct Assignment {
    pub(crate) tasks: TaskLanes,
    pub(crate) worker_of: BTreeMap<TaskId, usize>,
    pub(crate) routes: HashMap<TopicPartition, Route>,
    pub(crate) paused: BTreeSet<TopicPartition>,
    /// Tasks between an eager revoke and the assign that follows.
    pub(crate) suspended: BTreeSet<TaskId>,
}
