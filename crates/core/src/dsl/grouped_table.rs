//! The handle to a table whose rows are grouped by a key of their own.

use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;
use std::rc::Rc;

use super::StreamsBuilder;
use crate::codec::SharedCodec;
use crate::processor::tee_of;
use crate::record::Change;
use crate::topology::{NodeId, TeeOf};

/// A table grouped by a new key, to be aggregated: when a row changes, its old value is taken
/// out of its old group and its new value is put into its new one.
///
/// Semantics: `org.apache.kafka.streams.kstream.KGroupedTable`.
pub struct KGroupedTable<'b, K, V> {
    pub(crate) builder: &'b StreamsBuilder,
    pub(crate) node: NodeId,
    pub(crate) key: SharedCodec<K>,
    pub(crate) value: SharedCodec<V>,
    /// The name of the group, which names its repartition topic.
    pub(crate) name: Option<String>,
    /// The repartition that the first aggregation of it made.
    pub(crate) repartitioned: Rc<Cell<Option<NodeId>>>,
    /// Known once it was cloned: how its updates are.
    pub(crate) tee: Rc<Cell<Option<TeeOf>>>,
    types: PhantomData<fn() -> (K, V)>,
}

impl<'b, K: 'static, V: 'static> KGroupedTable<'b, K, V> {
    pub(crate) fn new(
        builder: &'b StreamsBuilder,
        node: NodeId,
        key: SharedCodec<K>,
        value: SharedCodec<V>,
        name: Option<String>,
    ) -> Self {
        Self {
            builder,
            node,
            key,
            value,
            name,
            repartitioned: Rc::default(),
            tee: Rc::default(),
            types: PhantomData,
        }
    }
}

impl<K: Clone + 'static, V: Clone + 'static> Clone for KGroupedTable<'_, K, V> {
    /// Another handle to the same group: both aggregations get every update.
    fn clone(&self) -> Self {
        self.builder.with_graph(|graph| {
            graph.allow_tee(self.node, Box::new(tee_of::<K, Change<V>>));
        });
        self.tee.set(Some(tee_of::<K, Change<V>>));
        Self {
            builder: self.builder,
            node: self.node,
            key: SharedCodec::clone(&self.key),
            value: SharedCodec::clone(&self.value),
            name: self.name.clone(),
            repartitioned: Rc::clone(&self.repartitioned),
            tee: Rc::clone(&self.tee),
            types: PhantomData,
        }
    }
}

impl<K, V> fmt::Debug for KGroupedTable<'_, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KGroupedTable")
            .field("node", &self.node.0)
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
