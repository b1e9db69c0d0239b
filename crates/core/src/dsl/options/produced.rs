//! How a topic is written.

use std::fmt;

use crate::codec::Codec;
use crate::partition::{Partitioner, Partitioning};

/// How a topic is written: codecs and partitioner.
///
/// Without a partitioner the key bytes decide, by murmur2, as for Java producers; records
/// without a key go to any partition.
///
/// Semantics: `org.apache.kafka.streams.kstream.Produced`.
#[must_use]
pub struct Produced<KC: Codec, VC: Codec> {
    pub(crate) key: KC,
    pub(crate) value: VC,
    pub(crate) partitioner: Option<Partitioner<KC::Item, VC::Item>>,
    pub(crate) name: Option<String>,
}

impl<KC: Codec, VC: Codec> Produced<KC, VC> {
    /// Writes keys and values with these codecs.
    pub const fn with(key: KC, value: VC) -> Self {
        Self {
            key,
            value,
            partitioner: None,
            name: None,
        }
    }

    /// Chooses the partition of each record.
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

    /// Names the sink node.
    pub fn named(self, name: impl Into<String>) -> Self {
        Self {
            name: Some(name.into()),
            ..self
        }
    }
}

impl<KC: Codec, VC: Codec> fmt::Debug for Produced<KC, VC> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Produced")
            .field("name", &self.name)
            .field("partitioner", &self.partitioner.is_some())
            .finish_non_exhaustive()
    }
}
