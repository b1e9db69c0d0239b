//! Keeping a table in a store: declaring the store, writing rows, answering lookups from it.

use std::cell::RefCell;
use std::rc::Rc;

use crate::codec::SharedCodec;
use crate::dsl::{ResolvedName, StoreNaming, StoreSettings};
use crate::failure::Step;
use crate::processor::{Lookup, TableOutput, TaskContext};
use crate::record::{Change, Record, Stamped};
use crate::store::{Cause, KeyValueRows, OpenStore, RowFormat, StoreError};
use crate::time::Timestamp;
use crate::topology::{
    Graph, NodeId, OldValues, StoreKind, StoreNode, TableNode, WiredLookup, Wiring,
};

/// What a verb was told about its store: the codec of the values, the name, the options.
pub(crate) type Parts<V> = (SharedCodec<V>, StoreNaming, StoreSettings);

/// Declares the store of a table.
pub(crate) fn declare<K: 'static, V: 'static>(
    graph: &mut Graph,
    name: &ResolvedName,
    settings: &StoreSettings,
    key: &SharedCodec<K>,
    value: &SharedCodec<V>,
) {
    let caching = settings.caching;
    let (key, value) = (SharedCodec::clone(key), SharedCodec::clone(value));
    let open = move |opening: &_| {
        let (key, value) = (SharedCodec::clone(&key), SharedCodec::clone(&value));
        let format = RowFormat::Stamped;
        OpenStore::new(KeyValueRows::open(opening, key, value, format, caching))
    };
    let logging = settings.logging.clone();
    graph.add_store(StoreNode::new(name, StoreKind::KeyValue, logging, open));
}

/// What a node is that always keeps its table in this store.
pub(crate) fn kept_node<K: 'static, V: 'static>(store: String) -> TableNode {
    TableNode {
        store: Some(store),
        is_kept: true,
        sends_old: false,
        old_values: OldValues::OwnStore,
        versioned: Some(false),
        lookup: Box::new(KeptLookup::<K, V>::wire),
    }
}

/// The store that a verb was asked to keep its table in. Without a name there is none, yet a
/// number is taken, as in Kafka Streams.
pub(crate) fn own_store<K: 'static, V: 'static>(
    graph: &mut Graph,
    prefix: &str,
    materialized: Option<&Parts<V>>,
    key: &SharedCodec<K>,
) -> Option<String> {
    let (value, naming, settings) = materialized?;
    let store = naming.resolve(graph, prefix);
    if !store.is_given {
        return None;
    }
    declare(graph, &store, settings, key, value);
    Some(store.name)
}

/// What a node is whose table is computed from another, and kept only if there is a store.
pub(crate) fn derived_node<K: 'static, V: 'static>(
    parent: NodeId,
    store: Option<String>,
    compute: impl Fn(&mut Wiring<'_>, NodeId) -> WiredLookup + Send + Sync + 'static,
) -> TableNode {
    let is_kept = store.is_some();
    TableNode {
        store,
        is_kept,
        sends_old: false,
        old_values: OldValues::Upstream(parent),
        versioned: is_kept.then_some(false),
        lookup: if is_kept {
            Box::new(KeptLookup::<K, V>::wire)
        } else {
            Box::new(compute)
        },
    }
}

/// Puts the new value of an update; says whether the update goes on.
pub(crate) fn put_update<K: 'static, V: 'static>(
    table: &KeptTable<K, V>,
    record: &mut Record<K, Change<V>>,
    task: &mut TaskContext,
) -> Result<bool, StoreError> {
    let cause = task.cause(record);
    let new = record.value.new.as_ref();
    match table.put(&record.key, new, record.timestamp, cause, task)? {
        Put::Latest => Ok(true),
    }
}

/// What became of a row that was put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Put {
    /// It is the newest of its key.
    Latest,
}

/// A table's own store, with where its updates go on to.
pub(crate) struct KeptTable<K, V>(TableOutput<K, V, KeyValueRows<K, V>>);

impl<K: 'static, V: 'static> KeptTable<K, V> {
    /// The store of a table, if it is kept in one.
    pub(crate) fn wire(wiring: &mut Wiring<'_>, node: NodeId) -> Option<Self> {
        let table = wiring.graph().table(node);
        let store = table.store.clone().filter(|_| table.is_kept)?;
        Some(Self(wiring.table_output(node, &store)))
    }

    pub(crate) fn name(&self) -> &str {
        self.0.name()
    }

    /// Whether somebody downstream needs old values.
    pub(crate) const fn sends_old(&self) -> bool {
        self.0.sends_old()
    }

    /// The newest value of a key.
    pub(crate) fn get(&self, key: &K) -> Result<Option<Stamped<V>>, StoreError> {
        self.0.store().borrow_mut().get(key)
    }

    /// Puts a row; `None` deletes it.
    pub(crate) fn put(
        &self,
        key: &K,
        value: Option<&V>,
        timestamp: Timestamp,
        cause: Cause,
        task: &mut TaskContext,
    ) -> Result<Put, StoreError> {
        let mut store = self.0.store().borrow_mut();
        store.put(key, value, timestamp, cause, task)?;
        Ok(Put::Latest)
    }

    /// Passes on an update that was put, now or when the cache is flushed.
    pub(crate) fn updated(&mut self, record: Record<K, Change<V>>, task: &mut TaskContext) -> Step {
        self.0.updated(record, task)
    }
}

/// Looks rows up in the store of a table.
pub(crate) struct KeptLookup<K, V>(Rc<RefCell<KeyValueRows<K, V>>>);

impl<K: 'static, V: 'static> KeptLookup<K, V> {
    /// The lookup of a table that is kept.
    pub(crate) fn wire(wiring: &mut Wiring<'_>, table: NodeId) -> WiredLookup {
        let store = wiring.graph().table(table).store.clone();
        let store = store.expect("a table that is looked up is kept");
        WiredLookup::new::<K, V>(Box::new(Self(wiring.store(&store))))
    }
}

impl<K: 'static, V: 'static> Lookup<K, V> for KeptLookup<K, V> {
    fn get(&mut self, key: &K) -> Result<Option<Stamped<V>>, StoreError> {
        self.0.borrow_mut().get(key)
    }
}
