//! Tables in the graph: where their rows are, and who must be told old values.
//!
//! Whether a table is kept in a store, and whether it passes old values on, depends on what
//! follows it; both are settled while the program is described, in Kafka Streams' order
//! (`KTableImpl.enableSendingOldValues`, `valueGetterSupplier`).

use super::graph::{Graph, NodeId, StoreName};
use super::{StoreKind, WiredLookup, Wiring};

/// Where a table has its old values from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum OldValues {
    /// From its own store, which is made only if somebody needs it: a table read from a topic.
    OwnStoreOnDemand,
    /// From its own store, which it has anyway.
    OwnStore,
    /// From the old values of this table.
    Upstream(NodeId),
    /// From the old values of this table, of which some wait in a buffer.
    Buffered(NodeId, StoreName),
    /// From both sides of a join, which have to be kept in any case.
    BothSides(NodeId, NodeId),
    /// From all of these: a merge of tables.
    AllOf(Vec<NodeId>),
}

type MakeLookup = Box<dyn Fn(&mut Wiring<'_>, NodeId) -> WiredLookup + Send + Sync>;

/// What a node is as a table.
pub(crate) struct TableNode {
    /// The store it has or, if it is made on demand, would have.
    pub(crate) store: Option<StoreName>,
    pub(crate) is_kept: bool,
    pub(crate) sends_old: bool,
    pub(crate) old_values: OldValues,
    /// `Some` if it decides by itself whether its output has versions: it has if this says so
    /// or if its store keeps versions. Otherwise its parents decide.
    pub(crate) versioned: Option<bool>,
    /// Answers for the rows of a table that is not kept, or of any.
    pub(crate) lookup: MakeLookup,
}

impl TableNode {
    /// A table that is always kept in this store, and looked up there.
    pub(crate) fn kept(
        store: StoreName,
        lookup: impl Fn(&mut Wiring<'_>, NodeId) -> WiredLookup + Send + Sync + 'static,
    ) -> Self {
        Self {
            store: Some(store),
            is_kept: true,
            sends_old: false,
            old_values: OldValues::OwnStore,
            versioned: Some(false),
            lookup: Box::new(lookup),
        }
    }
}

/// Whether a table may be put into a store for the sake of its old values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Materialize {
    IfNeeded,
    Never,
}

impl Graph {
    /// Makes a table pass old values on; says whether it does.
    pub(crate) fn enable_old_values(&mut self, id: NodeId, how: Materialize) -> bool {
        let table = self.table(id);
        if table.sends_old {
            return true;
        }
        let (is_kept, old_values) = (table.is_kept, table.old_values.clone());
        let has_them = match old_values {
            OldValues::OwnStore => true,
            OldValues::OwnStoreOnDemand => is_kept || how == Materialize::IfNeeded,
            OldValues::Upstream(parent) => is_kept || self.enable_old_values(parent, how),
            OldValues::Buffered(parent, _) => self.enable_old_values(parent, how),
            OldValues::BothSides(left, right) => {
                self.enable_old_values(left, Materialize::IfNeeded);
                self.enable_old_values(right, Materialize::IfNeeded);
                true
            }
            OldValues::AllOf(tables) => {
                for table in tables {
                    self.enable_old_values(table, how);
                }
                true
            }
        };
        if has_them {
            let table = self.table_mut(id);
            table.sends_old = true;
            table.is_kept |= table.old_values == OldValues::OwnStoreOnDemand;
        }
        has_them
    }

    /// Makes a table's rows available to lookups, and names the stores that a lookup reads.
    pub(crate) fn keep_for_lookup(&mut self, id: NodeId) -> Vec<StoreName> {
        let table = self.table_mut(id);
        table.is_kept |= table.old_values == OldValues::OwnStoreOnDemand;
        if table.is_kept {
            return table.store.iter().cloned().collect();
        }
        match table.old_values.clone() {
            OldValues::OwnStore | OldValues::OwnStoreOnDemand => Vec::new(),
            OldValues::Upstream(parent) => self.keep_for_lookup(parent),
            OldValues::Buffered(parent, buffer) => {
                let mut stores = vec![buffer];
                stores.extend(self.keep_for_lookup(parent));
                stores
            }
            OldValues::BothSides(left, right) => {
                let mut stores = self.keep_for_lookup(left);
                stores.extend(self.keep_for_lookup(right));
                stores
            }
            OldValues::AllOf(tables) => {
                let mut stores = Vec::new();
                for table in tables {
                    stores.extend(self.keep_for_lookup(table));
                }
                stores
            }
        }
    }

    pub(crate) fn table(&self, id: NodeId) -> &TableNode {
        let table = self.node(id).table.as_ref();
        table.expect("handles of tables point to nodes of tables")
    }

    pub(crate) fn table_mut(&mut self, id: NodeId) -> &mut TableNode {
        let table = self.node_mut(id).table.as_mut();
        table.expect("handles of tables point to nodes of tables")
    }

    /// How long the windows of a table wait for late records: the longest wait of all parents.
    /// `None` if there is a parent without windows.
    ///
    /// Semantics: `GraphGraceSearchUtil.findAndVerifyWindowGrace`.
    pub(crate) fn window_grace_ms(&self, id: NodeId) -> Option<i64> {
        let node = self.node(id);
        if let Some(grace_ms) = node.traits.grace_ms {
            return Some(grace_ms);
        }
        let graces = node.parents.iter();
        let graces: Option<Vec<i64>> = graces.map(|&parent| self.window_grace_ms(parent)).collect();
        graces?.into_iter().max()
    }

    /// Whether the output of a node has versions: by its own word or its own store, or, if it
    /// says nothing, if that of all its parents has.
    pub(crate) fn is_versioned(&self, id: NodeId) -> bool {
        let node = self.node(id);
        let own = node.table.as_ref().and_then(|table| {
            let in_store = || {
                let store = table.store.as_ref().and_then(|name| self.store(name));
                store.is_some_and(|store| matches!(store.kind, StoreKind::Versioned { .. }))
            };
            table.versioned.map(|own| own || in_store())
        });
        own.unwrap_or_else(|| {
            !node.parents.is_empty() && node.parents.iter().all(|&parent| self.is_versioned(parent))
        })
    }
}
