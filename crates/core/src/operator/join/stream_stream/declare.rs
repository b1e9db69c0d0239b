//! The nodes, names and stores of a stream-stream join, in Kafka Streams' order
//! (`KStreamImpl.doJoin`, `KStreamImplJoin`).

use std::any::TypeId;
use std::sync::Arc;
use std::time::Duration;

use headwater_state::layer::Scans;

use super::self_join::JoinWithItself;
use super::side::{Alone, JoinRecords, LeftSide, RightSide, Side};
use super::unjoined::Unjoined;
use super::window::KeepForPartners;
use super::{Joiner, Options, Unmatched, sides};
use crate::codec::SharedCodec;
use crate::dsl::{KStream, ResolvedName, StoreType};
use crate::operator::join::repartition::{TopicName, for_join};
use crate::store::{
    Caching, Duplicates, EncodedRow, Logged, OpenStore, OuterRows, RowFormat, WindowRows,
    WindowSetup,
};
use crate::time::Timestamp;
use crate::topology::{
    Graph, Logging, NodeId, NodeKind, SelfJoin, Stages, StoreKind, StoreName, StoreNode, Wired,
    validate_name,
};
use crate::window::JoinWindows;

const WINDOWED: &str = "KSTREAM-WINDOWED-";
const MERGE: &str = "KSTREAM-MERGE-";
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

struct NodeNames {
    windowed_left: String,
    windowed_right: String,
    join_left: String,
    join_right: String,
    merge: String,
}

struct StoreNames {
    left: ResolvedName,
    right: ResolvedName,
    unjoined: Option<ResolvedName>,
}

struct Names {
    nodes: NodeNames,
    stores: StoreNames,
}

impl Names {
    /// Takes the numbers, used or not. A side is called outer if the other may lack a partner.
    fn next<K, L, R>(graph: &mut Graph, unmatched: Unmatched, options: &Options<K, L, R>) -> Self {
        let (this, other, shared) = match unmatched {
            Unmatched::Neither => ("KSTREAM-JOINTHIS-", "KSTREAM-JOINOTHER-", None),
            Unmatched::Left => (
                "KSTREAM-JOINTHIS-",
                "KSTREAM-OUTEROTHER-",
                Some("-left-shared-join"),
            ),
            Unmatched::Both => (
                "KSTREAM-OUTERTHIS-",
                "KSTREAM-OUTEROTHER-",
                Some("-outer-shared-join"),
            ),
        };
        let this_suffix = match unmatched {
            Unmatched::Both => "-outer-this-join",
            Unmatched::Neither | Unmatched::Left => "-this-join",
        };
        let other_suffix = match unmatched {
            Unmatched::Neither => "-other-join",
            Unmatched::Left | Unmatched::Both => "-outer-other-join",
        };
        if let Some(name) = &options.name {
            graph.check(validate_name("join", name));
        }
        let given = |given: &Option<String>, suffix: &str, generated: &str| {
            let given = given.as_ref().map(|given| format!("{given}{suffix}"));
            given.unwrap_or_else(|| generated.to_owned())
        };
        let windowed = [WINDOWED, WINDOWED].map(|prefix| graph.names.next(prefix));
        let joins = [this, other].map(|prefix| graph.names.next(prefix));
        let merge = graph.names.next(MERGE);
        let ([windowed_left, windowed_right], [join_left, join_right]) = (&windowed, &joins);
        // It has the number of the left side's node.
        let number = join_left.strip_prefix(this).unwrap_or_default();
        let unjoined = format!("KSTREAM-OUTERSHARED-{number}");
        let store = |suffix: &str, generated: &str| ResolvedName {
            name: format!("{}-store", given(&options.store, suffix, generated)),
            is_given: options.store.is_some(),
        };
        let node = |suffix: &str, generated: &str| given(&options.name, suffix, generated);
        Self {
            stores: StoreNames {
                left: store(this_suffix, join_left),
                right: store(other_suffix, join_right),
                unjoined: shared.map(|suffix| store(suffix, &unjoined)),
            },
            nodes: NodeNames {
                windowed_left: node("-this-windowed", windowed_left),
                windowed_right: node("-other-windowed", windowed_right),
                join_left: node(this_suffix, join_left),
                join_right: node(other_suffix, join_right),
                merge: node("-merge", &merge),
            },
        }
    }
}

/// The stores of a join, by name.
#[derive(Clone)]
struct Stores {
    left: StoreName,
    right: StoreName,
    unjoined: Option<StoreName>,
}

fn declare_stores<K: 'static, L: 'static, R: 'static>(
    graph: &mut Graph,
    names: StoreNames,
    options: &Options<K, L, R>,
) -> Stores {
    let store_type = options.settings.store_type;
    let store_type = store_type.unwrap_or(graph.settings.store_type);
    let logging = &options.settings.logging;
    let key = &options.key;
    let mut declare = |name: &ResolvedName, open| {
        let retention = Duration::from_millis(options.windows.retention_ms().unsigned_abs());
        let kind = StoreKind::JoinWindow { retention };
        let store = StoreNode::new(name, kind, uncompacted(logging), open);
        graph.add_store(store);
    };
    let (left, right) = (
        window_store(key, &options.left, options.windows, store_type),
        window_store(key, &options.right, options.windows, store_type),
    );
    declare(&names.left, left);
    declare(&names.right, right);
    if let Some(unjoined) = &names.unjoined {
        let key = SharedCodec::clone(key);
        let (left, right) = (
            SharedCodec::clone(&options.left),
            SharedCodec::clone(&options.right),
        );
        let open = move |opening: &_| {
            let (left, right) = (SharedCodec::clone(&left), SharedCodec::clone(&right));
            OpenStore::new(OuterRows::open(
                opening,
                SharedCodec::clone(&key),
                left,
                right,
            ))
        };
        let kind = StoreKind::KeyValue;
        graph.add_store(StoreNode::new(unjoined, kind, logging.clone(), open));
    }
    Stores {
        left: names.left.name,
        right: names.right.name,
        unjoined: names.unjoined.map(|store| store.name),
    }
}

type Open = Box<dyn Fn(&crate::store::StoreOpening) -> OpenStore + Send + Sync>;

fn window_store<K: 'static, V: 'static>(
    key: &SharedCodec<K>,
    value: &SharedCodec<V>,
    windows: JoinWindows,
    store_type: StoreType,
) -> Open {
    let (key, value) = (SharedCodec::clone(key), SharedCodec::clone(value));
    let setup = WindowSetup {
        size_ms: windows.size_ms(),
        retention_ms: windows.retention_ms(),
        duplicates: Duplicates::Kept,
        format: RowFormat::Plain,
        headers: Logged::WithHeaders,
        caching: Caching::Off,
        scans: Scans::Frequent,
        store_type,
    };
    Box::new(move |opening| {
        let (key, value) = (SharedCodec::clone(&key), SharedCodec::clone(&value));
        OpenStore::new(WindowRows::open(opening, key, value, setup))
    })
}

/// A changelog with duplicates must not be compacted, whatever the program says.
fn uncompacted(logging: &Logging) -> Logging {
    let mut logging = logging.clone();
    if let Logging::Changelog { config } = &mut logging {
        config.push(("cleanup.policy".to_owned(), "delete".to_owned()));
    }
    logging
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
        let side = self.side::<LeftSide>(&self.options.left, &stores.right, alone.0, None);
        // Kafka Streams writes the rest of a join as one node, which comes after both sides.
        let join_left = graph.add_with_lookups(
            names.join_left,
            &[windowed_left],
            &[windowed_right],
            processor(),
            side,
        );
        let stages =
            self.side::<RightSide>(&self.options.right, &stores.left, alone.1, Some(join_left));
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
        alone: Alone,
        shared_by: Option<NodeId>,
    ) -> Stages {
        let (joiner, windows) = (Arc::clone(&self.joiner), self.options.windows);
        let (key, value) = (
            SharedCodec::clone(&self.options.key),
            SharedCodec::clone(value),
        );
        let (partners, unjoined) = (partners.to_owned(), self.stores.unjoined.clone());
        Stages::sink(move |wiring, node| {
            let unjoined = unjoined.as_ref().map(|name| wiring.store(name));
            let emit_every = wiring.graph().settings.emit_unjoined_every;
            let unjoined = wiring.common(shared_by.unwrap_or(node), || {
                Unjoined::new(unjoined, windows, emit_every)
            });
            Wired::new::<K, S::This>(Box::new(JoinRecords::<S, K, L, R, O> {
                joiner: Arc::clone(&joiner),
                key: SharedCodec::clone(&key),
                value: SharedCodec::clone(&value),
                windows: S::windows(windows),
                alone,
                partners: wiring.store(&partners),
                unjoined,
                name: wiring.name_of(node).to_owned(),
                next: wiring.downstream(node),
            }))
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
