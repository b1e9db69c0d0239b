//! Global tables in the graph: whole topics in stores that no task owns.

use super::Subtopology;
use super::graph::{Graph, NodeId, NodeKind, StoreName};
use super::plan::{Plan, PlannedKind, PlannedNode};
use crate::error::TopologyError;
use crate::store::{Form, GlobalRows, GlobalStores, OpenGlobal, RowsType};

/// One declared global store.
pub(crate) struct GlobalStoreNode {
    pub(crate) name: StoreName,
    rows_type: RowsType,
    pub(crate) open: Box<dyn Fn() -> OpenGlobal + Send + Sync>,
}

impl Graph {
    /// Declares a global store.
    pub(crate) fn add_global_store<K: 'static, V: 'static>(
        &mut self,
        name: StoreName,
        open: impl Fn() -> GlobalRows<K, V> + Send + Sync + 'static,
    ) {
        if self.store(&name).is_some() || self.is_global_store(&name) {
            self.report(TopologyError::DuplicateStore(name.clone()));
        }
        self.global_stores.push(GlobalStoreNode {
            name,
            rows_type: RowsType::of::<GlobalRows<K, V>>(Form::Stamped),
            open: Box::new(move || OpenGlobal::new(open())),
        });
    }

    /// What lies in a global store, if there is one of this name.
    pub(super) fn global_rows_type(&self, name: &str) -> Option<RowsType> {
        let mut stores = self.global_stores.iter();
        let store = stores.find(|store| store.name == name)?;
        Some(store.rows_type)
    }

    pub(crate) fn is_global_store(&self, name: &str) -> bool {
        self.global_stores.iter().any(|store| store.name == name)
    }

    /// Whether this node reads a topic into a global store.
    pub(crate) fn is_global_source(&self, id: NodeId) -> bool {
        matches!(self.node(id).kind, NodeKind::GlobalSource { .. })
    }

    /// Opens the global stores of an instance, empty.
    pub(crate) fn open_global_stores(&self) -> GlobalStores {
        let stores = self.global_stores.iter();
        GlobalStores::new(stores.map(|store| (store.name.clone(), (store.open)())))
    }
}

impl Plan {
    /// Takes the sub-topologies of global tables out of all: they keep their ids, but no task is
    /// made for them.
    pub(super) fn set_global_apart(&mut self, graph: &Graph, all: Vec<Subtopology>) {
        let is_global = |one: &Subtopology| {
            let mut sources = one.sources.iter();
            sources.any(|source| graph.is_global_source(source.node))
        };
        (self.globals, self.subtopologies) = all.into_iter().partition(is_global);
    }

    /// Whether a planned node reads a topic into a global store.
    pub(super) fn reads_global(graph: &Graph, node: &PlannedNode) -> bool {
        matches!(&node.kind, PlannedKind::Source { node, .. } if graph.is_global_source(*node))
    }
}
