//! The stores of a graph: which there are, which nodes use them, and whether they fit.

use super::graph::{Graph, NodeId, StoreName};
use super::names::validate_name;
use super::store_node::StoreNode;
use super::table::TableNode;
use crate::error::TopologyError;
use crate::store::{RowsType, StorePlace, UsedStore};

impl Graph {
    /// Declares a store.
    pub(crate) fn add_store(&mut self, store: StoreNode) {
        let is_known = self.stores.iter().any(|known| known.name == store.name);
        if is_known || self.is_global_store(&store.name) {
            self.report(TopologyError::DuplicateStore(store.name.clone()));
        }
        self.check(validate_name("store", &store.name));
        self.stores.push(store);
    }

    pub(crate) fn store(&self, name: &str) -> Option<&StoreNode> {
        self.stores.iter().find(|store| store.name == name)
    }

    /// Connects a node to stores, so that they live in one sub-topology.
    pub(crate) fn connect(&mut self, id: NodeId, stores: impl IntoIterator<Item = StoreName>) {
        let node = self.node_mut(id);
        for store in stores {
            if !node.stores.contains(&store) {
                node.stores.push(store);
            }
        }
    }

    /// Connects a node to the stores it asks for; those of the instance are there for all.
    pub(crate) fn connect_used(&mut self, id: NodeId, stores: Vec<UsedStore>) {
        for store in stores {
            if store.place == StorePlace::Task {
                self.connect(id, [store.name.clone()]);
            }
            self.used_stores.push((id, store));
        }
    }

    /// Whether every node gets the stores it asks for.
    pub(crate) fn check_used_stores(&self) -> Result<(), TopologyError> {
        for (id, used) in &self.used_stores {
            let (node, store) = (&self.node(*id).name, &used.name);
            match self.rows_type_of(used) {
                Some(found) if found == used.rows => {}
                Some(_) => {
                    return Err(TopologyError::StoreOfOtherType {
                        node: node.clone(),
                        store: store.clone(),
                    });
                }
                None => {
                    return Err(TopologyError::UnknownStore {
                        node: node.clone(),
                        store: store.clone(),
                    });
                }
            }
        }
        Ok(())
    }

    /// What lies in a store that somebody asks for; nothing if it is the store of a table that
    /// is not kept.
    fn rows_type_of(&self, used: &UsedStore) -> Option<RowsType> {
        if used.place == StorePlace::Instance {
            return self.global_rows_type(&used.name);
        }
        let mut tables = self.tables_of(&used.name).peekable();
        if tables.peek().is_some() && !tables.any(|table| table.is_kept) {
            return None;
        }
        self.store(&used.name).map(|store| store.rows_type)
    }

    /// Whether the rows of a store are those of a table, which passes on what waits in the cache.
    pub(crate) fn is_kept_by_table(&self, store: &str) -> bool {
        self.tables_of(store).any(|table| table.is_kept)
    }

    fn tables_of(&self, store: &str) -> impl Iterator<Item = &TableNode> {
        let tables = self.nodes.iter().filter_map(|node| node.table.as_ref());
        tables.filter(move |table| table.store.as_deref() == Some(store))
    }

    /// All stores that a node uses: its own table's, if that is kept, then those it was
    /// connected to.
    pub(crate) fn stores_of(&self, id: NodeId) -> Vec<StoreName> {
        let node = self.node(id);
        let kept = node.table.iter().filter(|table| table.is_kept);
        let mut stores: Vec<StoreName> = kept.filter_map(|table| table.store.clone()).collect();
        for store in &node.stores {
            if !stores.contains(store) {
                stores.push(store.clone());
            }
        }
        stores
    }
}
