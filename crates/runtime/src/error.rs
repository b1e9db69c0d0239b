//! Why an application cannot start or could not go on.

use headwater_core::topology::TaskId;

use crate::port::ClientError;
use crate::task::TaskError;
use crate::topics::CopartitionError;

/// Why an application cannot start or could not go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AppError {
    /// The configuration is refused.
    #[error("the configuration is not valid: {0}")]
    Config(Box<dyn std::error::Error + Send + Sync>),
    /// No broker was reached in time.
    #[error("no broker could be reached at {address} within {waited_s} s: {source}")]
    Unreachable {
        /// What was tried.
        address: String,
        /// For how long, in seconds.
        waited_s: u64,
        /// The last answer of the client.
        source: ClientError,
    },
    /// Topics that the topology reads are not there.
    #[error(
        "the input topics {} are not there; create them before the application starts",
        .topics.join(", ")
    )]
    MissingTopics {
        /// Their names.
        topics: Vec<String>,
    },
    /// Topics that are joined have different numbers of partitions.
    #[error(transparent)]
    NotCopartitioned(CopartitionError),
    /// An internal topic is there with another number of partitions.
    #[error(
        "internal topic {topic} has {actual} partitions and needs {expected}; stop every instance, \
         delete the topic once it is drained, or ask for {actual} partitions in the topology"
    )]
    InternalTopicPartitions {
        /// Its name.
        topic: String,
        /// How many it needs.
        expected: u32,
        /// How many it has.
        actual: u32,
    },
    /// The topology keeps state, which an application cannot yet survive a restart with.
    #[error(
        "the topology keeps state in {}; stateful topologies run on the test driver only, until \
         an application can restore them",
        .stores.join(", ")
    )]
    Stateful {
        /// Its stores.
        stores: Vec<String>,
    },
    /// Nothing is committed for a partition whose source is to fail then.
    #[error(
        "nothing is committed for {partition}, and its source resets nowhere; commit a position, \
         or choose another offset reset"
    )]
    NoPosition {
        /// The partition.
        partition: String,
    },
    /// A client failed.
    #[error("{doing}: {source}")]
    Client {
        /// What it was to do.
        doing: String,
        /// What it answered.
        source: ClientError,
    },
    /// A task stopped and the policy is to shut down.
    #[error("task {task} stopped: {source}")]
    Task {
        /// Which task.
        task: TaskId,
        /// Why.
        source: TaskError,
    },
    /// A worker could not send or commit.
    #[error("worker {worker} cannot go on: {source}")]
    Worker {
        /// Which worker thread, from 0.
        worker: usize,
        /// Why.
        source: ClientError,
    },
    /// A thread of the library ended by a panic: a bug to report.
    #[error("thread {0} panicked")]
    Thread(String),
}

impl AppError {
    pub(crate) fn client(doing: impl Into<String>) -> impl FnOnce(ClientError) -> Self {
        let doing = doing.into();
        move |source| Self::Client { doing, source }
    }
}
