//! Joins of two tables with the same keys: a result row for each key, kept up with both sides.
//!
//! A join is three nodes: one for the updates of each side, which look the other side up, and
//! one that passes their results on. Semantics: `KTableImpl.doJoin`.

mod inner;
mod left;
mod lookup;
mod merge;
mod outer;
mod side;

use std::sync::Arc;

use crate::dsl::KTable;
use crate::failure::Failure;
use crate::operator::table::keep::{self, DerivedStore, KeptTable, Parts};
use crate::processor::Sink;
use crate::record::Change;
use crate::topology::{
    Graph, Materialize, NodeId, NodeKind, OldValues, Stages, TableNode, Wired, WiredLookup, Wiring,
};
use lookup::JoinedLookup;
use merge::{KeptMerge, PassedMerge};
use side::{LeftSide, RightSide, Side};

const MERGE_PREFIX: &str = "KTABLE-MERGE-";
const THIS_PREFIX: &str = "KTABLE-JOINTHIS-";
const OTHER_PREFIX: &str = "KTABLE-JOINOTHER-";

/// Which keys have a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// Those in both tables.
    Inner,
    /// Those in the left table.
    Left,
    /// Those in either table.
    Outer,
}

/// Makes a result row, or none, of the rows of both sides.
type Join<V, V2, R> = dyn Fn(Option<&V>, Option<&V2>) -> Result<Option<R>, Failure> + Send + Sync;

/// A joiner with the kind that says when it is asked.
struct Joiner<V, V2, R> {
    kind: Kind,
    join: Arc<Join<V, V2, R>>,
}

impl<V, V2, R> Clone for Joiner<V, V2, R> {
    fn clone(&self) -> Self {
        Self {
            kind: self.kind,
            join: Arc::clone(&self.join),
        }
    }
}

impl<V, V2, R> Joiner<V, V2, R> {
    fn new(
        kind: Kind,
        join: impl Fn(Option<&V>, Option<&V2>) -> Result<Option<R>, Failure> + Send + Sync + 'static,
    ) -> Self {
        Self {
            kind,
            join: Arc::new(join),
        }
    }

    /// A joiner that is asked only if both sides have a row.
    fn of_both(
        join: impl Fn(&V, &V2) -> Result<Option<R>, Failure> + Send + Sync + 'static,
    ) -> Self {
        Self::new(Kind::Inner, move |left, right| match (left, right) {
            (Some(left), Some(right)) => join(left, right),
            _ => Ok(None),
        })
    }

    /// A joiner that is asked only if the left side has a row.
    fn of_left(
        join: impl Fn(&V, Option<&V2>) -> Result<Option<R>, Failure> + Send + Sync + 'static,
    ) -> Self {
        Self::new(Kind::Left, move |left, right| match left {
            Some(left) => join(left, right),
            None => Ok(None),
        })
    }

    /// A joiner that is asked if at least one side has a row.
    fn of_either(
        join: impl Fn(Option<&V>, Option<&V2>) -> Result<Option<R>, Failure> + Send + Sync + 'static,
    ) -> Self {
        Self::new(Kind::Outer, join)
    }

    /// The result for a key; none where its rows do not suffice.
    fn join(&self, left: Option<&V>, right: Option<&V2>) -> Result<Option<R>, Failure> {
        let suffices = match self.kind {
            Kind::Inner => left.is_some() && right.is_some(),
            Kind::Left => left.is_some(),
            Kind::Outer => left.is_some() || right.is_some(),
        };
        if suffices {
            (self.join)(left, right)
        } else {
            Ok(None)
        }
    }
}

impl<'b, K: 'static, V: 'static> KTable<'b, K, V> {
    fn joined<V2: 'static, R: 'static>(
        self,
        other: KTable<'b, K, V2>,
        joiner: Joiner<V, V2, R>,
        materialized: Option<Parts<R>>,
    ) -> KTable<'b, K, R> {
        let (left, right) = (self.node, other.into_node(self.builder));
        let node = self.builder.with_graph(|graph| {
            let store = materialized.map(|(value, naming, settings)| {
                let store = naming.resolve(graph, MERGE_PREFIX);
                keep::declare(graph, &store, &settings, &self.key, &value);
                DerivedStore::named(store.name)
            });
            let store = store.unwrap_or_default();
            add::<K, V, V2, R>(graph, left, right, joiner, store)
        });
        KTable::new(self.builder, node, self.key)
    }
}

/// Adds the three nodes, with what they ask of the tables before them, in Kafka Streams' order.
fn add<K: 'static, V: 'static, V2: 'static, R: 'static>(
    graph: &mut Graph,
    left: NodeId,
    right: NodeId,
    joiner: Joiner<V, V2, R>,
    store: DerivedStore,
) -> NodeId {
    let merge_name = graph.names.next(MERGE_PREFIX);
    if joiner.kind != Kind::Inner {
        graph.enable_old_values(left, Materialize::IfNeeded);
    }
    if joiner.kind == Kind::Outer {
        graph.enable_old_values(right, Materialize::IfNeeded);
    }
    let left_stores = graph.keep_for_lookup(left);
    let right_stores = graph.keep_for_lookup(right);
    let this_name = graph.names.next(THIS_PREFIX);
    let other_name = graph.names.next(OTHER_PREFIX);

    let kind = NodeKind::Processor;
    let this_stages = left_stages::<K, V, V2, R>(joiner.clone(), left, right);
    let this = graph.add_with_lookups(this_name, &[left], &[right], kind.clone(), this_stages);
    graph.connect(this, right_stores);
    let other_stages = right_stages::<K, V, V2, R>(joiner.clone(), left, right);
    let other = graph.add_with_lookups(other_name, &[right], &[left], kind.clone(), other_stages);
    graph.connect(other, left_stores);
    let merge = graph.add(merge_name, &[this, other], kind, merge_stages::<K, R>());
    graph.node_mut(merge).parts = vec![(this, "-join-this".into()), (other, "-join-other".into())];
    let copartitioned = graph.node(merge).sources.clone();
    graph.copartitioned.push(copartitioned);

    let computed: TableNode = keep::derived_node::<K, R>(merge, store, move |wiring, node| {
        WiredLookup::new::<K, R>(Box::new(JoinedLookup {
            joiner: joiner.clone(),
            name: wiring.name_of(node).into(),
            left: wiring.lookup(left),
            right: wiring.lookup(right),
        }))
    });
    graph.node_mut(merge).table = Some(TableNode {
        old_values: OldValues::BothSides(left, right),
        // Even of two versioned tables the result has no versions (KIP-914).
        versioned: Some(false),
        ..computed
    });
    merge
}

fn left_stages<K: 'static, V: 'static, V2: 'static, R: 'static>(
    joiner: Joiner<V, V2, R>,
    left: NodeId,
    right: NodeId,
) -> Stages {
    Stages::sink(move |wiring, node| {
        let side = wire_side(joiner.clone(), left, wiring, node);
        let right = wiring.lookup::<K, V2>(right);
        Wired::new::<K, Change<V>>(Box::new(LeftSide { side, right }))
    })
}

fn right_stages<K: 'static, V: 'static, V2: 'static, R: 'static>(
    joiner: Joiner<V, V2, R>,
    left: NodeId,
    right: NodeId,
) -> Stages {
    Stages::sink(move |wiring, node| {
        let side = wire_side(joiner.clone(), right, wiring, node);
        let left = wiring.lookup::<K, V>(left);
        Wired::new::<K, Change<V2>>(Box::new(RightSide { side, left }))
    })
}

fn wire_side<K: 'static, V: 'static, V2: 'static, R: 'static>(
    joiner: Joiner<V, V2, R>,
    table: NodeId,
    wiring: &mut Wiring<'_>,
    node: NodeId,
) -> Side<K, V, V2, R> {
    let graph = wiring.graph();
    let merge = graph.node(node).own_children.first();
    let merge = *merge.expect("the sides of a join lead to its merge");
    Side {
        joiner,
        name: wiring.name_of(node).to_owned(),
        versioned: graph.is_versioned(table),
        sends_old: graph.table(merge).sends_old,
        next: wiring.downstream(node),
    }
}

fn merge_stages<K: 'static, R: 'static>() -> Stages {
    Stages::sink(|wiring, node| {
        let sink: Box<dyn Sink<K, Change<R>>> = match KeptTable::wire(wiring, node) {
            Some(table) => Box::new(KeptMerge { table }),
            None => Box::new(PassedMerge {
                sends_old: wiring.graph().table(node).sends_old,
                next: wiring.downstream(node),
            }),
        };
        Wired::new(sink)
    })
}
