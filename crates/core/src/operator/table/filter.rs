//! `filter` and `filter_not` of tables: rows that do not fit are deleted.

use std::sync::Arc;

use super::keep::{self, KeptTable};
use crate::codec::Codec;
use crate::dsl::{KTable, Materialized};
use crate::failure::Step;
use crate::processor::{Lookup, Sink, TaskContext};
use crate::record::{Change, Record, Stamped};
use crate::store::StoreError;
use crate::time::Timestamp;
use crate::topology::{Materialize, NodeKind, Stages, TableNode, Wired, WiredLookup};

const PREFIX: &str = "KTABLE-FILTER-";

impl<K: 'static, V: 'static> KTable<'_, K, V> {
    /// Keeps the rows for which `keep` holds; an update to a row for which it does not deletes
    /// the row.
    ///
    /// If the table before it is kept in a store, no deletion is sent for a row that was never
    /// passed on. Semantics: `KTable.filter`.
    ///
    /// ```
    /// use headwater_core::prelude::*;
    /// use headwater_testing::TopologyTestDriver;
    ///
    /// let builder = StreamsBuilder::new();
    /// builder
    ///     .table("prices", Consumed::with(Utf8, I64))
    ///     .filter(|_, price| *price > 10)
    ///     .into_stream()
    ///     .to("dear", Produced::with(Utf8, I64.nullable()));
    ///
    /// let mut driver = TopologyTestDriver::new(builder.build()?)?;
    /// driver.input("prices", Utf8, I64).push("rose", 30)?.push("rose", 3)?;
    /// let dear = driver.output("dear", Utf8, I64.nullable()).values()?;
    /// assert_eq!(dear, [Some(30), None]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use = "a table that nothing follows does nothing"]
    pub fn filter(self, keep: impl Fn(&K, &V) -> bool + Send + Sync + 'static) -> Self {
        self.filtered(keep, None)
    }

    /// As [`filter`](Self::filter), kept in a store of its own.
    #[must_use = "a table that nothing follows does nothing"]
    pub fn filter_with<VC: Codec<Item = V>>(
        self,
        keep: impl Fn(&K, &V) -> bool + Send + Sync + 'static,
        materialized: Materialized<VC>,
    ) -> Self {
        self.filtered(keep, Some(&materialized.into_parts()))
    }

    /// Keeps the rows for which `discard` does not hold; otherwise as [`filter`](Self::filter).
    #[must_use = "a table that nothing follows does nothing"]
    pub fn filter_not(self, discard: impl Fn(&K, &V) -> bool + Send + Sync + 'static) -> Self {
        self.filtered(move |key, value| !discard(key, value), None)
    }

    /// As [`filter_not`](Self::filter_not), kept in a store of its own.
    #[must_use = "a table that nothing follows does nothing"]
    pub fn filter_not_with<VC: Codec<Item = V>>(
        self,
        discard: impl Fn(&K, &V) -> bool + Send + Sync + 'static,
        materialized: Materialized<VC>,
    ) -> Self {
        let keep = move |key: &K, value: &V| !discard(key, value);
        self.filtered(keep, Some(&materialized.into_parts()))
    }

    fn filtered<F>(self, keep: F, materialized: Option<&keep::Parts<V>>) -> Self
    where
        F: Fn(&K, &V) -> bool + Send + Sync + 'static,
    {
        let keep = Arc::new(keep);
        let looked_up = Arc::clone(&keep);
        let parent = self.node;
        let stages = Stages::sink(move |wiring, node| {
            let sends_old = wiring.graph().table(node).sends_old;
            let versioned = wiring.graph().is_versioned(parent);
            let filter = Filter {
                keep: Arc::clone(&keep),
                // A versioned table passes on every deletion.
                drops_unseen: sends_old && !versioned,
                sends_old,
            };
            let sink: Box<dyn Sink<K, Change<V>>> = match KeptTable::wire(wiring, node) {
                Some(table) => Box::new(KeptFilter { filter, table }),
                None => Box::new(PassedFilter {
                    filter,
                    next: wiring.downstream(node),
                }),
            };
            Wired::new(sink)
        });
        let node = self.builder.with_graph(|graph| {
            let store = keep::own_store(graph, PREFIX, materialized, &self.key);
            let name = graph.names.next(PREFIX);
            // If upstream is kept, its old values spare needless deletions.
            let sends_old = graph.enable_old_values(parent, Materialize::Never);
            let node = graph.add(name, &[parent], NodeKind::Processor, stages);
            graph.node_mut(node).table = Some(TableNode {
                sends_old,
                ..keep::derived_node::<K, V>(parent, store, move |wiring, _| {
                    WiredLookup::new::<K, V>(Box::new(FilteredLookup {
                        keep: Arc::clone(&looked_up),
                        table: wiring.lookup(parent),
                    }))
                })
            });
            node
        });
        Self::new(self.builder, node, self.key)
    }
}

struct Filter<F> {
    keep: Arc<F>,
    sends_old: bool,
    drops_unseen: bool,
}

impl<F> Filter<F> {
    fn of<K, V>(&self, key: &K, value: Option<V>) -> Option<V>
    where
        F: Fn(&K, &V) -> bool,
    {
        value.filter(|value| (self.keep)(key, value))
    }

    fn is_unseen<V>(&self, change: &Change<V>) -> bool {
        self.drops_unseen && change.new.is_none() && change.old.is_none()
    }
}

struct PassedFilter<F, K, V> {
    filter: Filter<F>,
    next: Box<dyn Sink<K, Change<V>>>,
}

impl<K, V, F: Fn(&K, &V) -> bool> Sink<K, Change<V>> for PassedFilter<F, K, V> {
    fn push(&mut self, record: Record<K, Change<V>>, task: &mut TaskContext) -> Step {
        let change = record.value;
        let old = change.old.filter(|_| self.filter.sends_old);
        let change = Change {
            new: self.filter.of(&record.key, change.new),
            old: self.filter.of(&record.key, old),
            is_latest: change.is_latest,
        };
        if self.filter.is_unseen(&change) {
            return Ok(());
        }
        let record = Record {
            key: record.key,
            value: change,
            timestamp: record.timestamp,
            headers: record.headers,
        };
        self.next.push(record, task)
    }
}

struct KeptFilter<F, K, V> {
    filter: Filter<F>,
    table: KeptTable<K, V>,
}

impl<K: 'static, V: 'static, F: Fn(&K, &V) -> bool> KeptFilter<F, K, V> {
    /// Filters and keeps an update; says whether it goes on.
    fn put(
        &mut self,
        record: &mut Record<K, Change<V>>,
        task: &mut TaskContext,
    ) -> Result<bool, StoreError> {
        record.value.new = self.filter.of(&record.key, record.value.new.take());
        record.value.old = if self.filter.sends_old {
            self.table.get(&record.key)?.map(|old| old.value)
        } else {
            None
        };
        if self.filter.is_unseen(&record.value) {
            return Ok(false);
        }
        keep::put_update(&self.table, record, task)
    }
}

impl<K: 'static, V: 'static, F: Fn(&K, &V) -> bool> Sink<K, Change<V>> for KeptFilter<F, K, V> {
    fn push(&mut self, mut record: Record<K, Change<V>>, task: &mut TaskContext) -> Step {
        match self.put(&mut record, task) {
            Ok(true) => self.table.updated(record, task),
            Ok(false) => Ok(()),
            Err(error) => task.settle_store(self.table.name(), error),
        }
    }
}

/// Filters what the table before it knows.
struct FilteredLookup<F, K, V> {
    keep: Arc<F>,
    table: Box<dyn Lookup<K, V>>,
}

impl<K, V, F: Fn(&K, &V) -> bool> Lookup<K, V> for FilteredLookup<F, K, V> {
    fn get(&mut self, key: &K) -> Result<Option<Stamped<V>>, StoreError> {
        let found = self.table.get(key)?;
        Ok(found.filter(|row| (self.keep)(key, &row.value)))
    }

    fn get_as_of(&mut self, key: &K, at: Timestamp) -> Result<Option<Stamped<V>>, StoreError> {
        let found = self.table.get_as_of(key, at)?;
        Ok(found.filter(|row| (self.keep)(key, &row.value)))
    }
}
