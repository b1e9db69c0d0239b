//! What names a store in a program: typed definitions, declared once and opened by processors.

use std::any::TypeId;
use std::borrow::Cow;
use std::cell::RefCell;
use std::fmt;
use std::marker::PhantomData;
use std::rc::Rc;
use std::sync::Arc;

use super::handle::{KeyValueStore, TimestampedKeyValueStore};
use super::{Caching, KeyValueRows, RowFormat};
use crate::codec::Codec;
use crate::dsl::{ResolvedName, Stored};
use crate::topology::{Graph, StoreKind, StoreNode, Wiring};

/// A typed name of a store.
///
/// Declare it with [`StreamsBuilder::add_store`](crate::dsl::StreamsBuilder::add_store), and give
/// it to the processors that use the store: all of them live in one sub-topology then.
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
    fn declare<KC, VC>(&self, stored: Stored<KC, VC>, topology: &mut DeclaredStores<'_>)
    where
        KC: Codec<Item = Self::Key>,
        VC: Codec<Item = Self::Value>;

    #[doc(hidden)]
    fn open(&self, task: &mut OpenStores<'_, '_>) -> Self::Handle;

    #[doc(hidden)]
    fn rows_type(&self) -> TypeId;
}

/// Where stores are declared.
#[doc(hidden)]
#[derive(Debug)]
pub struct DeclaredStores<'g>(&'g mut Graph);

impl<'g> DeclaredStores<'g> {
    pub(crate) const fn new(graph: &'g mut Graph) -> Self {
        Self(graph)
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

    pub(super) fn rows<T: 'static>(&mut self, name: &str) -> Rc<RefCell<T>> {
        self.0.store(name)
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
    fn used(&self) -> Vec<(String, TypeId)>;
}

impl Stores for () {
    type Handles = ();

    fn open(&self, _: &mut OpenStores<'_, '_>) {}

    fn used(&self) -> Vec<(String, TypeId)> {
        Vec::new()
    }
}

impl<D: StoreDef> Stores for D {
    type Handles = D::Handle;

    fn open(&self, task: &mut OpenStores<'_, '_>) -> D::Handle {
        StoreDef::open(self, task)
    }

    fn used(&self) -> Vec<(String, TypeId)> {
        vec![(self.name().to_owned(), self.rows_type())]
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
            fn used(&self) -> Vec<(String, TypeId)> {
                let ($($definition,)+) = self;
                vec![$(($definition.name().to_owned(), $definition.rows_type())),+]
            }
        }
    };
}

stores_of_a_tuple!(A, B);
stores_of_a_tuple!(A, B, C);
stores_of_a_tuple!(A, B, C, D);

macro_rules! definition {
    ($(#[$about:meta])* $name:ident) => {
        $(#[$about])*
        pub struct $name<K, V> {
            name: Cow<'static, str>,
            types: PhantomData<fn() -> (K, V)>,
        }

        impl<K, V> $name<K, V> {
            /// A store of this name, for a constant.
            pub const fn new(name: &'static str) -> Self {
                Self {
                    name: Cow::Borrowed(name),
                    types: PhantomData,
                }
            }

            /// A store whose name is only known when the program runs.
            pub fn named(name: impl Into<String>) -> Self {
                Self {
                    name: Cow::Owned(name.into()),
                    types: PhantomData,
                }
            }
        }

        impl<K, V> Clone for $name<K, V> {
            fn clone(&self) -> Self {
                Self {
                    name: self.name.clone(),
                    types: PhantomData,
                }
            }
        }

        impl<K, V> fmt::Debug for $name<K, V> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_tuple(stringify!($name)).field(&self.name).finish()
            }
        }
    };
}

definition! {
    /// Names a key-value store.
    ///
    /// Semantics: `Stores.keyValueStoreBuilder`.
    ///
    /// ```
    /// use headwater_core::store::KeyValueStoreDef;
    ///
    /// const COUNTS: KeyValueStoreDef<String, i64> = KeyValueStoreDef::new("counts");
    /// ```
    KeyValueStoreDef
}

definition! {
    /// Names a key-value store that keeps a timestamp with each value, as tables do.
    ///
    /// Semantics: `Stores.timestampedKeyValueStoreBuilder`.
    TimestampedKeyValueStoreDef
}

impl<K: 'static, V: 'static> StoreDef for KeyValueStoreDef<K, V> {
    type Key = K;
    type Value = V;
    type Handle = KeyValueStore<K, V>;

    fn name(&self) -> &str {
        &self.name
    }

    fn declare<KC, VC>(&self, stored: Stored<KC, VC>, topology: &mut DeclaredStores<'_>)
    where
        KC: Codec<Item = K>,
        VC: Codec<Item = V>,
    {
        declare_key_value(&self.name, stored, RowFormat::Plain, topology);
    }

    fn open(&self, task: &mut OpenStores<'_, '_>) -> Self::Handle {
        KeyValueStore::new(task.rows(&self.name))
    }

    fn rows_type(&self) -> TypeId {
        TypeId::of::<KeyValueRows<K, V>>()
    }
}

impl<K: 'static, V: 'static> StoreDef for TimestampedKeyValueStoreDef<K, V> {
    type Key = K;
    type Value = V;
    type Handle = TimestampedKeyValueStore<K, V>;

    fn name(&self) -> &str {
        &self.name
    }

    fn declare<KC, VC>(&self, stored: Stored<KC, VC>, topology: &mut DeclaredStores<'_>)
    where
        KC: Codec<Item = K>,
        VC: Codec<Item = V>,
    {
        declare_key_value(&self.name, stored, RowFormat::Stamped, topology);
    }

    fn open(&self, task: &mut OpenStores<'_, '_>) -> Self::Handle {
        TimestampedKeyValueStore::new(task.rows(&self.name))
    }

    fn rows_type(&self) -> TypeId {
        TypeId::of::<KeyValueRows<K, V>>()
    }
}

fn declare_key_value<KC: Codec, VC: Codec>(
    name: &str,
    stored: Stored<KC, VC>,
    format: RowFormat,
    topology: &mut DeclaredStores<'_>,
) {
    let (key, value) = (Arc::new(stored.key), Arc::new(stored.value));
    let caching: Caching = stored.caching;
    let name = ResolvedName {
        name: name.to_owned(),
        is_given: true,
    };
    let store = StoreNode::of(&name, StoreKind::KeyValue, stored.logging, move |opening| {
        let (key, value) = (Arc::clone(&key) as _, Arc::clone(&value) as _);
        KeyValueRows::<KC::Item, VC::Item>::open(opening, key, value, format, caching)
    });
    topology.add(store);
}
