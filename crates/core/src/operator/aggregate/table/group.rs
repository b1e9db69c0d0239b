//! `group_by` of tables: what their aggregations begin with.

use std::sync::Arc;

use crate::codec::{ChangeCodec, Codec, SharedCodec};
use crate::dsl::{Grouped, KGroupedTable, KTable, ResolvedName};
use crate::failure::{Failure, Step};
use crate::operator::repartition;
use crate::processor::{Sink, TaskContext};
use crate::record::{Change, Record};
use crate::topology::{
    Graph, Materialize, NodeId, NodeKind, RepartitionNames, Stages, Wired, validate_name,
};

const PREFIX: &str = "KTABLE-SELECT-";
const TOPIC_SUFFIX: &str = "-repartition";

impl<'b, K: 'static, V: 'static> KTable<'b, K, V> {
    /// Groups rows by a key made of each, with the value that is to be aggregated.
    ///
    /// Rows for which `select` gives `None`, or a key or value that is null, are in no group.
    /// The updates go through a repartition topic: when the value of a row changes, the old one
    /// is taken out of the group it was in. If both are in one group that is a single message
    /// (KIP-904). Updates of a versioned table that are not its newest change no group.
    /// Semantics: `KTable.groupBy`.
    ///
    /// ```
    /// use headwater_core::prelude::*;
    /// use headwater_testing::TopologyTestDriver;
    ///
    /// let builder = StreamsBuilder::new();
    /// builder
    ///     .table_with("city-of-user", Consumed::with(Utf8, Utf8), Materialized::named("rows", Utf8))
    ///     .group_by(|user, city| (city, user.clone()), Grouped::with(Utf8, Utf8))
    ///     .count_with(Materialized::named("users-per-city", I64))
    ///     .into_stream()
    ///     .to("users", Produced::with(Utf8, I64.nullable()));
    ///
    /// let mut driver = TopologyTestDriver::new(builder.build()?)?;
    /// driver.input("city-of-user", Utf8, Utf8).push("ann", "Rome")?.push("ann", "Oslo")?;
    /// let users = driver.output("users", Utf8, I64).pairs()?;
    /// let expected = [("Rome", 1), ("Rome", 0), ("Oslo", 1)];
    /// assert_eq!(users, expected.map(|(city, users)| (city.to_owned(), users)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn group_by<KC, VC, R>(
        self,
        select: impl Fn(&K, V) -> R + Send + Sync + 'static,
        grouped: Grouped<KC, VC>,
    ) -> KGroupedTable<'b, KC::Item, VC::Item>
    where
        KC: Codec,
        KC::Item: PartialEq,
        VC: Codec,
        R: Into<Option<(KC::Item, VC::Item)>>,
    {
        self.try_group_by(move |key, value| Ok(select(key, value)), grouped)
    }

    /// As [`group_by`](Self::group_by), with a function that can fail.
    pub fn try_group_by<KC, VC, R>(
        self,
        select: impl Fn(&K, V) -> Result<R, Failure> + Send + Sync + 'static,
        grouped: Grouped<KC, VC>,
    ) -> KGroupedTable<'b, KC::Item, VC::Item>
    where
        KC: Codec,
        KC::Item: PartialEq,
        VC: Codec,
        R: Into<Option<(KC::Item, VC::Item)>>,
    {
        let select = Arc::new(move |key: &K, value| select(key, value).map(Into::into));
        let key: SharedCodec<KC::Item> = Arc::new(grouped.key);
        let value: SharedCodec<VC::Item> = Arc::new(grouped.value);
        let (key_codec, value_codec) = (Arc::clone(&key), Arc::clone(&value));
        let parent = self.node;
        let stages = Stages::sink(move |wiring, node| {
            let graph = wiring.graph();
            Wired::new::<K, Change<V>>(Box::new(Regroup {
                select: Arc::clone(&select),
                key: Arc::clone(&key_codec),
                value: Arc::clone(&value_codec),
                newest_only: graph.is_versioned(parent),
                joins_sides: graph.settings.sends_both_sides,
                name: wiring.name_of(node).to_owned(),
                next: wiring.downstream(node),
            }))
        });
        let node = self.builder.with_graph(|graph| {
            let generated = graph.names.next(PREFIX);
            let name = grouped.name.clone().unwrap_or(generated);
            let node = graph.add(name, &[parent], NodeKind::Processor, stages);
            graph.enable_old_values(parent, Materialize::IfNeeded);
            node
        });
        KGroupedTable::new(self.builder, node, key, value, grouped.name)
    }
}

/// Sends the values of a row to the groups they are in.
///
/// Semantics: `KTableRepartitionMap`.
struct Regroup<F, K1, V1> {
    select: Arc<F>,
    key: SharedCodec<K1>,
    value: SharedCodec<V1>,
    newest_only: bool,
    /// Whether an update within a group goes as one message.
    joins_sides: bool,
    name: String,
    next: Box<dyn Sink<K1, Change<V1>>>,
}

impl<F, K1: 'static, V1: 'static> Regroup<F, K1, V1> {
    fn selected<K, V>(&self, key: &K, value: Option<V>) -> Result<Option<(K1, V1)>, Failure>
    where
        F: Fn(&K, V) -> Result<Option<(K1, V1)>, Failure>,
    {
        let Some(value) = value else {
            return Ok(None);
        };
        let is_null = |(key, value): &(K1, V1)| self.key.is_null(key) || self.value.is_null(value);
        Ok((self.select)(key, value)?.filter(|selected| !is_null(selected)))
    }
}

impl<F, K, V, K1, V1> Sink<K, Change<V>> for Regroup<F, K1, V1>
where
    K1: PartialEq + 'static,
    V1: 'static,
    F: Fn(&K, V) -> Result<Option<(K1, V1)>, Failure>,
{
    fn push(&mut self, record: Record<K, Change<V>>, task: &mut TaskContext) -> Step {
        let change = record.value;
        if self.newest_only && !change.is_latest {
            return Ok(());
        }
        let new = match self.selected(&record.key, change.new) {
            Ok(new) => new,
            Err(failure) => return task.settle_failure(&self.name, failure),
        };
        let old = match self.selected(&record.key, change.old) {
            Ok(old) => old,
            Err(failure) => {
                // If the policy lets this pass, the old value was passed over when it was new:
                // there is nothing to take out.
                task.settle_failure(&self.name, failure)?;
                None
            }
        };
        let message = |key, new, old| Record {
            key,
            value: Change {
                is_latest: change.is_latest,
                ..Change::new(new, old)
            },
            timestamp: record.timestamp,
            headers: record.headers.clone(),
        };
        match (new, old) {
            (Some((key, new)), Some((old_key, old))) if self.joins_sides && key == old_key => {
                self.next.push(message(key, Some(new), Some(old)), task)
            }
            // The old value first, as it is taken out first.
            (new, old) => {
                if let Some((key, old)) = old {
                    self.next.push(message(key, None, Some(old)), task)?;
                }
                match new {
                    Some((key, new)) => self.next.push(message(key, Some(new), None), task),
                    None => Ok(()),
                }
            }
        }
    }
}

/// A repartition of a grouped table.
pub(super) struct Regrouped {
    pub(super) node: NodeId,
    /// Whether it was made for this aggregation, whose name it then follows.
    pub(super) is_own: bool,
}

impl<K: 'static, V: 'static> KGroupedTable<'_, K, V> {
    /// The repartition that an aggregation reads, made now unless the group is named and has
    /// one. Takes the numbers of sink and source in any case.
    pub(super) fn by_key(&self, graph: &mut Graph, store: &ResolvedName) -> Regrouped {
        let sink = graph.names.next("KSTREAM-SINK-");
        let source = graph.names.next("KSTREAM-SOURCE-");
        let made = self.repartitioned.get().filter(|_| self.name.is_some());
        if let Some(node) = made {
            graph.move_to_end(node);
            return Regrouped {
                node,
                is_own: false,
            };
        }
        let name = self.name.clone().unwrap_or_else(|| store.name.clone());
        graph.check(validate_name("repartition", &name));
        let topic = format!("{name}{TOPIC_SUFFIX}");
        if self.name.is_none() && !store.is_given {
            graph.refuse_generated("the repartition topic", &name, &topic, "Grouped::named");
        }
        let names = RepartitionNames {
            filter: None,
            sink,
            source: source.clone(),
            topic,
            partitions: None,
        };
        let stages = repartition::stages::<SharedCodec<K>, ChangeCodec<V>>(
            Arc::new(Arc::clone(&self.key)),
            Arc::new(ChangeCodec::new(Arc::clone(&self.value))),
            None,
        );
        let kind = NodeKind::Repartition(names);
        let node = graph.add(source, &[self.node], kind, stages);
        if let Some(tee) = self.tee.get() {
            graph.allow_tee(node, Box::new(tee));
        }
        self.repartitioned.set(Some(node));
        Regrouped { node, is_own: true }
    }
}
