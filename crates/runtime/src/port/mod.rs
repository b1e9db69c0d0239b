//! What the runtime needs from a Kafka client: traits only, no client library is named here.
//!
//! [`Cluster`] opens the others. One [`Consumer`] per instance is driven by the polling thread;
//! each worker thread has a [`Producer`] of its own; the [`Admin`] prepares topics at start.

mod admin;
mod consumer;
mod error;
mod producer;

pub use admin::{Admin, NewTopic, TopicDescription};
pub use consumer::{
    Assignor, Committed, Consumer, ConsumerEvent, ConsumerSettings, FetchedBatch, OffsetCommitter,
    OffsetToCommit, Rebalance, RebalanceProtocol, StartAt, Subscription, Wake,
};
pub use error::{ClientError, ClientErrorKind};
pub use producer::{Producer, TopicHandle};

/// A Kafka cluster that clients can be opened on.
pub trait Cluster: Send + Sync + 'static {
    /// Address for messages: what the user gave as `bootstrap.servers`.
    fn address(&self) -> &str;

    /// Opens the consumer of an instance.
    ///
    /// # Errors
    /// If a property is refused by the client library. Being out of reach is no error here.
    fn consumer(&self, settings: &ConsumerSettings) -> Result<Box<dyn Consumer>, ClientError>;

    /// Opens the producer of a worker thread.
    ///
    /// # Errors
    /// As for [`consumer`](Self::consumer).
    fn producer(&self) -> Result<Box<dyn Producer>, ClientError>;

    /// Opens an admin client.
    ///
    /// # Errors
    /// As for [`consumer`](Self::consumer).
    fn admin(&self) -> Result<Box<dyn Admin>, ClientError>;
}
