//! The nodes, topics and stores of a foreign-key join, in Kafka Streams' order.

use super::names::Names;
use super::stages::{self, Pseudo};
use super::{Extract, Join, JoinKind, subscriptions};
use crate::dsl::{KTable, ResolvedName, TableJoined};
use crate::operator::table::{keep, source};
use crate::topology::{
    Graph, Materialize, NodeId, NodeKind, OldValues, RepartitionNames, Stages, StoreName, TableNode,
};

const REGISTRATION: &str = "KTABLE-FK-JOIN-SUBSCRIPTION-REGISTRATION-";
const STORE: &str = "KTABLE-FK-JOIN-SUBSCRIPTION-STATE-STORE-";
const PROCESSOR: &str = "KTABLE-FK-JOIN-SUBSCRIPTION-PROCESSOR-";
const RESPONSE: &str = "KTABLE-FK-JOIN-SUBSCRIPTION-RESPONSE-";
const RESOLVER: &str = "KTABLE-FK-JOIN-SUBSCRIPTION-RESPONSE-RESOLVER-PROCESSOR-";
const OUTPUT: &str = "KTABLE-FK-JOIN-OUTPUT-";

/// What the program said about a join.
pub(super) struct ForeignKeyJoin<'b, K, V, KO, VO, VR> {
    pub(super) kind: JoinKind,
    pub(super) left: KTable<'b, K, V>,
    pub(super) right: KTable<'b, KO, VO>,
    pub(super) extract: Extract<K, V, KO>,
    pub(super) join: Join<V, VO, VR>,
    pub(super) joined: TableJoined<K, V, KO, VO>,
    pub(super) materialized: keep::Parts<VR>,
}

/// The right side's part, once it is declared.
struct Right {
    /// Of the pseudo topics.
    subscriptions_topic: Pseudo,
    responses: NodeId,
}

impl<'b, K, V, KO, VO, VR> ForeignKeyJoin<'b, K, V, KO, VO, VR>
where
    K: Clone + 'static,
    V: 'static,
    KO: 'static,
    VO: 'static,
    VR: 'static,
{
    /// Adds the join.
    ///
    /// Semantics: `KTableImpl.doJoinOnForeignKey`.
    pub(super) fn add(mut self) -> KTable<'b, K, VR> {
        let builder = self.left.builder;
        self.right.node = builder.own(self.right.builder, self.right.node);
        let node = builder.with_graph(|graph| self.declare(graph));
        KTable::new(self.left.builder, node, self.left.key)
    }

    fn declare(&self, graph: &mut Graph) -> NodeId {
        graph.enable_old_values(self.right.node, Materialize::IfNeeded);
        graph.enable_old_values(self.left.node, Materialize::IfNeeded);
        let names = Names {
            given: self.joined.name.clone(),
        };
        let right = self.declare_right(graph, &names);
        copartition(graph, self.left.node, right.responses);

        let stores = graph.keep_for_lookup(self.left.node);
        let resolve = names.next(graph, "-subscription-response-resolver", RESOLVER);
        let stages = stages::resolve(self, &right.subscriptions_topic);
        let resolve = processor(graph, resolve, right.responses, stages, stores);
        self.declare_result(graph, &names, resolve, right.responses)
    }

    /// Everything up to the responses; the left side's first node comes before, as in Java.
    fn declare_right(&self, graph: &mut Graph, names: &Names) -> Right {
        let suffix = "-subscription-registration";
        let topic = names.topic(graph, suffix, REGISTRATION);
        let pseudo = Pseudo::of(&topic);

        let suffix = "-subscription-registration-processor";
        let subscribe = names.next(graph, suffix, REGISTRATION);
        let stages = stages::subscribe(self, &pseudo);
        let subscribe = processor(graph, subscribe, self.left.node, stages, Vec::new());
        let nodes = (
            "-subscription-registration-sink",
            "-subscription-registration-source",
        );
        let through = names.through(graph, nodes, topic);
        let stages = stages::subscriptions(self, &pseudo);
        let subscriptions = repartition(graph, through, &[subscribe], stages);
        copartition(graph, self.right.node, subscriptions);

        let store = ResolvedName {
            name: names.next(graph, "-subscription-store", STORE),
            is_given: names.given.is_some(),
        };
        subscriptions::declare(graph, &store);
        let connected = vec![store.name.clone()];
        let receive = names.next(graph, "-subscription-receive", PROCESSOR);
        let stages = stages::receive(self, &pseudo, &store.name);
        let receive = processor(graph, receive, subscriptions, stages, connected.clone());

        let looked_up = graph.keep_for_lookup(self.right.node);
        let respond = names.next(graph, "-subscription-join-foreign", PROCESSOR);
        let announce = names.next(graph, "-foreign-join-subscription", PROCESSOR);
        let topic = names.topic(graph, "-subscription-response", RESPONSE);
        let stages = stages::respond(self, &topic);
        let respond = processor(graph, respond, receive, stages, looked_up);
        let stages = stages::announce(self, &pseudo, &topic, &store.name);
        let announce = processor(graph, announce, self.right.node, stages, connected);

        let nodes = (
            "-subscription-response-sink",
            "-subscription-response-source",
        );
        let through = names.through(graph, nodes, topic);
        let stages = stages::responses(self);
        Right {
            subscriptions_topic: pseudo,
            responses: repartition(graph, through, &[respond, announce], stages),
        }
    }

    /// The result is a table like one read from a topic: it has no rows to compute others from,
    /// so it is kept as soon as they are needed.
    fn declare_result(
        &self,
        graph: &mut Graph,
        names: &Names,
        resolve: NodeId,
        responses: NodeId,
    ) -> NodeId {
        let name = names.next(graph, "-result", OUTPUT);
        let (value, naming, settings) = &self.materialized;
        let store = naming.resolve(graph, OUTPUT);
        keep::declare(graph, &store, settings, &self.left.key, value);
        let stages = source::stages::<K, VR>();
        let node = processor(graph, name, resolve, stages, Vec::new());
        let mut sources = graph.node(self.left.node).sources.clone();
        sources.push(responses);
        graph.node_mut(node).sources = sources;
        graph.node_mut(node).table = Some(TableNode {
            is_kept: store.is_given,
            old_values: OldValues::OwnStoreOnDemand,
            ..keep::kept_node::<K, VR>(store.name)
        });
        node
    }
}

fn processor(
    graph: &mut Graph,
    name: String,
    parent: NodeId,
    stages: Stages,
    stores: Vec<StoreName>,
) -> NodeId {
    let node = graph.add(name, &[parent], NodeKind::Processor, stages);
    graph.connect(node, stores);
    node
}

fn repartition(
    graph: &mut Graph,
    names: RepartitionNames,
    parents: &[NodeId],
    stages: Stages,
) -> NodeId {
    let name = names.source.clone();
    graph.add(name, parents, NodeKind::Repartition(names), stages)
}

/// A topic has the partitions of the table that its records are for.
fn copartition(graph: &mut Graph, table: NodeId, topic: NodeId) {
    let mut sources = graph.node(table).sources.clone();
    sources.push(topic);
    graph.copartitioned.push(sources);
}
