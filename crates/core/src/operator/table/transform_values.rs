//! `transform_values`: rows made of rows by something that keeps state for each task.

use std::sync::Arc;

use super::keep::{self, DerivedStore, KeptTable, Parts};
use crate::codec::{Codec, SharedCodec};
use crate::dsl::{KTable, Materialized};
use crate::failure::{Failure, Step};
use crate::processor::{Lookup, Sink, TaskContext, TransformContext, ValueTransformer};
use crate::record::{Change, Record, Stamped};
use crate::store::{OpenStores, StoreError, Stores};
use crate::time::Timestamp;
use crate::topology::{Graph, NodeId, NodeKind, Stages, TableNode, Wired, WiredLookup, Wiring};

const PREFIX: &str = "KTABLE-TRANSFORMVALUES-";

impl<'b, K: 'static, V: 'static> KTable<'b, K, V> {
    /// Puts each row through a transformer, which also sees deletions; `new` makes one for each
    /// task.
    ///
    /// The result is not kept in a store: where it is looked up, or its old values are needed,
    /// rows are transformed again. Timestamps stay. Semantics: `KTable.transformValues`
    /// (KIP-292).
    ///
    /// ```
    /// use headwater_core::prelude::*;
    /// use headwater_core::processor::{TransformContext, ValueTransformer};
    /// use headwater_testing::TopologyTestDriver;
    ///
    /// /// Says how many updates there were before.
    /// #[derive(Default)]
    /// struct Numbered {
    ///     updates: i64,
    /// }
    ///
    /// impl ValueTransformer<String, String> for Numbered {
    ///     type Value = String;
    ///
    ///     fn transform(
    ///         &mut self,
    ///         _: &String,
    ///         value: Option<String>,
    ///         _: &mut TransformContext<'_>,
    ///     ) -> Result<Option<String>, Failure> {
    ///         self.updates += 1;
    ///         Ok(value.map(|value| format!("{}: {value}", self.updates)))
    ///     }
    /// }
    ///
    /// let builder = StreamsBuilder::new();
    /// builder
    ///     .table("names", Consumed::with(Utf8, Utf8))
    ///     .transform_values(Numbered::default)
    ///     .into_stream()
    ///     .to("numbered", Produced::with(Utf8, Utf8.nullable()));
    ///
    /// let mut driver = TopologyTestDriver::new(builder.build()?)?;
    /// driver.input("names", Utf8, Utf8).push("a", "ann")?.push("b", "ben")?;
    /// let numbered = driver.output("numbered", Utf8, Utf8).values()?;
    /// assert_eq!(numbered, ["1: ann", "2: ben"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use = "a table that nothing follows does nothing"]
    pub fn transform_values<T: ValueTransformer<K, V>>(
        self,
        new: impl Fn() -> T + Send + Sync + 'static,
    ) -> KTable<'b, K, T::Value> {
        self.transformed((), move |()| new(), None)
    }

    /// As [`transform_values`](Self::transform_values), kept in a store of its own.
    #[must_use = "a table that nothing follows does nothing"]
    pub fn transform_values_with<T, VC>(
        self,
        new: impl Fn() -> T + Send + Sync + 'static,
        materialized: Materialized<VC>,
    ) -> KTable<'b, K, T::Value>
    where
        T: ValueTransformer<K, V>,
        VC: Codec<Item = T::Value>,
    {
        self.transformed((), move |()| new(), Some(&materialized.into_parts()))
    }

    /// As [`transform_values`](Self::transform_values), with stores: `new` gets the stores of its
    /// task, in the order in which they are named.
    ///
    /// Stores are written for updates only: while a row is looked up, a write is an error, where
    /// Kafka Streams would let one lookup change the next.
    ///
    /// ```
    /// use headwater_core::prelude::*;
    /// use headwater_core::processor::{TransformContext, ValueTransformer};
    /// use headwater_core::store::{KeyValueStore, KeyValueStoreDef};
    /// use headwater_testing::TopologyTestDriver;
    ///
    /// const UPDATES: KeyValueStoreDef<String, i64> = KeyValueStoreDef::new("updates");
    ///
    /// /// Counts the updates of each key.
    /// struct Updates {
    ///     updates: KeyValueStore<String, i64>,
    /// }
    ///
    /// impl ValueTransformer<String, String> for Updates {
    ///     type Value = i64;
    ///
    ///     fn transform(
    ///         &mut self,
    ///         key: &String,
    ///         _: Option<String>,
    ///         context: &mut TransformContext<'_>,
    ///     ) -> Result<Option<i64>, Failure> {
    ///         let updates = self.updates.get(key)?.unwrap_or(0) + 1;
    ///         self.updates.put(key, &updates, context)?;
    ///         Ok(Some(updates))
    ///     }
    /// }
    ///
    /// let builder = StreamsBuilder::new();
    /// builder.add_store(&UPDATES, Stored::with(Utf8, I64));
    /// builder
    ///     .table("names", Consumed::with(Utf8, Utf8))
    ///     .transform_values_with_stores(UPDATES, |updates| Updates { updates })
    ///     .into_stream()
    ///     .to("updates", Produced::with(Utf8, I64.nullable()));
    ///
    /// let mut driver = TopologyTestDriver::new(builder.build()?)?;
    /// driver.input("names", Utf8, Utf8).push("a", "ann")?.push("a", "anna")?;
    /// assert_eq!(driver.output("updates", Utf8, I64).values()?, [1, 2]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use = "a table that nothing follows does nothing"]
    pub fn transform_values_with_stores<S: Stores, T: ValueTransformer<K, V>>(
        self,
        stores: S,
        new: impl Fn(S::Handles) -> T + Send + Sync + 'static,
    ) -> KTable<'b, K, T::Value> {
        self.transformed(stores, new, None)
    }

    /// As [`transform_values_with_stores`](Self::transform_values_with_stores), kept in a store
    /// of its own.
    #[must_use = "a table that nothing follows does nothing"]
    pub fn transform_values_with_stores_kept<S, T, VC>(
        self,
        stores: S,
        new: impl Fn(S::Handles) -> T + Send + Sync + 'static,
        materialized: Materialized<VC>,
    ) -> KTable<'b, K, T::Value>
    where
        S: Stores,
        T: ValueTransformer<K, V>,
        VC: Codec<Item = T::Value>,
    {
        self.transformed(stores, new, Some(&materialized.into_parts()))
    }

    fn transformed<S: Stores, T: ValueTransformer<K, V>>(
        self,
        stores: S,
        new: impl Fn(S::Handles) -> T + Send + Sync + 'static,
        materialized: Option<&Parts<T::Value>>,
    ) -> KTable<'b, K, T::Value> {
        let used = stores.used();
        let new =
            Arc::new(move |wiring: &mut Wiring<'_>| new(stores.open(&mut OpenStores::new(wiring))));
        let looked_up = Arc::clone(&new);
        let parent = self.node;
        let stages = Stages::sink(move |wiring, node| {
            let transformer = new(wiring);
            let sink: Box<dyn Sink<K, Change<V>>> = match KeptTable::wire(wiring, node) {
                Some(table) => Box::new(KeptTransform { transformer, table }),
                None => Box::new(PassedTransform {
                    transformer,
                    name: wiring.name_of(node).to_owned(),
                    sends_old: wiring.graph().table(node).sends_old,
                    next: wiring.downstream(node),
                }),
            };
            Wired::new(sink)
        });
        let compute = move |wiring: &mut Wiring<'_>, node: NodeId| {
            WiredLookup::new::<K, T::Value>(Box::new(TransformedLookup {
                transformer: looked_up(wiring),
                name: wiring.name_of(node).into(),
                table: wiring.lookup::<K, V>(parent),
            }))
        };
        let node = self.builder.with_graph(|graph| {
            let store = named_store(graph, materialized, &self.key);
            let name = graph.names.next(PREFIX);
            let node = graph.add(name, &[parent], NodeKind::Processor, stages);
            let computed: TableNode = keep::derived_node::<K, T::Value>(parent, store, compute);
            graph.node_mut(node).table = Some(computed);
            graph.connect_used(node, used);
            node
        });
        KTable::new(self.builder, node, self.key)
    }
}

/// The store the result is kept in; unlike with other verbs, none takes no number.
fn named_store<K: 'static, V: 'static>(
    graph: &mut Graph,
    parts: Option<&Parts<V>>,
    key: &SharedCodec<K>,
) -> DerivedStore {
    match parts {
        Some((_, naming, _)) if !naming.is_given() => DerivedStore::NAMELESS,
        _ => keep::own_store(graph, PREFIX, parts, key),
    }
}

struct PassedTransform<T: ValueTransformer<K, V>, K, V> {
    transformer: T,
    name: String,
    sends_old: bool,
    next: Box<dyn Sink<K, Change<T::Value>>>,
}

impl<T: ValueTransformer<K, V>, K, V> PassedTransform<T, K, V> {
    fn transform(
        &mut self,
        key: &K,
        change: Change<V>,
        timestamp: Timestamp,
        task: &mut TaskContext,
    ) -> Result<Change<T::Value>, Failure> {
        let mut context = TransformContext::of_update(timestamp, task);
        let new = (self.transformer).transform(key, change.new, &mut context)?;
        let old = if self.sends_old {
            (self.transformer).transform(key, change.old, &mut context)?
        } else {
            None
        };
        Ok(Change {
            new,
            old,
            is_latest: change.is_latest,
        })
    }
}

impl<T: ValueTransformer<K, V>, K, V> Sink<K, Change<V>> for PassedTransform<T, K, V> {
    fn push(&mut self, record: Record<K, Change<V>>, task: &mut TaskContext) -> Step {
        let change = self.transform(&record.key, record.value, record.timestamp, task);
        let change = match change {
            Ok(change) => change,
            Err(failure) => return task.settle_failure(&self.name, failure),
        };
        let record = Record {
            key: record.key,
            value: change,
            timestamp: record.timestamp,
            headers: record.headers,
        };
        self.next.push(record, task)
    }
}

struct KeptTransform<T: ValueTransformer<K, V>, K, V> {
    transformer: T,
    table: KeptTable<K, T::Value>,
}

impl<T: ValueTransformer<K, V>, K: 'static, V> Sink<K, Change<V>> for KeptTransform<T, K, V> {
    fn push(&mut self, record: Record<K, Change<V>>, task: &mut TaskContext) -> Step {
        let mut context = TransformContext::of_update(record.timestamp, task);
        let new = record.value.new;
        let new = match (self.transformer).transform(&record.key, new, &mut context) {
            Ok(new) => new,
            Err(failure) => return task.settle_failure(self.table.name(), failure),
        };
        let mut update = Record {
            key: record.key,
            value: Change::new(new, None),
            timestamp: record.timestamp,
            headers: record.headers,
        };
        match keep::put_over_old(&self.table, &mut update, task) {
            Ok(true) => self.table.updated(update, task),
            Ok(false) => Ok(()),
            Err(error) => task.settle_store(self.table.name(), error),
        }
    }
}

/// Transforms what the table before it knows, also that it knows nothing.
struct TransformedLookup<T, K, V> {
    transformer: T,
    name: Arc<str>,
    table: Box<dyn Lookup<K, V>>,
}

impl<T: ValueTransformer<K, V>, K, V> TransformedLookup<T, K, V> {
    fn transform(
        &mut self,
        key: &K,
        row: Option<Stamped<V>>,
    ) -> Result<Option<Stamped<T::Value>>, StoreError> {
        let (value, timestamp) = match row {
            None => (None, Timestamp::UNKNOWN),
            Some(row) => (Some(row.value), row.timestamp),
        };
        let mut context = TransformContext::of_lookup(timestamp);
        match self.transformer.transform(key, value, &mut context) {
            Ok(value) => Ok(value.map(|value| Stamped::new(value, timestamp))),
            Err(failure) => Err(StoreError::computed(&self.name, failure)),
        }
    }
}

impl<T, K, V> Lookup<K, T::Value> for TransformedLookup<T, K, V>
where
    T: ValueTransformer<K, V>,
{
    fn get(&mut self, key: &K) -> Result<Option<Stamped<T::Value>>, StoreError> {
        let row = self.table.get(key)?;
        self.transform(key, row)
    }

    fn get_as_of(
        &mut self,
        key: &K,
        at: Timestamp,
    ) -> Result<Option<Stamped<T::Value>>, StoreError> {
        let row = self.table.get_as_of(key, at)?;
        self.transform(key, row)
    }
}
