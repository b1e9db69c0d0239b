//! Repartitioning a stream whose keys were changed before it is joined.

use std::sync::Arc;

use crate::codec::SharedCodec;
use crate::operator::repartition::{self, Merging, Through};
use crate::topology::{Graph, Keys, NodeId};

/// The name that a join gives to a repartition topic, and the call that gives it.
pub(crate) struct TopicName {
    /// `None` if the program named nothing: the topic is called after the stream then.
    pub(crate) given: Option<String>,
    pub(crate) remedy: &'static str,
}

/// The node whose records are joined: the stream's own, or a repartition of it.
///
/// A stream that is joined several times without a name is repartitioned once; the numbers are
/// taken all the same (`KStreamImpl.repartitionForJoin`).
pub(crate) fn for_join<K: 'static, V: 'static>(
    graph: &mut Graph,
    stream: NodeId,
    name: TopicName,
    key: &SharedCodec<K>,
    value: &SharedCodec<V>,
) -> NodeId {
    if graph.node(stream).keys == Keys::InPlace {
        return stream;
    }
    let own = &graph.node(stream).name;
    let is_own = name.given.as_ref().is_none_or(|given| given == own);
    let topic = Through {
        is_named: name.given.is_some(),
        name: name.given.unwrap_or_else(|| own.clone()),
        partitions: None,
        merging: Merging::Allowed,
        remedy: name.remedy,
    };
    let made = graph.repartitioned_for_join.get(&stream).copied();
    if let Some(made) = made.filter(|_| is_own) {
        repartition::names(graph, &topic);
        return made;
    }
    let stages = repartition::stages::<SharedCodec<K>, SharedCodec<V>>(
        Arc::new(SharedCodec::clone(key)),
        Arc::new(SharedCodec::clone(value)),
        None,
    );
    let node = repartition::add(graph, stream, &topic, stages);
    graph.repartitioned_for_join.insert(stream, node);
    node
}
