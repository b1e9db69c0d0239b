//! The Kafka client of Headwater: librdkafka behind the ports of the runtime.
//!
//! [`KafkaCluster`] talks to the cluster that `bootstrap.servers` names;
//! [`EmbeddedBroker`] is a cluster within the process, for a first run and for tests.
//!
//! The address and every other setting of the client are properties of librdkafka, given in the
//! application's configuration; see [`KafkaCluster::new`] for the few that are not free.

mod admin;
mod batch;
mod cluster;
mod committer;
mod consumer;
mod embedded;
mod error;
mod native;
mod pattern;
mod producer;
mod properties;

pub use cluster::KafkaCluster;
pub use embedded::{EmbeddedBroker, EmbeddedCluster};
