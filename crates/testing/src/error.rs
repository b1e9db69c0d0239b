//! Why a driver refuses.

use headwater_core::codec::CodecError;
use headwater_core::record::{Offset, TopicPartition};
use headwater_core::store::StoreError;
use headwater_core::topology::TaskId;
use headwater_runtime::CopartitionError;
use headwater_runtime::task::TaskError;

/// Why a driver refuses.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DriverError {
    /// A topic that the topology does not read.
    #[error(
        "the topology does not read topic {0}; if a pattern matches it, declare it with \
         `DriverBuilder::topic` before building the driver"
    )]
    NotAnInput(String),
    /// A partition that the topic does not have.
    #[error("there is no partition {0}; declare more with `DriverBuilder::topic`")]
    NoSuchPartition(TopicPartition),
    /// Topics that are joined were declared with different numbers of partitions.
    #[error(transparent)]
    NotCopartitioned(CopartitionError),
    /// A task stopped.
    #[error("task {task} stopped: {source}")]
    Task {
        /// Which task.
        task: TaskId,
        /// Why.
        source: TaskError,
    },
    /// A task stopped before, and nothing goes on until the tasks are started anew.
    #[error(
        "task {0} has stopped; start the tasks anew with `TopologyTestDriver::restart` or `crash`"
    )]
    Stopped(TaskId),
    /// A record of a changelog cannot be put back.
    #[error("cannot restore from topic {topic}, offset {offset}: {source}")]
    Restore {
        /// The changelog.
        topic: String,
        /// Offset of the record.
        offset: Offset,
        /// Why.
        source: StoreError,
    },
    /// The test's codec does not fit.
    #[error("record {index} of topic {topic}: {source}")]
    Codec {
        /// The topic.
        topic: String,
        /// Which record, from 0 in the order of the topic.
        index: usize,
        /// Why.
        source: CodecError,
    },
}
