//! Writing: topics resolved once, records sent in bursts, one flush per commit.

use std::time::Duration;

use headwater_core::record::OutputRecord;

use super::ClientError;

/// A topic that a [`Producer`] has resolved, valid for that producer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TopicHandle(pub u32);

/// Writes records. Belongs to one worker thread.
pub trait Producer: Send {
    /// Resolves a topic, so that sending looks nothing up.
    ///
    /// # Errors
    /// If the name is no topic name.
    fn topic(&mut self, name: &str) -> Result<TopicHandle, ClientError>;

    /// How many partitions the topic has, for partitioners of the user.
    ///
    /// # Errors
    /// If the topic is not there or no broker answers in time.
    fn partitions(&mut self, name: &str) -> Result<u32, ClientError>;

    /// Hands over one record; copies it. Order per partition is the order of calls. Waits while
    /// the client's queue is full.
    ///
    /// # Errors
    /// If this record cannot be sent, or an earlier one could not be delivered. After an error
    /// nothing may be committed that depends on records sent since the last
    /// [`flush`](Self::flush).
    fn send(&mut self, topic: TopicHandle, record: &OutputRecord<'_>) -> Result<(), ClientError>;

    /// Waits until every record sent is acknowledged.
    ///
    /// # Errors
    /// If one could not be delivered, or `timeout` is over before all were.
    fn flush(&mut self, timeout: Duration) -> Result<(), ClientError>;
}
