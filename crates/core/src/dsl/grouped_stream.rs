//! The handle to a stream whose records are grouped by key.

use std::cell::Cell;
use std::fmt;
use std::marker::PhantomData;
use std::rc::Rc;

use super::{KStream, StreamsBuilder};
use crate::codec::SharedCodec;
use crate::processor::tee_of;
use crate::topology::{NodeId, TeeOf};

/// A stream grouped by key, to be aggregated.
///
/// Semantics: `org.apache.kafka.streams.kstream.KGroupedStream`.
pub struct KGroupedStream<'b, K, V> {
    pub(crate) builder: &'b StreamsBuilder,
    pub(crate) node: NodeId,
    pub(crate) key: SharedCodec<K>,
    pub(crate) value: SharedCodec<V>,
    /// The name of the group, which names its repartition topic.
    pub(crate) name: Option<String>,
    /// The repartition that the first aggregation of it made.
    pub(crate) repartitioned: Rc<Cell<Option<NodeId>>>,
    /// Known once it was cloned: how its records are.
    pub(crate) tee: Rc<Cell<Option<TeeOf>>>,
    types: PhantomData<fn() -> (K, V)>,
}

impl<'b, K: 'static, V: 'static> KGroupedStream<'b, K, V> {
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

impl<K: Clone + 'static, V: Clone + 'static> Clone for KGroupedStream<'_, K, V> {
    /// Another handle to the same group: both aggregations get every record.
    fn clone(&self) -> Self {
        let stream = KStream::<K, V>::new(self.builder, self.node);
        let _ = stream.clone();
        self.tee.set(Some(tee_of::<K, V>));
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

impl<K, V> fmt::Debug for KGroupedStream<'_, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KGroupedStream")
            .field("node", &self.node.0)
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
