//! The handle to a table.

use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;

use super::StreamsBuilder;
use crate::codec::SharedCodec;
use crate::processor::tee_of;
use crate::record::Change;
use crate::topology::NodeId;

/// A table: the newest value of each key, as it leaves one node.
///
/// A small handle that borrows its builder. Verbs take it, so feeding two of them needs a
/// `clone`. What flows between tables are updates, which carry the old value where somebody
/// downstream needs it; a value of `None` deletes the row.
///
/// Semantics: `org.apache.kafka.streams.kstream.KTable`.
pub struct KTable<'b, K, V> {
    pub(crate) builder: &'b StreamsBuilder,
    pub(crate) node: NodeId,
    /// The codec of its keys: every table has one, whoever made it.
    pub(crate) key: SharedCodec<K>,
    types: PhantomData<fn() -> V>,
}

impl<'b, K: 'static, V: 'static> KTable<'b, K, V> {
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

    /// The node this table leaves, for a verb of this builder.
    pub(crate) fn into_node(self, builder: &StreamsBuilder) -> NodeId {
        builder.own(self.builder, self.node)
    }

    /// Names the node this table leaves, for `describe()` and messages; shifts no generated
    /// name.
    #[must_use]
    pub fn named(self, name: &str) -> Self {
        self.builder.rename(self.node, name);
        self
    }
}

impl<K: Clone + 'static, V: Clone + 'static> Clone for KTable<'_, K, V> {
    /// Another handle to the same table: what both lead to gets every update.
    fn clone(&self) -> Self {
        self.builder.with_graph(|graph| {
            graph.allow_tee(self.node, Box::new(tee_of::<K, Change<V>>));
        });
        Self::new(self.builder, self.node, Arc::clone(&self.key))
    }
}

impl<K, V> fmt::Debug for KTable<'_, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KTable")
            .field("node", &self.node.0)
            .finish_non_exhaustive()
    }
}
