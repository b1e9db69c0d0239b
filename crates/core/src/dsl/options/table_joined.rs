//! How tables are joined by a foreign key.

use std::fmt;
use std::sync::Arc;

use crate::codec::{Codec, SharedCodec};
use crate::record::Partition;

/// Chooses a partition by a key, the topic's name and how many partitions it has.
pub(crate) type ByKey<K> = Arc<dyn Fn(&K, &str, u32) -> Option<Partition> + Send + Sync>;

/// How two tables are joined by a foreign key: the codecs of both sides' values, the name of the
/// join, and how the tables are partitioned.
///
/// Left values are written to be hashed, right values to be sent to the left side; their bytes
/// are part of the format of the join's topics. Keys are written with the codecs of the tables.
///
/// Semantics: `org.apache.kafka.streams.kstream.TableJoined` (KIP-775).
#[must_use]
pub struct TableJoined<K, V, KO, VO> {
    pub(crate) left_value: SharedCodec<V>,
    pub(crate) right_value: SharedCodec<VO>,
    pub(crate) name: Option<String>,
    pub(crate) partitioner: Option<ByKey<K>>,
    pub(crate) other_partitioner: Option<ByKey<KO>>,
}

impl<K, V: 'static, KO, VO: 'static> TableJoined<K, V, KO, VO> {
    /// Writes the values of the left and of the right table with these codecs.
    pub fn with(left: impl Codec<Item = V>, right: impl Codec<Item = VO>) -> Self {
        Self {
            left_value: Arc::new(left),
            right_value: Arc::new(right),
            name: None,
            partitioner: None,
            other_partitioner: None,
        }
    }

    /// Names the join's nodes, its store `<name>-subscription-store` and its topics
    /// `<application id>-<name>-subscription-registration-topic` and
    /// `<application id>-<name>-subscription-response-topic`.
    pub fn named(self, name: impl Into<String>) -> Self {
        Self {
            name: Some(name.into()),
            ..self
        }
    }

    /// How the left table is partitioned, if not by murmur2 of the key bytes; `None` for just
    /// that.
    ///
    /// `choose` is asked with the key, the name of a topic of the join and how many partitions
    /// it has.
    pub fn partitioner<P: Into<Option<Partition>>>(
        self,
        choose: impl Fn(&K, &str, u32) -> P + Send + Sync + 'static,
    ) -> Self {
        Self {
            partitioner: Some(Arc::new(move |key, topic, partitions| {
                choose(key, topic, partitions).into()
            })),
            ..self
        }
    }

    /// How the right table is partitioned, if not by murmur2 of the key bytes; as
    /// [`partitioner`](Self::partitioner).
    pub fn other_partitioner<P: Into<Option<Partition>>>(
        self,
        choose: impl Fn(&KO, &str, u32) -> P + Send + Sync + 'static,
    ) -> Self {
        Self {
            other_partitioner: Some(Arc::new(move |key, topic, partitions| {
                choose(key, topic, partitions).into()
            })),
            ..self
        }
    }
}

impl<K, V, KO, VO> fmt::Debug for TableJoined<K, V, KO, VO> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TableJoined")
            .field("name", &self.name)
            .field("partitioner", &self.partitioner.is_some())
            .field("other_partitioner", &self.other_partitioner.is_some())
            .finish_non_exhaustive()
    }
}
