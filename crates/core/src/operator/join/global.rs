//! `join_global` and `left_join_global`: each record of a stream with a row of a global table.

use std::marker::PhantomData;
use std::sync::Arc;

use super::row::{FindKey, Joiner, Key, RowJoin, Unmatched};
use crate::codec::{Codec, SharedCodec};
use crate::dsl::{GlobalKTable, Joined, KStream};
use crate::error::TopologyError;
use crate::failure::Failure;
use crate::operator::table::GlobalLookup;
use crate::topology::{NodeKind, Stages, Wired, validate_name};

/// Kafka Streams names inner joins so, too.
const PREFIX: &str = "KSTREAM-LEFTJOIN-";

impl<'b, K: 'static, V: 'static> KStream<'b, K, V> {
    /// Joins each record with the row whose key `select` makes of it, as the global table is
    /// when the record comes.
    ///
    /// Updates of the table produce nothing. A record without a row vanishes; one without a
    /// value, or whose row's key is `None`, is dropped and counted. Results have the keys,
    /// timestamps and headers of the stream's records. Nothing is repartitioned; the codecs of
    /// `joined` only say which values are null. Semantics: `KStream.join(GlobalKTable)`.
    ///
    /// ```
    /// use headwater_core::prelude::*;
    /// use headwater_testing::TopologyTestDriver;
    ///
    /// let builder = StreamsBuilder::new();
    /// let countries = builder.global_table("countries", Consumed::with(Utf8, Utf8));
    /// builder
    ///     .stream("visits", Consumed::with(IgnoreKey, Utf8))
    ///     .join_global(
    ///         &countries,
    ///         |(), code| code.clone(),
    ///         |_, country| country,
    ///         Joined::with(IgnoreKey, Utf8),
    ///     )
    ///     .to("visited", Produced::with(IgnoreKey, Utf8));
    ///
    /// let mut driver = TopologyTestDriver::new(builder.build()?)?;
    /// driver.input("countries", Utf8, Utf8).push("is", "Iceland")?;
    /// driver.input("visits", IgnoreKey, Utf8).push((), "is")?.push((), "xx")?;
    /// assert_eq!(driver.output("visited", IgnoreKey, Utf8).values()?, ["Iceland"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use = "a stream that nothing follows does nothing"]
    pub fn join_global<KT, VT, Q, R, KC, VC>(
        self,
        table: &GlobalKTable<'b, KT, VT>,
        select: impl Fn(&K, &V) -> Q + Send + Sync + 'static,
        join: impl Fn(V, VT) -> R + Send + Sync + 'static,
        joined: Joined<KC, VC>,
    ) -> KStream<'b, K, R>
    where
        KT: 'static,
        VT: 'static,
        Q: Into<Option<KT>> + 'static,
        R: 'static,
        KC: Codec<Item = K>,
        VC: Codec<Item = V>,
    {
        self.try_join_global(
            table,
            select,
            move |_, left, right| Ok(join(left, right)),
            joined,
        )
    }

    /// As [`join_global`](Self::join_global), with the key and a function that may fail; the
    /// failure policy decides what becomes of the record.
    #[must_use = "a stream that nothing follows does nothing"]
    pub fn try_join_global<KT, VT, Q, R, KC, VC>(
        self,
        table: &GlobalKTable<'b, KT, VT>,
        select: impl Fn(&K, &V) -> Q + Send + Sync + 'static,
        join: impl Fn(&K, V, VT) -> Result<R, Failure> + Send + Sync + 'static,
        joined: Joined<KC, VC>,
    ) -> KStream<'b, K, R>
    where
        KT: 'static,
        VT: 'static,
        Q: Into<Option<KT>> + 'static,
        R: 'static,
        KC: Codec<Item = K>,
        VC: Codec<Item = V>,
    {
        let join = Arc::new(move |key: &K, left, right: Option<VT>| {
            right.map(|right| join(key, left, right)).transpose()
        });
        self.joined_with_global(table, select, join, joined, Unmatched::Dropped)
    }

    /// As [`join_global`](Self::join_global), but a record without a row, and also one whose
    /// row's key is `None`, is joined with `None`.
    ///
    /// A record without a value is dropped and counted. Semantics:
    /// `KStream.leftJoin(GlobalKTable)` (KIP-962).
    ///
    /// ```
    /// use headwater_core::prelude::*;
    /// use headwater_testing::TopologyTestDriver;
    ///
    /// let builder = StreamsBuilder::new();
    /// let countries = builder.global_table("countries", Consumed::with(Utf8, Utf8));
    /// builder
    ///     .stream("visits", Consumed::with(IgnoreKey, Utf8))
    ///     .left_join_global(
    ///         &countries,
    ///         |(), code| (code.len() == 2).then(|| code.clone()),
    ///         |code, country| country.unwrap_or(code),
    ///         Joined::with(IgnoreKey, Utf8),
    ///     )
    ///     .to("visited", Produced::with(IgnoreKey, Utf8));
    ///
    /// let mut driver = TopologyTestDriver::new(builder.build()?)?;
    /// driver.input("countries", Utf8, Utf8).push("gr", "Greece")?;
    /// driver.input("visits", IgnoreKey, Utf8).push((), "gr")?.push((), "xx")?;
    /// let visited = driver.output("visited", IgnoreKey, Utf8).values()?;
    /// assert_eq!(visited, ["Greece", "xx"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use = "a stream that nothing follows does nothing"]
    pub fn left_join_global<KT, VT, Q, R, KC, VC>(
        self,
        table: &GlobalKTable<'b, KT, VT>,
        select: impl Fn(&K, &V) -> Q + Send + Sync + 'static,
        join: impl Fn(V, Option<VT>) -> R + Send + Sync + 'static,
        joined: Joined<KC, VC>,
    ) -> KStream<'b, K, R>
    where
        KT: 'static,
        VT: 'static,
        Q: Into<Option<KT>> + 'static,
        R: 'static,
        KC: Codec<Item = K>,
        VC: Codec<Item = V>,
    {
        self.try_left_join_global(
            table,
            select,
            move |_, left, right| Ok(join(left, right)),
            joined,
        )
    }

    /// As [`left_join_global`](Self::left_join_global), with the key and a function that may
    /// fail; the failure policy decides what becomes of the record.
    #[must_use = "a stream that nothing follows does nothing"]
    pub fn try_left_join_global<KT, VT, Q, R, KC, VC>(
        self,
        table: &GlobalKTable<'b, KT, VT>,
        select: impl Fn(&K, &V) -> Q + Send + Sync + 'static,
        join: impl Fn(&K, V, Option<VT>) -> Result<R, Failure> + Send + Sync + 'static,
        joined: Joined<KC, VC>,
    ) -> KStream<'b, K, R>
    where
        KT: 'static,
        VT: 'static,
        Q: Into<Option<KT>> + 'static,
        R: 'static,
        KC: Codec<Item = K>,
        VC: Codec<Item = V>,
    {
        let join = Arc::new(move |key: &K, left, right| join(key, left, right).map(Some));
        self.joined_with_global(table, select, join, joined, Unmatched::Joined)
    }

    fn joined_with_global<KT, VT, Q, R, KC, VC>(
        self,
        table: &GlobalKTable<'b, KT, VT>,
        select: impl Fn(&K, &V) -> Q + Send + Sync + 'static,
        join: Arc<Joiner<K, V, VT, R>>,
        joined: Joined<KC, VC>,
        unmatched: Unmatched,
    ) -> KStream<'b, K, R>
    where
        KT: 'static,
        VT: 'static,
        Q: Into<Option<KT>> + 'static,
        R: 'static,
        KC: Codec<Item = K>,
        VC: Codec<Item = V>,
    {
        let value: SharedCodec<V> = Arc::new(joined.value);
        let node = self.builder.own(table.builder, table.node);
        let (select, key, table) = (Arc::new(select), SharedCodec::clone(&table.key), node);
        let stages = Stages::sink(move |wiring, node| {
            Wired::new::<K, V>(Box::new(RowJoin {
                name: wiring.name_of(node).to_owned(),
                find: Selected {
                    select: Arc::clone(&select),
                    key: SharedCodec::clone(&key),
                    made: PhantomData,
                },
                value: SharedCodec::clone(&value),
                unmatched,
                joiner: Arc::clone(&join),
                table: Box::new(GlobalLookup::<KT, VT>::wire(wiring, table)),
                next: wiring.downstream(node),
            }))
        });
        let node = self.builder.with_graph(|graph| {
            let generated = graph.names.next(PREFIX);
            let name = match joined.name {
                None => generated,
                Some(name) => {
                    graph.check(validate_name("node", &name));
                    name
                }
            };
            if joined.grace.is_some() {
                graph.report(TopologyError::GraceWithoutVersions(name.clone()));
            }
            let node = graph.add(name, &[self.node], NodeKind::Processor, stages);
            graph.node_mut(node).traits.takes_null_keys = unmatched == Unmatched::Joined;
            node
        });
        KStream::new(self.builder, node)
    }
}

/// The row whose key a function makes of the record.
struct Selected<S, KT, Q> {
    select: Arc<S>,
    key: SharedCodec<KT>,
    made: PhantomData<fn() -> Q>,
}

impl<S, K, V, KT, Q> FindKey<K, V, KT> for Selected<S, KT, Q>
where
    S: Fn(&K, &V) -> Q,
    KT: 'static,
    Q: Into<Option<KT>>,
{
    fn find<'r>(&self, key: &'r K, value: &V) -> Option<Key<'r, KT>> {
        let selected: Option<KT> = (self.select)(key, value).into();
        let selected = selected.filter(|selected| !self.key.is_null(selected));
        selected.map(Key::Made)
    }
}
