//! The repartition of a stream that is to be joined by keys that were changed.

use std::sync::Arc;

use crate::codec::SharedCodec;
use crate::operator::repartition::{self, Merging, Through};
use crate::topology::{Graph, Keys, NodeId};

/// A stream that is to be joined.
pub(crate) struct Side<'s, K, V> {
    pub(crate) node: NodeId,
    pub(crate) key: &'s SharedCodec<K>,
    pub(crate) value: &'s SharedCodec<V>,
    /// Names the repartition topic; otherwise the stream's node does.
    pub(crate) name: Option<&'s str>,
    /// The call that gives the name.
    pub(crate) remedy: &'static str,
}

impl<K: 'static, V: 'static> Side<'_, K, V> {
    /// The node whose records lie by their keys: the stream's own, or a repartition of it.
    ///
    /// Joins without a name share the newest repartition of their stream, whatever its name, as
    /// in Kafka Streams. Semantics: `KStreamImpl.repartitionForJoin`.
    pub(crate) fn by_key(&self, graph: &mut Graph) -> NodeId {
        let stream = graph.node(self.node);
        if stream.keys == Keys::InPlace {
            return self.node;
        }
        let own_name = stream.name.clone();
        let through = Through {
            name: self.name.map_or_else(|| own_name.clone(), str::to_owned),
            is_named: self.name.is_some(),
            partitions: None,
            merging: Merging::Allowed,
            remedy: self.remedy,
        };
        let made = graph.join_repartitions.get(&self.node).copied();
        if let Some(made) = made.filter(|_| through.name == own_name) {
            // The numbers are taken all the same.
            repartition::names(graph, &through);
            return made;
        }
        let stages = repartition::stages::<SharedCodec<K>, SharedCodec<V>>(
            Arc::new(SharedCodec::clone(self.key)),
            Arc::new(SharedCodec::clone(self.value)),
            None,
        );
        let made = repartition::add(graph, self.node, through, stages);
        graph.join_repartitions.insert(self.node, made);
        made
    }
}
