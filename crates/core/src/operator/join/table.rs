//! `join_table` and `left_join_table`: each record of a stream with the row of its key.

use std::sync::Arc;

use super::grace::{self, GraceJoin};
use super::repartition::{self, TopicName};
use super::row::{Joiner, OwnKey, RowJoin, Unmatched};
use crate::codec::{Codec, SharedCodec};
use crate::dsl::{Joined, KStream, KTable, RowKey};
use crate::failure::Failure;
use crate::processor::Sink;
use crate::topology::{Graph, NodeId, NodeKind, Stages, Wired, validate_name};

const INNER_PREFIX: &str = "KSTREAM-JOIN-";
const LEFT_PREFIX: &str = "KSTREAM-LEFTJOIN-";

impl<'b, K: 'static, V: 'static> KStream<'b, K, V> {
    /// Joins each record with the row of its key, as the table is when the record comes; with a
    /// versioned table, as it was at the record's time.
    ///
    /// Updates of the table produce nothing. A record without a row vanishes; one without a key
    /// or a value is dropped and counted. Results have the timestamps and headers of the
    /// stream's records. If keys were changed before, the stream goes through a repartition
    /// topic. With [`Joined::grace`] records wait for late updates of a versioned table.
    /// Semantics: `KStream.join(KTable)` (KIP-923, KIP-962).
    ///
    /// ```
    /// use headwater_core::prelude::*;
    /// use headwater_testing::TopologyTestDriver;
    ///
    /// let builder = StreamsBuilder::new();
    /// let prices = builder.table_with(
    ///     "prices",
    ///     Consumed::with(Utf8, I64),
    ///     Materialized::named("prices", I64),
    /// );
    /// builder
    ///     .stream("orders", Consumed::with(Utf8, I64))
    ///     .join_table(prices, |pieces, price| pieces * price, Joined::with(Utf8, I64))
    ///     .to("totals", Produced::with(Utf8, I64));
    ///
    /// let mut driver = TopologyTestDriver::new(builder.build()?)?;
    /// driver.input("prices", Utf8, I64).push("rose", 3)?;
    /// driver.input("orders", Utf8, I64).push("rose", 5)?.push("lily", 1)?;
    /// assert_eq!(driver.output("totals", Utf8, I64).values()?, [15]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use = "a stream that nothing follows does nothing"]
    pub fn join_table<KT, VT, R, KC, VC>(
        self,
        table: KTable<'b, KT, VT>,
        join: impl Fn(V, VT) -> R + Send + Sync + 'static,
        joined: Joined<KC, VC>,
    ) -> KStream<'b, K, R>
    where
        K: RowKey<KT>,
        KT: 'static,
        VT: 'static,
        R: 'static,
        KC: Codec<Item = K>,
        VC: Codec<Item = V>,
    {
        self.try_join_table(table, move |_, left, right| Ok(join(left, right)), joined)
    }

    /// As [`join_table`](Self::join_table), with the key.
    #[must_use = "a stream that nothing follows does nothing"]
    pub fn join_table_with_key<KT, VT, R, KC, VC>(
        self,
        table: KTable<'b, KT, VT>,
        join: impl Fn(&K, V, VT) -> R + Send + Sync + 'static,
        joined: Joined<KC, VC>,
    ) -> KStream<'b, K, R>
    where
        K: RowKey<KT>,
        KT: 'static,
        VT: 'static,
        R: 'static,
        KC: Codec<Item = K>,
        VC: Codec<Item = V>,
    {
        self.try_join_table(
            table,
            move |key, left, right| Ok(join(key, left, right)),
            joined,
        )
    }

    /// As [`join_table_with_key`](Self::join_table_with_key), with a function that may fail; the
    /// failure policy decides what becomes of the record.
    #[must_use = "a stream that nothing follows does nothing"]
    pub fn try_join_table<KT, VT, R, KC, VC>(
        self,
        table: KTable<'b, KT, VT>,
        join: impl Fn(&K, V, VT) -> Result<R, Failure> + Send + Sync + 'static,
        joined: Joined<KC, VC>,
    ) -> KStream<'b, K, R>
    where
        K: RowKey<KT>,
        KT: 'static,
        VT: 'static,
        R: 'static,
        KC: Codec<Item = K>,
        VC: Codec<Item = V>,
    {
        let join = Arc::new(move |key: &K, left, right: Option<VT>| {
            right.map(|right| join(key, left, right)).transpose()
        });
        let table = table.into_node(self.builder);
        self.joined_with_table::<KT, VT, R, KC, VC>(table, join, joined, Unmatched::Dropped)
    }

    /// As [`join_table`](Self::join_table), but a record without a row, and also one without a
    /// key, is joined with `None`.
    ///
    /// A record without a value is dropped and counted. Semantics: `KStream.leftJoin(KTable)`.
    ///
    /// ```
    /// use headwater_core::prelude::*;
    /// use headwater_testing::TopologyTestDriver;
    ///
    /// let builder = StreamsBuilder::new();
    /// let names = builder.table_with(
    ///     "names",
    ///     Consumed::with(I64, Utf8),
    ///     Materialized::named("names", Utf8),
    /// );
    /// builder
    ///     .stream("clicks", Consumed::with(I64.nullable(), Utf8))
    ///     .left_join_table(
    ///         names,
    ///         |page, name| format!("{page} {}", name.as_deref().unwrap_or("?")),
    ///         Joined::with(I64.nullable(), Utf8),
    ///     )
    ///     .to("named-clicks", Produced::with(I64.nullable(), Utf8));
    ///
    /// let mut driver = TopologyTestDriver::new(builder.build()?)?;
    /// driver.input("names", I64, Utf8).push(1, "ann")?;
    /// let clicks = driver.input("clicks", I64.nullable(), Utf8);
    /// clicks.push(1, "/")?.push(2, "/buy")?.push(None::<i64>, "/")?;
    /// let named = driver.output("named-clicks", I64.nullable(), Utf8).values()?;
    /// assert_eq!(named, ["/ ann", "/buy ?", "/ ?"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use = "a stream that nothing follows does nothing"]
    pub fn left_join_table<KT, VT, R, KC, VC>(
        self,
        table: KTable<'b, KT, VT>,
        join: impl Fn(V, Option<VT>) -> R + Send + Sync + 'static,
        joined: Joined<KC, VC>,
    ) -> KStream<'b, K, R>
    where
        K: RowKey<KT>,
        KT: 'static,
        VT: 'static,
        R: 'static,
        KC: Codec<Item = K>,
        VC: Codec<Item = V>,
    {
        self.try_left_join_table(table, move |_, left, right| Ok(join(left, right)), joined)
    }

    /// As [`left_join_table`](Self::left_join_table), with the key.
    #[must_use = "a stream that nothing follows does nothing"]
    pub fn left_join_table_with_key<KT, VT, R, KC, VC>(
        self,
        table: KTable<'b, KT, VT>,
        join: impl Fn(&K, V, Option<VT>) -> R + Send + Sync + 'static,
        joined: Joined<KC, VC>,
    ) -> KStream<'b, K, R>
    where
        K: RowKey<KT>,
        KT: 'static,
        VT: 'static,
        R: 'static,
        KC: Codec<Item = K>,
        VC: Codec<Item = V>,
    {
        self.try_left_join_table(
            table,
            move |key, left, right| Ok(join(key, left, right)),
            joined,
        )
    }

    /// As [`left_join_table_with_key`](Self::left_join_table_with_key), with a function that may
    /// fail; the failure policy decides what becomes of the record.
    #[must_use = "a stream that nothing follows does nothing"]
    pub fn try_left_join_table<KT, VT, R, KC, VC>(
        self,
        table: KTable<'b, KT, VT>,
        join: impl Fn(&K, V, Option<VT>) -> Result<R, Failure> + Send + Sync + 'static,
        joined: Joined<KC, VC>,
    ) -> KStream<'b, K, R>
    where
        K: RowKey<KT>,
        KT: 'static,
        VT: 'static,
        R: 'static,
        KC: Codec<Item = K>,
        VC: Codec<Item = V>,
    {
        let join = Arc::new(move |key: &K, left, right| join(key, left, right).map(Some));
        let table = table.into_node(self.builder);
        self.joined_with_table::<KT, VT, R, KC, VC>(table, join, joined, Unmatched::Joined)
    }

    fn joined_with_table<KT, VT, R, KC, VC>(
        self,
        table: NodeId,
        join: Arc<Joiner<K, V, VT, R>>,
        joined: Joined<KC, VC>,
        unmatched: Unmatched,
    ) -> KStream<'b, K, R>
    where
        K: RowKey<KT>,
        KT: 'static,
        VT: 'static,
        R: 'static,
        KC: Codec<Item = K>,
        VC: Codec<Item = V>,
    {
        let key: SharedCodec<K> = Arc::new(joined.key);
        let value: SharedCodec<V> = Arc::new(joined.value);
        let (given, grace) = (joined.name, joined.grace);
        let node = self.builder.with_graph(|graph| {
            let topic = TopicName {
                given: given.clone(),
                remedy: "Joined::named",
            };
            let parent = repartition::for_join(graph, self.node, topic, &key, &value);
            let mut sources = graph.node(parent).sources.clone();
            sources.extend(&graph.node(table).sources);
            sources.sort_unstable();
            sources.dedup();
            graph.copartitioned.push(sources.clone());
            let name = name_of(graph, given.as_deref(), unmatched);
            let buffer = grace.map(|grace| {
                let is_given = given.is_some();
                grace::declare_buffer(graph, &name, is_given, grace, &key, &value)
            });
            let stores = graph.keep_for_lookup(table);
            if let Some(grace) = grace {
                grace::check_versions(graph, &name, &stores, grace);
            }
            let stages =
                stages::<K, V, KT, VT, R>(table, join, (key, value), unmatched, buffer.clone());
            let node = graph.add(name, &[parent], NodeKind::Processor, stages);
            graph.connect(node, buffer.into_iter().chain(stores));
            let added = graph.node_mut(node);
            added.sources = sources;
            added.traits.takes_null_keys = unmatched == Unmatched::Joined;
            node
        });
        KStream::new(self.builder, node)
    }
}

fn name_of(graph: &mut Graph, given: Option<&str>, unmatched: Unmatched) -> String {
    let generated = graph.names.next(match unmatched {
        Unmatched::Joined => LEFT_PREFIX,
        Unmatched::Dropped => INNER_PREFIX,
    });
    match given {
        None => generated,
        Some(name) => {
            graph.check(validate_name("node", name));
            name.to_owned()
        }
    }
}

fn stages<K, V, KT, VT, R>(
    table: NodeId,
    join: Arc<Joiner<K, V, VT, R>>,
    (key, value): (SharedCodec<K>, SharedCodec<V>),
    unmatched: Unmatched,
    buffer: Option<String>,
) -> Stages
where
    K: RowKey<KT> + 'static,
    V: 'static,
    KT: 'static,
    VT: 'static,
    R: 'static,
{
    Stages::sink(move |wiring, node| {
        let join = RowJoin {
            name: wiring.name_of(node).to_owned(),
            find: OwnKey(SharedCodec::clone(&key)),
            value: SharedCodec::clone(&value),
            unmatched,
            joiner: Arc::clone(&join),
            table: wiring.lookup::<KT, VT>(table),
            next: wiring.downstream(node),
        };
        let sink: Box<dyn Sink<K, V>> = match &buffer {
            None => Box::new(join),
            Some(buffer) => Box::new(GraceJoin {
                join,
                buffer: wiring.store(buffer),
            }),
        };
        Wired::new(sink)
    })
}
