//! The handle to a stream.

use std::any::TypeId;
use std::fmt;
use std::marker::PhantomData;

use super::{Endpoint, StreamsBuilder};
use crate::processor::{Sink, tee_of};
use crate::topology::{NodeId, NodeKind, Stages, Wired};

/// A stream of records with keys `K` and values `V`, as it leaves one node.
///
/// A small handle that borrows its builder. Verbs take it, so feeding two of them needs a
/// `clone`, which is where a record gets cloned when the topology runs.
///
/// Semantics: `org.apache.kafka.streams.kstream.KStream`.
pub struct KStream<'b, K, V> {
    pub(crate) builder: &'b StreamsBuilder,
    pub(crate) node: NodeId,
    types: PhantomData<fn() -> (K, V)>,
}

impl<'b, K: 'static, V: 'static> KStream<'b, K, V> {
    pub(crate) fn new(builder: &'b StreamsBuilder, node: NodeId) -> Self {
        builder.with_graph(|graph| {
            graph.node_mut(node).stream_types = Some(TypeId::of::<(K, V)>());
        });
        Self {
            builder,
            node,
            types: PhantomData,
        }
    }

    /// Names the node this stream leaves, for `describe()` and messages; shifts no generated
    /// name.
    #[must_use]
    pub fn named(self, name: &str) -> Self {
        self.builder.rename(self.node, name);
        self
    }

    /// Does nothing but say what the types are: a place for the compiler to point at.
    ///
    /// ```compile_fail
    /// # use headwater_core::prelude::*;
    /// # let builder = StreamsBuilder::new();
    /// builder.stream("in", Consumed::with(Utf8, I64)).typed::<String, String>();
    /// ```
    #[must_use]
    pub fn typed<K2, V2>(self) -> KStream<'b, K2, V2>
    where
        Self: Into<KStream<'b, K2, V2>>,
    {
        self.into()
    }

    /// Adds a processor node that `make` wires to what follows.
    pub(crate) fn then<K2: 'static, V2: 'static>(
        self,
        prefix: &str,
        make: impl Fn(Box<dyn Sink<K2, V2>>) -> Box<dyn Sink<K, V>> + Send + Sync + 'static,
    ) -> KStream<'b, K2, V2> {
        self.then_named(prefix, move |_, next| make(next))
    }

    /// As [`then`](Self::then), for a node that names itself when a record fails in it.
    pub(crate) fn then_named<K2: 'static, V2: 'static>(
        self,
        prefix: &str,
        make: impl Fn(String, Box<dyn Sink<K2, V2>>) -> Box<dyn Sink<K, V>> + Send + Sync + 'static,
    ) -> KStream<'b, K2, V2> {
        let stages = Stages::sink(move |wiring, node| {
            let name = wiring.name_of(node).to_owned();
            let next = wiring.downstream::<K2, V2>(node);
            Wired::new(make(name, next))
        });
        let kind = NodeKind::Processor;
        let node = self.builder.add(prefix, &[self.node], kind, stages);
        KStream::new(self.builder, node)
    }

    /// Notes that the node this stream leaves may change keys.
    #[must_use]
    pub(crate) fn with_keys_changed(self) -> Self {
        self.builder
            .with_graph(|graph| graph.changes_keys(self.node));
        self
    }

    /// Notes that the node this stream leaves may change values.
    #[must_use]
    pub(crate) fn with_values_changed(self) -> Self {
        self.builder
            .with_graph(|graph| graph.node_mut(self.node).traits.changes_values = true);
        self
    }

    /// Adds a node that nothing follows.
    pub(crate) fn end(
        self,
        prefix: &str,
        make: impl Fn() -> Box<dyn Sink<K, V>> + Send + Sync + 'static,
    ) -> Endpoint<'b> {
        let stages = Stages::sink(move |_, _| Wired::new(make()));
        let kind = NodeKind::Processor;
        let node = self.builder.add(prefix, &[self.node], kind, stages);
        Endpoint::new(self.builder, node)
    }
}

impl<K: Clone + 'static, V: Clone + 'static> Clone for KStream<'_, K, V> {
    /// Another handle to the same stream: what both lead to gets every record.
    fn clone(&self) -> Self {
        self.builder.with_graph(|graph| {
            graph.allow_tee(self.node, Box::new(tee_of::<K, V>));
        });
        Self::new(self.builder, self.node)
    }
}

impl<K, V> fmt::Debug for KStream<'_, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KStream")
            .field("node", &self.node.0)
            .finish_non_exhaustive()
    }
}
