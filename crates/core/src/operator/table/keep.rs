//! Keeping a table in a store: declaring the store, writing rows, answering lookups from it.

use std::cell::RefCell;
use std::rc::Rc;

use headwater_state::versioned::VersionedPut;

use super::expire;
use crate::codec::SharedCodec;
use crate::dsl::{Changes, ResolvedName, StoreNaming, StoreSettings};
use crate::error::TopologyError;
use crate::failure::Step;
use crate::processor::{Lookup, TableOutput, TaskContext};
use crate::record::{Change, Record, Stamped};
use crate::store::{
    Cause, Form, KeyValueRows, KeyValueSetup, PutRow, StoreError, StoreOpening, VersionedRows,
};
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
    let (caching, ttl, changes) = (settings.caching, settings.ttl, settings.changes);
    if settings.history.is_some() {
        refuse_options(graph, name, settings, "versions");
    }
    let logging = settings.logging.clone();
    let store_type = settings.store_type.unwrap_or(graph.settings.store_type);
    let (key, value) = (SharedCodec::clone(key), SharedCodec::clone(value));
    let codecs = move || (SharedCodec::clone(&key), SharedCodec::clone(&value));
    let store = if let Some(history) = settings.history {
        let open = move |opening: &_| {
            let (key, value) = codecs();
            VersionedRows::open(opening, key, value, history)
        };
        StoreNode::of(name, StoreKind::Versioned { history }, logging, open)
    } else {
        let open = move |opening: &StoreOpening| {
            let (key, value) = codecs();
            let format = opening.stamped_rows(store_type);
            let setup = KeyValueSetup {
                format,
                caching,
                ttl,
                changes,
            };
            KeyValueRows::open(opening, key, value, setup)
        };
        let store = StoreNode::of(name, StoreKind::KeyValue, logging, open);
        store.in_form(Form::Stamped).dying_after(ttl)
    };
    graph.add_store(store);
}

/// Reports options that a store of such rows does not have.
pub(crate) fn refuse_options(
    graph: &mut Graph,
    name: &ResolvedName,
    settings: &StoreSettings,
    rows: &'static str,
) {
    let ttl = settings.ttl.map(|_| "ttl");
    let changes = (settings.changes == Changes::OfValue).then_some("emit_on_change");
    for option in ttl.into_iter().chain(changes) {
        graph.report(TopologyError::OptionNotForStore {
            store: name.name.clone(),
            option,
            rows,
        });
    }
}

/// What a node is that always keeps its table in this store, with versions if the store has them.
pub(crate) fn kept_node<K: 'static, V: 'static>(store: String) -> TableNode {
    TableNode::kept(store, kept_lookup::<K, V>)
}

/// Whether a table is kept for its own sake: its store has a name to ask it by, keeps versions, or
/// decides what goes on.
pub(crate) fn is_asked_for(store: &ResolvedName, settings: &StoreSettings) -> bool {
    store.is_given
        || settings.history.is_some()
        || settings.ttl.is_some()
        || settings.changes == Changes::OfValue
}

/// Where a table that is computed from another is kept.
#[derive(Debug, Default)]
pub(crate) struct DerivedStore {
    name: Option<String>,
    /// `Some` if the verb was given a `Materialized`: its store says then whether the table has
    /// versions, also if there is none for want of a name.
    versioned: Option<bool>,
}

impl DerivedStore {
    /// None, though the verb was given a `Materialized`.
    pub(crate) const NAMELESS: Self = Self {
        name: None,
        versioned: Some(false),
    };

    /// The store of this name.
    pub(crate) const fn named(name: String) -> Self {
        Self {
            name: Some(name),
            versioned: Some(false),
        }
    }
}

/// The store that a verb was asked to keep its table in. Without a name there is none, yet a
/// number is taken, as in Kafka Streams.
pub(crate) fn own_store<K: 'static, V: 'static>(
    graph: &mut Graph,
    prefix: &str,
    materialized: Option<&Parts<V>>,
    key: &SharedCodec<K>,
) -> DerivedStore {
    let Some((value, naming, settings)) = materialized else {
        return DerivedStore::default();
    };
    let store = naming.resolve(graph, prefix);
    if !is_asked_for(&store, settings) {
        return DerivedStore::NAMELESS;
    }
    declare(graph, &store, settings, key, value);
    DerivedStore::named(store.name)
}

/// What a node is whose table is computed from another, and kept only if there is a store.
pub(crate) fn derived_node<K: 'static, V: 'static>(
    parent: NodeId,
    store: DerivedStore,
    compute: impl Fn(&mut Wiring<'_>, NodeId) -> WiredLookup + Send + Sync + 'static,
) -> TableNode {
    let is_kept = store.name.is_some();
    TableNode {
        store: store.name,
        is_kept,
        sends_old: false,
        old_values: OldValues::Upstream(parent),
        versioned: store.versioned,
        lookup: if is_kept {
            Box::new(kept_lookup::<K, V>)
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
    put_caused(table, record, cause, task)
}

/// As [`put_update`], where another time than the update's is that of what caused it: a deletion
/// is logged at that time, and a cached one goes on at it.
pub(crate) fn put_caused<K: 'static, V: 'static>(
    table: &KeptTable<K, V>,
    record: &mut Record<K, Change<V>>,
    cause: Cause,
    task: &mut TaskContext,
) -> Result<bool, StoreError> {
    let new = record.value.new.as_ref();
    let put = table.put(&record.key, new, record.timestamp, cause, task)?;
    record.value.is_latest = put == Put::Latest;
    Ok(put != Put::Refused && put != Put::Unchanged)
}

/// As [`put_update`], after reading the old value from the store if somebody downstream needs it.
pub(crate) fn put_over_old<K: 'static, V: 'static>(
    table: &KeptTable<K, V>,
    record: &mut Record<K, Change<V>>,
    task: &mut TaskContext,
) -> Result<bool, StoreError> {
    if table.sends_old() {
        record.value.old = table.get(&record.key)?.map(|old| old.value);
    }
    put_update(table, record, task)
}

/// What became of a row that was put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Put {
    /// It is older than the history of a versioned table: it does not go on.
    Refused,
    /// It has the value that it had, in a table of changes only: it does not go on.
    Unchanged,
    /// It is the newest of its key.
    Latest,
    /// It is an older version in a versioned table.
    OutOfOrder,
}

impl From<VersionedPut> for Put {
    fn from(put: VersionedPut) -> Self {
        match put {
            VersionedPut::TooOld => Self::Refused,
            VersionedPut::Newest => Self::Latest,
            VersionedPut::OutOfOrder { .. } => Self::OutOfOrder,
        }
    }
}

/// A table's own store, with where its updates go on to.
pub(crate) enum KeptTable<K, V> {
    /// The newest value of each key.
    KeyValue(TableOutput<K, V, KeyValueRows<K, V>>),
    /// Values with their history.
    Versioned(TableOutput<K, V, VersionedRows<K, V>>),
}

/// Whether the store of this name keeps versions.
fn has_versions(wiring: &Wiring<'_>, store: &str) -> bool {
    let store = wiring.graph().store(store);
    store.is_some_and(|store| matches!(store.kind, StoreKind::Versioned { .. }))
}

impl<K: 'static, V: 'static> KeptTable<K, V> {
    /// The store of a table, if it is kept in one.
    pub(crate) fn wire(wiring: &mut Wiring<'_>, node: NodeId) -> Option<Self> {
        let table = wiring.graph().table(node);
        let store = table.store.clone().filter(|_| table.is_kept)?;
        Some(if has_versions(wiring, &store) {
            Self::Versioned(wiring.table_output(node, &store))
        } else {
            Self::KeyValue(expire::output(wiring, node, &store))
        })
    }

    pub(crate) fn name(&self) -> &str {
        match self {
            Self::KeyValue(table) => table.name(),
            Self::Versioned(table) => table.name(),
        }
    }

    /// Whether somebody downstream needs old values.
    pub(crate) const fn sends_old(&self) -> bool {
        match self {
            Self::KeyValue(table) => table.sends_old(),
            Self::Versioned(table) => table.sends_old(),
        }
    }

    /// The newest value of a key.
    pub(crate) fn get(&self, key: &K) -> Result<Option<Stamped<V>>, StoreError> {
        match self {
            Self::KeyValue(table) => table.store().borrow_mut().get(key),
            Self::Versioned(table) => table.store().borrow_mut().get(key),
        }
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
        match self {
            Self::KeyValue(table) => {
                let mut store = table.store().borrow_mut();
                match store.put(key, value, timestamp, cause, task)? {
                    PutRow::Written => Ok(Put::Latest),
                    PutRow::Unchanged => Ok(Put::Unchanged),
                }
            }
            Self::Versioned(table) => {
                let mut store = table.store().borrow_mut();
                store.put(key, value, timestamp, task).map(Put::from)
            }
        }
    }

    /// Passes on an update that was put, now or when the cache is flushed.
    pub(crate) fn updated(&mut self, record: Record<K, Change<V>>, task: &mut TaskContext) -> Step {
        match self {
            Self::KeyValue(table) => table.updated(record, task),
            Self::Versioned(table) => table.updated(record, task),
        }
    }
}

/// Looks rows up in the store of a table.
pub(crate) struct KeptLookup<S>(Rc<RefCell<S>>);

/// The lookup of a table that is kept.
pub(crate) fn kept_lookup<K: 'static, V: 'static>(
    wiring: &mut Wiring<'_>,
    table: NodeId,
) -> WiredLookup {
    let store = wiring.graph().table(table).store.clone();
    let store = store.expect("a table that is looked up is kept");
    let lookup: Box<dyn Lookup<K, V>> = if has_versions(wiring, &store) {
        Box::new(KeptLookup::<VersionedRows<K, V>>(wiring.store(&store)))
    } else {
        Box::new(KeptLookup::<KeyValueRows<K, V>>(wiring.store(&store)))
    };
    WiredLookup::new(lookup)
}

impl<K: 'static, V: 'static> Lookup<K, V> for KeptLookup<KeyValueRows<K, V>> {
    fn get(&mut self, key: &K) -> Result<Option<Stamped<V>>, StoreError> {
        self.0.borrow_mut().get_shown(key)
    }
}

impl<K: 'static, V: 'static> Lookup<K, V> for KeptLookup<VersionedRows<K, V>> {
    fn get(&mut self, key: &K) -> Result<Option<Stamped<V>>, StoreError> {
        self.0.borrow_mut().get(key)
    }

    fn get_as_of(&mut self, key: &K, at: Timestamp) -> Result<Option<Stamped<V>>, StoreError> {
        self.0.borrow_mut().get_as_of(key, at)
    }
}
