//! The nodes of a stream-stream join, in Kafka Streams' order (`KStreamImpl.doJoin`,
//! `KStreamImplJoin`).

use std::any::TypeId;
use std::rc::Rc;
use std::sync::Arc;

use super::names::{Names, NodeNames};
use super::self_join::JoinWithItself;
use super::side::{Alone, JoinRecords, LeftSide, RightSide, Side};
use super::stores::{Stores, declare_stores};
use super::unjoined::Unjoined;
use super::window::KeepForPartners;
use super::{Joiner, Options, Unmatched, sides};
use crate::codec::SharedCodec;
use crate::dsl::KStream;
use crate::operator::idle::{Noted, WhenIdle};
use crate::operator::join::repartition::{TopicName, for_join};
use crate::processor::Sink;
use crate::store::{EncodedRow, WindowRows};
use crate::time::Timestamp;
use crate::topology::{Graph, NodeId, NodeKind, SelfJoin, Stages, Wired, Wiring};

const REMEDY: &str = "StreamJoined::named";

/// Adds a join of two streams.
pub(super) fn declare<'b, K, L, R, O>(
    streams: (KStream<'b, K, L>, KStream<'b, K, R>),
    joiner: Arc<Joiner<K, L, R, O>>,
    unmatched: Unmatched,
    options: &Options<K, L, R>,
) -> KStream<'b, K, O>
where
    K: Clone + 'static,
    L: 'static,
    R: 'static,
    O: 'static,
{
    let (left, right) = sides(streams.0, streams.1);
    let node = left.builder.with_graph(|graph| {
        graph.check(options.windows.check());
        let topic = |suffix| TopicName {
            given: options.name.as_ref().map(|name| format!("{name}{suffix}")),
            remedy: REMEDY,
        };
        let (key, values) = (&options.key, (&options.left, &options.right));
        let left = for_join(graph, left.node, topic("-left"), key, values.0);
        let right = for_join(graph, right.node, topic("-right"), key, values.1);
        let mut sources = graph.node(left).sources.clone();
        sources.extend(&graph.node(right).sources);
        graph.copartitioned.push(sources);
        let names = Names::next(graph, unmatched, options);
        let join = Join {
            joiner,
            unmatched,
            options,
            stores: declare_stores(graph, names.stores, options),
        };
        join.add(graph, (left, right), names.nodes)
    });
    KStream::new(left.builder, node)
}

/// A join while its nodes are added.
struct Join<'o, K, L, R, O> {
    joiner: Arc<Joiner<K, L, R, O>>,
    unmatched: Unmatched,
    options: &'o Options<K, L, R>,
    stores: Stores,
}

impl<K: Clone + 'static, L: 'static, R: 'static, O: 'static> Join<'_, K, L, R, O> {
    fn add(self, graph: &mut Graph, streams: (NodeId, NodeId), names: NodeNames) -> NodeId {
        let processor = || NodeKind::Processor;
        let (key, stores) = (&self.options.key, &self.stores);
        let stages = keep::<K, L>(key, &stores.left);
        let windowed_left = graph.add(names.windowed_left, &[streams.0], processor(), stages);
        graph.connect(windowed_left, [stores.left.clone()]);
        let stages = keep::<K, R>(key, &stores.right);
        let windowed_right = graph.add(names.windowed_right, &[streams.1], processor(), stages);
        graph.connect(windowed_right, [stores.right.clone()]);

        let alone = match self.unmatched {
            Unmatched::Neither => (Alone::NoResult, Alone::NoResult),
            Unmatched::Left => (Alone::Result, Alone::NoResult),
            Unmatched::Both => (Alone::Result, Alone::Result),
        };
        let side = self.side::<LeftSide>(&self.options.left, &stores.right, alone, None);
        // Kafka Streams writes the rest of a join as one node, which comes after both sides.
        let join_left = graph.add_with_lookups(
            names.join_left,
            &[windowed_left],
            &[windowed_right],
            processor(),
            side,
        );
        let stages = self.side::<RightSide>(
            &self.options.right,
            &stores.left,
            (alone.1, alone.0),
            Some(join_left),
        );
        let join_right = graph.add(names.join_right, &[windowed_right], processor(), stages);
        for (node, partners) in [(join_left, &stores.right), (join_right, &stores.left)] {
            graph.connect(node, [partners.clone()]);
            graph.connect(node, stores.unjoined.clone());
            graph.node_mut(node).traits.takes_null_keys = self.unmatched != Unmatched::Neither;
        }
        let pass = Stages::sink(|wiring, node| Wired::new(wiring.downstream::<K, O>(node)));
        let inputs = [join_left, join_right];
        let merge = graph.add(names.merge, &inputs, processor(), pass);
        if TypeId::of::<L>() == TypeId::of::<R>() {
            graph.self_joins.push(SelfJoin {
                windowed_left,
                windowed_right,
                join_left,
                join_right,
                merge,
                store: self.stores.left.clone(),
                stages: self.with_itself(),
            });
        }
        merge
    }

    /// One side of the join. Both share what waits for a partner, under the left side's node.
    fn side<S: Side<L, R>>(
        &self,
        value: &SharedCodec<S::This>,
        partners: &str,
        (alone, others_alone): (Alone, Alone),
        shared_by: Option<NodeId>,
    ) -> Stages {
        let (joiner, windows) = (Arc::clone(&self.joiner), self.options.windows);
        let (key, value) = (
            SharedCodec::clone(&self.options.key),
            SharedCodec::clone(value),
        );
        let (partners, waiting) = (partners.to_owned(), self.stores.unjoined.clone());
        let idle = self.options.idle;
        Stages::sink(move |wiring, node| {
            let unjoined = waiting.as_ref().map(|name| wiring.store(name));
            let emit_every = wiring.graph().settings.emit_unjoined_every;
            let unjoined = wiring.common(shared_by.unwrap_or(node), || {
                Unjoined::new(unjoined, windows, emit_every)
            });
            let seen = Rc::clone(&unjoined.borrow().seen);
            let make = |wiring: &mut Wiring<'_>| JoinRecords::<S, K, L, R, O> {
                joiner: Arc::clone(&joiner),
                key: SharedCodec::clone(&key),
                value: SharedCodec::clone(&value),
                windows: S::windows(windows),
                alone,
                others_alone,
                partners: wiring.store(&partners),
                unjoined,
                name: wiring.name_of(node).to_owned(),
                next: wiring.downstream(node),
            };
            match (&waiting, shared_by) {
                // The left side closes what waits on either.
                (Some(store), None) => {
                    WhenIdle::new(store, idle, seen).wire::<K, S::This, _>(wiring, make)
                }
                (Some(_), Some(_)) if idle.is_some() => {
                    let next: Box<dyn Sink<K, S::This>> = Box::new(make(wiring));
                    Wired::new::<K, S::This>(Box::new(Noted { seen, next }))
                }
                _ => Wired::new::<K, S::This>(Box::new(make(wiring))),
            }
        })
    }

    /// What the join is if both sides are one stream.
    fn with_itself(&self) -> Stages {
        let (joiner, windows) = (Arc::clone(&self.joiner), self.options.windows);
        let (key, value) = (
            SharedCodec::clone(&self.options.key),
            SharedCodec::clone(&self.options.left),
        );
        let store = self.stores.left.clone();
        Stages::sink(move |wiring, node| {
            Wired::new::<K, L>(Box::new(JoinWithItself {
                joiner: Arc::clone(&joiner),
                key: SharedCodec::clone(&key),
                value: SharedCodec::clone(&value),
                windows,
                store: wiring.store(&store),
                stream_ms: Timestamp::UNKNOWN.as_millis(),
                name: wiring.name_of(node).to_owned(),
                next: wiring.downstream(node),
            }))
        })
    }
}

/// What keeps the records of a side in its store.
fn keep<K: 'static, V: 'static>(key: &SharedCodec<K>, store: &str) -> Stages {
    let (key, store) = (SharedCodec::clone(key), store.to_owned());
    Stages::sink(move |wiring, node| {
        Wired::new::<K, V>(Box::new(KeepForPartners {
            key: SharedCodec::clone(&key),
            store: wiring.store::<WindowRows<K, V>>(&store),
            row: EncodedRow::default(),
            name: wiring.name_of(node).to_owned(),
            next: wiring.downstream(node),
        }))
    })
}
