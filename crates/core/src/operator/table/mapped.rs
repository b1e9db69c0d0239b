//! Tables whose rows are made from the rows of another: what `map_values` and its forms share.

use std::sync::Arc;

use super::keep::{self, KeptTable, Parts};
use crate::dsl::KTable;
use crate::failure::{FailedStep, Failure, Step};
use crate::processor::{Lookup, Sink, TaskContext};
use crate::record::{Change, Record, Stamped};
use crate::store::StoreError;
use crate::time::Timestamp;
use crate::topology::{NodeKind, Stages, TableNode, Wired, WiredLookup};

const PREFIX: &str = "KTABLE-MAPVALUES-";

/// Adds a table whose rows `map` makes; it is kept only in a store that was given a name.
///
/// Semantics: `KTableMapValues`.
pub(super) fn add<'b, K, V, V2, F>(
    table: KTable<'b, K, V>,
    map: F,
    materialized: Option<&Parts<V2>>,
) -> KTable<'b, K, V2>
where
    K: 'static,
    V: 'static,
    V2: 'static,
    F: Fn(&K, V) -> Result<Option<V2>, Failure> + Send + Sync + 'static,
{
    let map = Arc::new(map);
    let looked_up = Arc::clone(&map);
    let parent = table.node;
    let stages = Stages::sink(move |wiring, node| {
        let map = Arc::clone(&map);
        let sink: Box<dyn Sink<K, Change<V>>> = match KeptTable::wire(wiring, node) {
            Some(table) => Box::new(KeptMap { map, table }),
            None => Box::new(PassedMap {
                map,
                name: wiring.name_of(node).to_owned(),
                sends_old: wiring.graph().table(node).sends_old,
                next: wiring.downstream(node),
            }),
        };
        Wired::new(sink)
    });
    let node = table.builder.with_graph(|graph| {
        let store = keep::own_store(graph, PREFIX, materialized, &table.key);
        let name = graph.names.next(PREFIX);
        let node = graph.add(name, &[parent], NodeKind::Processor, stages);
        let computed: TableNode =
            keep::derived_node::<K, V2>(parent, store, move |wiring, node| {
                WiredLookup::new::<K, V2>(Box::new(MappedLookup {
                    map: Arc::clone(&looked_up),
                    name: wiring.name_of(node).into(),
                    table: wiring.lookup(parent),
                }))
            });
        graph.node_mut(node).table = Some(computed);
        node
    });
    KTable::new(table.builder, node, table.key)
}

struct PassedMap<F, K, V2> {
    map: Arc<F>,
    name: String,
    sends_old: bool,
    next: Box<dyn Sink<K, Change<V2>>>,
}

impl<F, K, V2> PassedMap<F, K, V2> {
    fn map<V>(&self, key: &K, change: Change<V>) -> Result<Change<V2>, Failure>
    where
        F: Fn(&K, V) -> Result<Option<V2>, Failure>,
    {
        let of = |value: Option<V>| value.map_or(Ok(None), |value| (self.map)(key, value));
        Ok(Change {
            new: of(change.new)?,
            old: of(change.old.filter(|_| self.sends_old))?,
            is_latest: change.is_latest,
        })
    }
}

impl<F, K, V, V2> Sink<K, Change<V>> for PassedMap<F, K, V2>
where
    F: Fn(&K, V) -> Result<Option<V2>, Failure>,
{
    fn push(&mut self, record: Record<K, Change<V>>, task: &mut TaskContext) -> Step {
        let change = match self.map(&record.key, record.value) {
            Ok(change) => change,
            Err(failure) => {
                return task.settle(FailedStep::Process, &self.name, failure.into_inner());
            }
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

struct KeptMap<F, K, V2> {
    map: Arc<F>,
    table: KeptTable<K, V2>,
}

impl<F, K: 'static, V, V2: 'static> Sink<K, Change<V>> for KeptMap<F, K, V2>
where
    F: Fn(&K, V) -> Result<Option<V2>, Failure>,
{
    fn push(&mut self, record: Record<K, Change<V>>, task: &mut TaskContext) -> Step {
        let new = record.value.new;
        let new = match new.map_or(Ok(None), |value| (self.map)(&record.key, value)) {
            Ok(new) => new,
            Err(failure) => {
                let name = self.table.name();
                return task.settle(FailedStep::Process, name, failure.into_inner());
            }
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

/// Makes rows of what the table before it knows.
struct MappedLookup<F, K, V> {
    map: Arc<F>,
    name: Arc<str>,
    table: Box<dyn Lookup<K, V>>,
}

impl<F, K, V> MappedLookup<F, K, V> {
    fn map<V2>(&self, key: &K, row: Option<Stamped<V>>) -> Result<Option<Stamped<V2>>, StoreError>
    where
        F: Fn(&K, V) -> Result<Option<V2>, Failure>,
    {
        let Some(row) = row else {
            return Ok(None);
        };
        match (self.map)(key, row.value) {
            Ok(value) => Ok(value.map(|value| Stamped::new(value, row.timestamp))),
            Err(failure) => Err(StoreError::computed(&self.name, failure)),
        }
    }
}

impl<F, K, V, V2> Lookup<K, V2> for MappedLookup<F, K, V>
where
    F: Fn(&K, V) -> Result<Option<V2>, Failure>,
{
    fn get(&mut self, key: &K) -> Result<Option<Stamped<V2>>, StoreError> {
        let row = self.table.get(key)?;
        self.map(key, row)
    }

    fn get_as_of(&mut self, key: &K, at: Timestamp) -> Result<Option<Stamped<V2>>, StoreError> {
        let row = self.table.get_as_of(key, at)?;
        self.map(key, row)
    }
}
