//! The stores that processors ask for by name and type.

use super::graph::{Graph, NodeId};
use super::table::TableNode;
use crate::error::TopologyError;
use crate::store::{RowsType, StorePlace, UsedStore};

impl Graph {
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
}
