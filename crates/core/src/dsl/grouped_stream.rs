//! The handle to a stream whose records are grouped by key.

use std::cell::Cell;
use std::fmt;
use std::rc::Rc;

use super::StreamsBuilder;
use crate::codec::SharedCodec;
use crate::processor::tee_of;
use crate::topology::{Graph, NodeId, TeeOf};

/// A stream grouped by key, to be aggregated.
///
/// Semantics: `org.apache.kafka.streams.kstream.KGroupedStream`.
pub struct KGroupedStream<'b, K, V> {
    pub(crate) builder: &'b StreamsBuilder,
    pub(crate) grouping: Grouping<K, V>,
}

/// What is grouped, and how.
pub(crate) struct Grouping<K, V> {
    pub(crate) node: NodeId,
    pub(crate) key: SharedCodec<K>,
    pub(crate) value: SharedCodec<V>,
    /// The name of the group, which names its repartition topic.
    pub(crate) name: Option<String>,
    /// The repartition that the first aggregation of it made.
    pub(crate) repartitioned: Rc<Cell<Option<NodeId>>>,
    /// Known once it was cloned: how its records are.
    pub(crate) tee: Rc<Cell<Option<TeeOf>>>,
}

impl<'b, K: 'static, V: 'static> KGroupedStream<'b, K, V> {
    pub(crate) fn new(
        builder: &'b StreamsBuilder,
        node: NodeId,
        key: SharedCodec<K>,
        value: SharedCodec<V>,
        name: Option<String>,
    ) -> Self {
        let grouping = Grouping {
            node,
            key,
            value,
            name,
            repartitioned: Rc::default(),
            tee: Rc::default(),
        };
        Self { builder, grouping }
    }
}

impl<K: Clone + 'static, V: Clone + 'static> Grouping<K, V> {
    /// Lets several aggregations have its records.
    pub(crate) fn allow_tee(&self, graph: &mut Graph) {
        graph.allow_tee(self.node, Box::new(tee_of::<K, V>));
        self.tee.set(Some(tee_of::<K, V>));
    }
}

impl<K: Clone + 'static, V: Clone + 'static> Clone for KGroupedStream<'_, K, V> {
    /// Another handle to the same group: both aggregations get every record.
    fn clone(&self) -> Self {
        let of = &self.grouping;
        self.builder.with_graph(|graph| of.allow_tee(graph));
        Self {
            builder: self.builder,
            grouping: Grouping {
                node: of.node,
                key: SharedCodec::clone(&of.key),
                value: SharedCodec::clone(&of.value),
                name: of.name.clone(),
                repartitioned: Rc::clone(&of.repartitioned),
                tee: Rc::clone(&of.tee),
            },
        }
    }
}

impl<K, V> fmt::Debug for KGroupedStream<'_, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KGroupedStream")
            .field("node", &self.grouping.node.0)
            .field("name", &self.grouping.name)
            .finish_non_exhaustive()
    }
}
