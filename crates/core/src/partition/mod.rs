//! Which partition a record goes to: murmur2 of its key, or what the user's closure says.

mod murmur2;

use std::fmt;
use std::sync::Arc;

pub use murmur2::{murmur2, partition_for_key};

use crate::record::Partition;

/// Where a [`Partitioner`] sends a record.
///
/// Semantics: what `org.apache.kafka.streams.processor.StreamPartitioner.partitions` returns
/// (KIP-837).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Partitioning {
    /// Where its key bytes say, as without a partitioner (Java: an empty `Optional`).
    Default,
    /// To one partition.
    To(Partition),
    /// To each of these partitions (Java: a set); the same as `Drop` if there is none.
    ToAll(Vec<Partition>),
    /// Nowhere (Java: an empty set).
    Drop,
}

impl From<Partition> for Partitioning {
    fn from(partition: Partition) -> Self {
        Self::To(partition)
    }
}

type Choose<K, V> = dyn Fn(&K, &V, &str, u32) -> Partitioning + Send + Sync;

/// Chooses the partition of each record of one sink or repartition topic.
///
/// It must be a pure function of what it is given: it is shared by all tasks, and two records of
/// one key that it sends to different partitions lose their order. Cloning shares the closure.
///
/// Semantics: `org.apache.kafka.streams.processor.StreamPartitioner`.
///
/// ```
/// use headwater_core::partition::{Partitioner, Partitioning};
/// use headwater_core::record::Partition;
///
/// let by_alarm = Partitioner::<String, bool>::new(|_device, alarm, _topic, _partitions| {
///     if *alarm { Partitioning::To(Partition::new(0)) } else { Partitioning::Default }
/// });
/// let pump = "pump-7".to_owned();
/// assert_eq!(by_alarm.choose(&pump, &true, "events", 6), Partitioning::To(Partition::new(0)));
/// assert_eq!(by_alarm.choose(&pump, &false, "events", 6), Partitioning::Default);
/// ```
pub struct Partitioner<K, V>(Arc<Choose<K, V>>);

impl<K, V> Partitioner<K, V> {
    /// Asks `choose` with the key, the value, the topic's name and how many partitions it has.
    ///
    /// A partition from that count on, or a negative one, is a failure of the record.
    pub fn new<F>(choose: F) -> Self
    where
        F: Fn(&K, &V, &str, u32) -> Partitioning + Send + Sync + 'static,
    {
        Self(Arc::new(choose))
    }

    /// Where a record goes.
    pub fn choose(&self, key: &K, value: &V, topic: &str, partitions: u32) -> Partitioning {
        (self.0)(key, value, topic, partitions)
    }
}

// A derive would ask the same of `K` and `V`, of which no value is kept.
impl<K, V> Clone for Partitioner<K, V> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<K, V> fmt::Debug for Partitioner<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Partitioner").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type ByNumber = Partitioner<u64, String>;

    fn choose(partitioner: &ByNumber, key: u64) -> Partitioning {
        partitioner
            .clone()
            .choose(&key, &"value".to_owned(), "topic", 4)
    }

    #[test]
    fn closure_sees_key_value_topic_and_count() {
        let to = choose(
            &ByNumber::new(|key, value, topic, partitions| {
                assert_eq!((value.as_str(), topic), ("value", "topic"));
                Partition::new(i32::try_from(key % u64::from(partitions)).unwrap()).into()
            }),
            6,
        );
        assert_eq!(to, Partitioning::To(Partition::new(2)));
    }

    #[test]
    fn record_can_go_everywhere_or_nowhere() {
        let everywhere = ByNumber::new(|_, _, _, partitions| {
            let count = i32::try_from(partitions).unwrap();
            Partitioning::ToAll((0..count).map(Partition::new).collect())
        });
        assert!(matches!(choose(&everywhere, 1), Partitioning::ToAll(all) if all.len() == 4));
        assert_eq!(
            choose(&ByNumber::new(|_, _, _, _| Partitioning::Drop), 1),
            Partitioning::Drop
        );
    }
}
