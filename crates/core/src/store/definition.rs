//! What names a store in a program: typed definitions, declared once and opened by processors.

use std::sync::Arc;

use super::access::{Access, Overflow};
use super::rows_type::{RowsType, StorePlace, UsedStore};
use super::{GlobalRows, StoreError};
use crate::codec::Codec;
use crate::dsl::Stored;
use crate::error::TopologyError;
use crate::processor::StoreWriter;
use crate::time::Timestamp;
use crate::topology::{Graph, StoreNode, Wiring};

/// A typed name of a store.
///
/// Declare the store with [`StreamsBuilder::add_store`](crate::dsl::StreamsBuilder::add_store),
/// or let it name the store of a table; and give it to the processors that use the store: all of
/// them live in one sub-topology then.
pub trait StoreDef: Send + Sync + 'static {
    /// Type of its keys.
    type Key: 'static;
    /// Type of its values.
    type Value: 'static;
    /// What a processor works with.
    type Handle: 'static;

    /// The name of the store.
    fn name(&self) -> &str;

    #[doc(hidden)]
    fn open(&self, task: &mut OpenStores<'_, '_>) -> Self::Handle;

    #[doc(hidden)]
    fn used(&self) -> UsedStore;
}

/// A typed name of a store that a program may declare for its processors.
pub trait DeclaredStoreDef: StoreDef {
    #[doc(hidden)]
    fn declare<KC, VC>(&self, stored: Stored<KC, VC>, topology: &mut DeclaredStores<'_>)
    where
        KC: Codec<Item = Self::Key>,
        VC: Codec<Item = Self::Value>;
}

/// A typed name of a store that holds one value, or its history, for each key: it can be filled
/// from a topic.
pub trait KeyedStoreDef: DeclaredStoreDef {
    #[doc(hidden)]
    fn fill(
        store: &Self::Handle,
        key: &Self::Key,
        value: Option<&Self::Value>,
        timestamp: Timestamp,
        context: &mut impl StoreWriter,
    ) -> Result<(), StoreError>;
}

/// Where stores are declared.
#[doc(hidden)]
#[derive(Debug)]
pub struct DeclaredStores<'g>(&'g mut Graph);

impl<'g> DeclaredStores<'g> {
    pub(crate) const fn new(graph: &'g mut Graph) -> Self {
        Self(graph)
    }

    pub(super) fn report(&mut self, error: TopologyError) {
        self.0.report(error);
    }

    pub(super) fn add(&mut self, store: StoreNode) {
        self.0.add_store(store);
    }
}

/// Where the stores of a task are opened.
#[doc(hidden)]
#[derive(Debug)]
pub struct OpenStores<'w, 't>(&'w mut Wiring<'t>);

impl<'w, 't> OpenStores<'w, 't> {
    pub(crate) const fn new(wiring: &'w mut Wiring<'t>) -> Self {
        Self(wiring)
    }

    pub(super) fn access<R: 'static>(&mut self, name: &str) -> Access<R> {
        let overflow = if self.0.graph().is_kept_by_table(name) {
            Overflow::LeftToTable
        } else {
            Overflow::Flushed
        };
        Access::new(name, self.0.store(name), overflow)
    }

    pub(super) fn global<K: 'static, V: 'static>(&mut self, name: &str) -> Arc<GlobalRows<K, V>> {
        self.0.global_store(name)
    }
}

/// The stores of a processor: one definition, or a tuple of up to four.
#[diagnostic::on_unimplemented(
    message = "`{Self}` names no stores",
    label = "the definition of a store is needed here, or a tuple of up to four"
)]
pub trait Stores: Send + Sync + 'static {
    /// What the processor is made with.
    type Handles: 'static;

    #[doc(hidden)]
    fn open(&self, task: &mut OpenStores<'_, '_>) -> Self::Handles;

    #[doc(hidden)]
    fn used(&self) -> Vec<UsedStore>;
}

impl Stores for () {
    type Handles = ();

    fn open(&self, _: &mut OpenStores<'_, '_>) {}

    fn used(&self) -> Vec<UsedStore> {
        Vec::new()
    }
}

impl<D: StoreDef> Stores for D {
    type Handles = D::Handle;

    fn open(&self, task: &mut OpenStores<'_, '_>) -> D::Handle {
        StoreDef::open(self, task)
    }

    fn used(&self) -> Vec<UsedStore> {
        vec![StoreDef::used(self)]
    }
}

macro_rules! stores_of_a_tuple {
    ($($definition:ident),+) => {
        impl<$($definition: StoreDef),+> Stores for ($($definition,)+) {
            type Handles = ($($definition::Handle,)+);

            #[allow(non_snake_case, reason = "the definitions are named after their types")]
            fn open(&self, task: &mut OpenStores<'_, '_>) -> Self::Handles {
                let ($($definition,)+) = self;
                ($(StoreDef::open($definition, task),)+)
            }

            #[allow(non_snake_case, reason = "the definitions are named after their types")]
            fn used(&self) -> Vec<UsedStore> {
                let ($($definition,)+) = self;
                vec![$(StoreDef::used($definition)),+]
            }
        }
    };
}

stores_of_a_tuple!(A, B);
stores_of_a_tuple!(A, B, C);
stores_of_a_tuple!(A, B, C, D);

/// A store of the task, of these rows.
pub(super) fn of_task(name: &str, rows: RowsType) -> UsedStore {
    UsedStore {
        name: name.to_owned(),
        rows,
        place: StorePlace::Task,
    }
}
