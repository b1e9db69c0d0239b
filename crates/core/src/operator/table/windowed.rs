//! Looking rows up in the window store of a table.

use std::cell::RefCell;
use std::rc::Rc;

use crate::processor::Lookup;
use crate::record::Stamped;
use crate::store::{StoreError, WindowRows};
use crate::topology::{NodeId, WiredLookup, Wiring};
use crate::window::Windowed;

/// Answers for the rows of a table that is kept in a window store.
pub(crate) struct WindowLookup<K, V>(Rc<RefCell<WindowRows<K, V>>>);

impl<K: 'static, V: 'static> WindowLookup<K, V> {
    /// The lookup of a table that is kept.
    pub(crate) fn wire(wiring: &mut Wiring<'_>, table: NodeId) -> WiredLookup {
        let store = wiring.graph().table(table).store.clone();
        let store = store.expect("a table in windows is kept");
        WiredLookup::new::<Windowed<K>, V>(Box::new(Self(wiring.store(&store))))
    }
}

impl<K: 'static, V: 'static> Lookup<Windowed<K>, V> for WindowLookup<K, V> {
    fn get(&mut self, key: &Windowed<K>) -> Result<Option<Stamped<V>>, StoreError> {
        let start_ms = key.window.start.as_millis();
        self.0.borrow_mut().get(&key.key, start_ms)
    }
}
