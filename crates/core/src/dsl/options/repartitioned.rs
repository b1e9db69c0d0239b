//! How a stream is repartitioned.

use std::fmt;

use crate::codec::Codec;
use crate::partition::{Partitioner, Partitioning};

/// How a stream goes through a topic of the library's own, to be partitioned anew.
///
/// The topic is called `<application id>-<name>-repartition`.
///
/// Semantics: `org.apache.kafka.streams.kstream.Repartitioned` (KIP-221).
#[must_use]
pub struct Repartitioned<KC: Codec, VC: Codec> {
    pub(crate) key: KC,
    pub(crate) value: VC,
    pub(crate) name: Option<String>,
    pub(crate) partitions: Option<u32>,
    pub(crate) partitioner: Option<Partitioner<KC::Item, VC::Item>>,
}

impl<KC: Codec, VC: Codec> Repartitioned<KC, VC> {
    /// Writes and reads the topic with these codecs.
    pub const fn with(key: KC, value: VC) -> Self {
        Self {
            key,
            value,
            name: None,
            partitions: None,
            partitioner: None,
        }
    }

    /// Names the topic and its nodes. Without a name the topology is refused, unless it was
    /// begun with [`StreamsBuilder::with_generated_names`](crate::dsl::StreamsBuilder::with_generated_names).
    pub fn named(self, name: impl Into<String>) -> Self {
        Self {
            name: Some(name.into()),
            ..self
        }
    }

    /// How many partitions the topic has; otherwise as many as the largest topic that feeds it.
    pub fn partitions(self, partitions: u32) -> Self {
        Self {
            partitions: Some(partitions),
            ..self
        }
    }

    /// Chooses the partition of each record; otherwise murmur2 of the key bytes does.
    ///
    /// `choose` is asked with the key, the value, the topic's name and how many partitions it
    /// has.
    pub fn partitioner(
        self,
        choose: impl Fn(&KC::Item, &VC::Item, &str, u32) -> Partitioning + Send + Sync + 'static,
    ) -> Self {
        Self {
            partitioner: Some(Partitioner::new(choose)),
            ..self
        }
    }
}

impl<KC: Codec, VC: Codec> fmt::Debug for Repartitioned<KC, VC> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Repartitioned")
            .field("name", &self.name)
            .field("partitions", &self.partitions)
            .finish_non_exhaustive()
    }
}
