//! Topics: looking them up, creating them, trimming them.

use std::time::Duration;

use headwater_core::record::{Offset, TopicPartition};

use super::ClientError;

/// A topic to create.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewTopic {
    /// Its name.
    pub name: String,
    /// How many partitions.
    pub partitions: u32,
    /// How many replicas; `None` is the broker's default.
    pub replication_factor: Option<u16>,
    /// Topic configuration, by key.
    pub config: Vec<(String, String)>,
}

/// A topic as the cluster knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopicDescription {
    /// Its name.
    pub name: String,
    /// How many partitions it has.
    pub partitions: u32,
}

/// Administers topics. Calls block until the cluster answers or `timeout` is over.
pub trait Admin: Send {
    /// Every topic there is.
    ///
    /// # Errors
    /// If no broker answers in time.
    fn topics(&self, timeout: Duration) -> Result<Vec<TopicDescription>, ClientError>;

    /// The topics of these names, in their order; `None` where there is no such topic. Never
    /// creates one.
    ///
    /// # Errors
    /// If no broker answers in time, or a topic may not be described.
    fn describe(
        &self,
        names: &[&str],
        timeout: Duration,
    ) -> Result<Vec<Option<TopicDescription>>, ClientError>;

    /// Creates topics; one that exists already is left as it is and is no error.
    ///
    /// # Errors
    /// If one cannot be created.
    fn create(&self, topics: &[NewTopic], timeout: Duration) -> Result<(), ClientError>;

    /// Deletes the records before these offsets (repartition topics, once committed).
    ///
    /// # Errors
    /// If one partition refuses.
    fn delete_records(
        &self,
        before: &[(TopicPartition, Offset)],
        timeout: Duration,
    ) -> Result<(), ClientError>;
}
