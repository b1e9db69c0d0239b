//! The store of a table of sessions: declaring it, answering lookups from it.

use std::cell::RefCell;
use std::rc::Rc;

use crate::codec::SharedCodec;
use crate::dsl::{ResolvedName, StoreSettings};
use crate::error::TopologyError;
use crate::operator::table::keep as table;
use crate::processor::Lookup;
use crate::record::Stamped;
use crate::store::{Logged, SessionRows, SessionSetup, StoreError, StoreOpening};
use crate::time::duration_millis;
use crate::topology::{Graph, NodeId, StoreKind, StoreNode, TableNode, WiredLookup, Wiring};
use crate::window::{Emit, SessionWindows, Windowed};

/// Declares the store of an aggregation of sessions.
pub(super) fn declare<K: 'static, A: 'static>(
    graph: &mut Graph,
    name: &ResolvedName,
    settings: &StoreSettings,
    (key, value): (&SharedCodec<K>, &SharedCodec<A>),
    (windows, emit): (SessionWindows, Emit),
) {
    let needed = windows.gap.saturating_add(windows.grace);
    let retention = settings.retention.unwrap_or(needed);
    if retention < needed {
        graph.report(TopologyError::RetentionTooShort {
            store: name.name.clone(),
            retention_ms: duration_millis(retention),
            needed_ms: duration_millis(needed),
        });
    }
    table::refuse_options(graph, name, settings, "sessions");
    let setup = SessionSetup {
        retention_ms: duration_millis(retention),
        caching: settings.caching,
        store_type: settings.store_type.unwrap_or(graph.settings.store_type),
        emit,
        expired: graph.settings.expired_results,
        headers: Logged::WithoutHeaders,
    };
    let (key, value) = (SharedCodec::clone(key), SharedCodec::clone(value));
    let open = move |opening: &StoreOpening| {
        let (key, value) = (SharedCodec::clone(&key), SharedCodec::clone(&value));
        let setup = SessionSetup {
            headers: opening.logged_headers(setup.store_type),
            ..setup
        };
        SessionRows::open(opening, key, value, setup)
    };
    let kind = StoreKind::Windowed { retention };
    graph.add_store(StoreNode::of(name, kind, settings.logging.clone(), open));
}

/// What a node is that keeps a table of sessions in this store.
pub(super) fn kept_node<K: 'static, A: 'static>(store: String) -> TableNode {
    TableNode::kept(store, KeptLookup::<K, A>::wire)
}

/// Looks sessions up in their store.
struct KeptLookup<K, A>(Rc<RefCell<SessionRows<K, A>>>);

impl<K: 'static, A: 'static> KeptLookup<K, A> {
    /// The lookup of a table of sessions.
    fn wire(wiring: &mut Wiring<'_>, table: NodeId) -> WiredLookup {
        let store = wiring.graph().table(table).store.clone();
        let store = store.expect("a table of sessions is kept");
        WiredLookup::new::<Windowed<K>, A>(Box::new(Self(wiring.store(&store))))
    }
}

impl<K: 'static, A: 'static> Lookup<Windowed<K>, A> for KeptLookup<K, A> {
    fn get(&mut self, key: &Windowed<K>) -> Result<Option<Stamped<A>>, StoreError> {
        let found = self.0.borrow_mut().get(&key.key, key.window)?;
        Ok(found.map(|value| Stamped::new(value, key.window.end)))
    }
}
