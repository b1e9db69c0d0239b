//! The handle to a global table.

use std::fmt;
use std::marker::PhantomData;

use super::StreamsBuilder;
use crate::codec::SharedCodec;
use crate::topology::NodeId;

/// A table that every instance holds whole: the newest value of each key of a topic.
///
/// Streams are joined with it by any key, without repartitioning. Its updates are applied as
/// they are read, in no relation to the times of the records that are joined with them.
///
/// Semantics: `org.apache.kafka.streams.kstream.GlobalKTable`.
pub struct GlobalKTable<'b, K, V> {
    pub(crate) builder: &'b StreamsBuilder,
    pub(crate) node: NodeId,
    /// The codec of its keys.
    pub(crate) key: SharedCodec<K>,
    types: PhantomData<fn() -> V>,
}

impl<'b, K: 'static, V: 'static> GlobalKTable<'b, K, V> {
    pub(crate) const fn new(
        builder: &'b StreamsBuilder,
        node: NodeId,
        key: SharedCodec<K>,
    ) -> Self {
        Self {
            builder,
            node,
            key,
            types: PhantomData,
        }
    }
}

impl<K, V> Clone for GlobalKTable<'_, K, V> {
    /// Another handle to the same table.
    fn clone(&self) -> Self {
        Self {
            builder: self.builder,
            node: self.node,
            key: SharedCodec::clone(&self.key),
            types: PhantomData,
        }
    }
}

impl<K, V> fmt::Debug for GlobalKTable<'_, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GlobalKTable")
            .field("node", &self.node.0)
            .finish_non_exhaustive()
    }
}
