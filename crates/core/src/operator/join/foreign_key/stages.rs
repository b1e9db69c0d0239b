//! How the parts of a foreign-key join are made for a task.

use std::sync::Arc;

use super::announce::{Announce, Subscribers};
use super::declare::ForeignKeyJoin;
use super::encoder::Encoder;
use super::receive::{Buffers, Receive};
use super::resolve::Resolve;
use super::respond::Respond;
use super::subscribe::Subscribe;
use super::wire::{Response, ResponseCodec, Subscription, SubscriptionCodec};
use crate::codec::{CodecExt as _, Nullable, Part, RawBytes, SharedCodec};
use crate::dsl::ByKey;
use crate::operator::sink::{NullKeys, ToTopic};
use crate::operator::source::FromTopic;
use crate::partition::{Partitioner, Partitioning};
use crate::record::Change;
use crate::time::TimestampExtractor;
use crate::topology::{NodeId, Stages, Wired, Wiring};

/// Names that codecs are told as their topics, though no such topics exist; without the
/// application id before them.
#[derive(Clone)]
pub(super) struct Pseudo {
    primary_key: String,
    foreign_key: String,
    value_hash: String,
}

impl Pseudo {
    /// Those that go with the topic of the subscriptions.
    pub(super) fn of(topic: &str) -> Self {
        Self {
            primary_key: format!("{topic}-pk"),
            foreign_key: format!("{topic}-fk"),
            value_hash: format!("{topic}-vh"),
        }
    }

    fn subscriptions<K: 'static>(
        &self,
        wiring: &Wiring<'_>,
        primary_key: &SharedCodec<K>,
    ) -> SubscriptionCodec<K> {
        let topic = wiring.internal_topic_name(&self.primary_key);
        SubscriptionCodec::new(primary_key, topic.into())
    }
}

type Declared<'b, K, V, KO, VO, VR> = ForeignKeyJoin<'b, K, V, KO, VO, VR>;

/// The node after the left table.
pub(super) fn subscribe<K, V, KO, VO, VR>(
    declared: &Declared<'_, K, V, KO, VO, VR>,
    pseudo: &Pseudo,
) -> Stages
where
    K: Clone + 'static,
    V: 'static,
    KO: 'static,
{
    let (kind, left) = (declared.kind, declared.left.node);
    let (pseudo, extract) = (pseudo.clone(), Arc::clone(&declared.extract));
    let foreign_key = Arc::clone(&declared.right.key);
    let values = Arc::clone(&declared.joined.left_value);
    Stages::sink(move |wiring, node| {
        let key = |wiring: &Wiring<'_>| {
            Encoder::wire(wiring, &foreign_key, &pseudo.foreign_key, Part::Key)
        };
        Wired::new::<K, Change<V>>(Box::new(Subscribe {
            name: wiring.name_of(node).to_owned(),
            kind,
            is_versioned: wiring.graph().is_versioned(left),
            extract: Arc::clone(&extract),
            foreign_key: Arc::clone(&foreign_key),
            old_key: key(wiring),
            new_key: key(wiring),
            values: Encoder::wire(wiring, &values, &pseudo.value_hash, Part::Value),
            next: wiring.downstream(node),
        }))
    })
}

/// Both sides of the topic of the subscriptions.
pub(super) fn subscriptions<K, V, KO, VO, VR>(
    declared: &Declared<'_, K, V, KO, VO, VR>,
    pseudo: &Pseudo,
) -> Stages
where
    K: 'static,
    KO: 'static,
{
    let primary_key = Arc::clone(&declared.left.key);
    let key = Arc::new(Arc::clone(&declared.right.key).nullable());
    let partitioner = declared.joined.other_partitioner.clone().map(|choose| {
        Partitioner::new(move |key: &Option<KO>, _: &_, topic: &str, partitions| {
            let chosen = key.as_ref().and_then(|key| choose(key, topic, partitions));
            chosen.map_or(Partitioning::Default, Partitioning::To)
        })
    });
    let writing = {
        let (key, primary_key) = (Arc::clone(&key), Arc::clone(&primary_key));
        let pseudo = pseudo.clone();
        Stages::sink(move |wiring, node| {
            let value = Arc::new(pseudo.subscriptions(wiring, &primary_key));
            let sink: ToTopic<Nullable<SharedCodec<KO>>, SubscriptionCodec<K>> =
                to_topic(wiring, node, Arc::clone(&key), value, partitioner.clone());
            Wired::new(Box::new(sink))
        })
    };
    let pseudo = pseudo.clone();
    let reading = Stages::source(move |wiring, node| {
        let value = Arc::new(pseudo.subscriptions(wiring, &primary_key));
        let time = TimestampExtractor::record_time();
        Box::new(FromTopic::wire(wiring, node, Arc::clone(&key), value, time))
    });
    Stages {
        sink: writing.sink,
        source: reading.source,
    }
}

/// The node that keeps subscriptions.
pub(super) fn receive<K, V, KO, VO, VR>(
    declared: &Declared<'_, K, V, KO, VO, VR>,
    pseudo: &Pseudo,
    store: &str,
) -> Stages
where
    K: 'static,
    KO: 'static,
{
    let (pseudo, store) = (pseudo.clone(), store.to_owned());
    let primary_key = Arc::clone(&declared.left.key);
    let foreign_key = Arc::clone(&declared.right.key);
    Stages::sink(move |wiring, node| {
        Wired::new::<Option<KO>, Subscription<K>>(Box::new(Receive {
            name: wiring.name_of(node).to_owned(),
            foreign_key: Encoder::wire(wiring, &foreign_key, &pseudo.foreign_key, Part::Key),
            codec: pseudo.subscriptions(wiring, &primary_key),
            subscriptions: wiring.store(&store),
            buffers: Buffers::default(),
            next: wiring.downstream(node),
        }))
    })
}

/// The node that answers subscriptions.
pub(super) fn respond<K, V, KO, VO, VR>(
    declared: &Declared<'_, K, V, KO, VO, VR>,
    responses: &str,
) -> Stages
where
    K: 'static,
    KO: 'static,
    VO: 'static,
{
    let (right, responses) = (declared.right.node, responses.to_owned());
    let values = Arc::clone(&declared.joined.right_value);
    Stages::sink(move |wiring, node| {
        Wired::new::<Option<KO>, Subscription<K>>(Box::new(Respond {
            name: wiring.name_of(node).to_owned(),
            table: wiring.lookup(right),
            values: Encoder::<VO>::wire(wiring, &values, &responses, Part::Value),
            next: wiring.downstream(node),
        }))
    })
}

/// The node after the right table.
pub(super) fn announce<K, V, KO, VO, VR>(
    declared: &Declared<'_, K, V, KO, VO, VR>,
    pseudo: &Pseudo,
    responses: &str,
    store: &str,
) -> Stages
where
    K: 'static,
    KO: 'static,
    VO: 'static,
{
    let (right, pseudo) = (declared.right.node, pseudo.clone());
    let (responses, store) = (responses.to_owned(), store.to_owned());
    let primary_key = Arc::clone(&declared.left.key);
    let foreign_key = Arc::clone(&declared.right.key);
    let values = Arc::clone(&declared.joined.right_value);
    Stages::sink(move |wiring, node| {
        Wired::new::<KO, Change<VO>>(Box::new(Announce {
            name: wiring.name_of(node).to_owned(),
            is_versioned: wiring.graph().is_versioned(right),
            foreign_key: Encoder::wire(wiring, &foreign_key, &pseudo.foreign_key, Part::Key),
            subscriptions: wiring.store(&store),
            prefix: Vec::new(),
            to: Subscribers::<K, VO> {
                primary_keys: Encoder::wire(wiring, &primary_key, &pseudo.primary_key, Part::Key),
                values: Encoder::wire(wiring, &values, &responses, Part::Value),
                next: wiring.downstream(node),
            },
        }))
    })
}

/// Both sides of the topic of the responses: written are bytes, read are values.
pub(super) fn responses<K, V, KO, VO, VR>(declared: &Declared<'_, K, V, KO, VO, VR>) -> Stages
where
    K: 'static,
    VO: 'static,
{
    let key = Arc::new(Arc::clone(&declared.left.key));
    let partitioner = response_partitioner(declared.joined.partitioner.clone());
    let reading = FromTopic::stages(
        Arc::clone(&key),
        Arc::new(ResponseCodec(Arc::clone(&declared.joined.right_value))),
        TimestampExtractor::record_time(),
    );
    let value = Arc::new(ResponseCodec(Arc::new(RawBytes)));
    let writing = Stages::sink(move |wiring, node| {
        let (key, value) = (Arc::clone(&key), Arc::clone(&value));
        let partitioner = Some(partitioner.clone());
        Wired::new(Box::new(to_topic(wiring, node, key, value, partitioner)))
    });
    Stages {
        sink: writing.sink,
        source: reading.source,
    }
}

/// A response goes where its left row is: the subscription said so, or the program knows.
fn response_partitioner<K: 'static, T: 'static>(
    given: Option<ByKey<K>>,
) -> Partitioner<K, Response<T>> {
    Partitioner::new(move |key, response: &Response<T>, topic, partitions| {
        let chosen = match &given {
            Some(choose) => choose(key, topic, partitions),
            None => response.primary_partition,
        };
        chosen.map_or(Partitioning::Default, Partitioning::To)
    })
}

/// The node that makes rows of responses.
pub(super) fn resolve<K, V, KO, VO, VR>(
    declared: &Declared<'_, K, V, KO, VO, VR>,
    pseudo: &Pseudo,
) -> Stages
where
    K: 'static,
    V: 'static,
    VO: 'static,
    VR: 'static,
{
    let (left, topic) = (declared.left.node, pseudo.value_hash.clone());
    let (values, join) = (
        Arc::clone(&declared.joined.left_value),
        Arc::clone(&declared.join),
    );
    Stages::sink(move |wiring, node| {
        Wired::new::<K, Response<VO>>(Box::new(Resolve {
            name: wiring.name_of(node).to_owned(),
            table: wiring.lookup(left),
            values: Encoder::<V>::wire(wiring, &values, &topic, Part::Value),
            join: Arc::clone(&join),
            next: wiring.downstream::<Option<K>, Option<VR>>(node),
        }))
    })
}

/// The writing side of a topic of the join.
fn to_topic<KC: crate::codec::Codec, VC: crate::codec::Codec>(
    wiring: &mut Wiring<'_>,
    node: NodeId,
    key: Arc<KC>,
    value: Arc<VC>,
    partitioner: Option<Partitioner<KC::Item, VC::Item>>,
) -> ToTopic<KC, VC> {
    let topic = wiring.graph().repartition_topic(node);
    ToTopic {
        topic: wiring.internal_output_topic(&topic),
        topic_name: wiring.internal_topic_name(&topic).into(),
        key,
        value,
        partitioner,
        null_keys: NullKeys::Kept,
        name: wiring.name_of(node).to_owned(),
    }
}
