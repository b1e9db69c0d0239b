//! Typed names of stores by kind.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use headwater_state::layer::Scans;

use super::definition::{
    DeclaredStoreDef, DeclaredStores, KeyedStoreDef, OpenStores, StoreDef, of_task,
};
use super::global_handle::GlobalStore;
use super::handle::{KeyValueStore, TimestampedKeyValueStore};
use super::rows_type::{Form, RowsType, StorePlace, UsedStore};
use super::session_handle::SessionStore;
use super::versioned_handle::VersionedKeyValueStore;
use super::window_handle::{TimestampedWindowStore, WindowStore};
use super::{
    Duplicates, GlobalRows, KeyValueRows, KeyValueSetup, Logged, RowFormat, SessionRows,
    SessionSetup, StoreError, VersionedRows, WindowRows, WindowSetup,
};
use crate::codec::{Codec, SharedCodec};
use crate::dsl::{Changes, ExpiredResults, ResolvedName, Stored, Ttl};
use crate::error::TopologyError;
use crate::processor::StoreWriter;
use crate::record::Stamped;
use crate::time::{Timestamp, duration_millis};
use crate::topology::{StoreKind, StoreNode};
use crate::window::Emit;

macro_rules! definition {
    ($(#[$about:meta])* $name:ident { $($field:ident),* }) => {
        $(#[$about])*
        pub struct $name<K, V> {
            name: Cow<'static, str>,
            $($field: Duration,)*
            types: PhantomData<fn() -> (K, V)>,
        }

        impl<K, V> $name<K, V> {
            /// A store of this name, for a constant.
            pub const fn new(name: &'static str $(, $field: Duration)*) -> Self {
                Self {
                    name: Cow::Borrowed(name),
                    $($field,)*
                    types: PhantomData,
                }
            }

            /// A store whose name is only known when the program runs.
            pub fn named(name: impl Into<String> $(, $field: Duration)*) -> Self {
                Self {
                    name: Cow::Owned(name.into()),
                    $($field,)*
                    types: PhantomData,
                }
            }
        }

        impl<K, V> Clone for $name<K, V> {
            fn clone(&self) -> Self {
                Self {
                    name: self.name.clone(),
                    ..*self
                }
            }
        }

        impl<K, V> fmt::Debug for $name<K, V> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let mut shown = f.debug_struct(stringify!($name));
                shown.field("name", &self.name);
                $(shown.field(stringify!($field), &self.$field);)*
                shown.finish()
            }
        }
    };
}

/// What a processor gets for a definition: a handle to rows of this form.
macro_rules! store_of_task {
    ($name:ident, $handle:ident, $rows:ident, $form:ident) => {
        impl<K: 'static, V: 'static> StoreDef for $name<K, V> {
            type Key = K;
            type Value = V;
            type Handle = $handle<K, V>;

            fn name(&self) -> &str {
                &self.name
            }

            fn open(&self, task: &mut OpenStores<'_, '_>) -> Self::Handle {
                $handle::new(task.access(&self.name))
            }

            fn used(&self) -> UsedStore {
                of_task(&self.name, RowsType::of::<$rows<K, V>>(Form::$form))
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
    KeyValueStoreDef {}
}

definition! {
    /// Names a key-value store that keeps a timestamp with each value: one of the program's own,
    /// or the store of a table.
    ///
    /// A processor may read the store of a table; writing it changes rows without telling what
    /// follows the table. Semantics: `Stores.timestampedKeyValueStoreBuilder`.
    ///
    /// ```
    /// use headwater_core::prelude::*;
    /// use headwater_core::store::{TimestampedKeyValueStore, TimestampedKeyValueStoreDef};
    /// use headwater_testing::TopologyTestDriver;
    ///
    /// const PRICES: TimestampedKeyValueStoreDef<String, i64> =
    ///     TimestampedKeyValueStoreDef::new("prices");
    ///
    /// /// Forwards the price of what is asked for.
    /// struct Price {
    ///     prices: TimestampedKeyValueStore<String, i64>,
    /// }
    ///
    /// impl Processor<String, String> for Price {
    ///     type Key = String;
    ///     type Value = i64;
    ///
    ///     fn process(
    ///         &mut self,
    ///         record: Record<String, String>,
    ///         context: &mut ProcessorContext<'_, String, i64>,
    ///     ) -> Result<(), Failure> {
    ///         match self.prices.get(&record.key)? {
    ///             Some(price) => context.forward(record.with_value(price.value)),
    ///             None => Ok(()),
    ///         }
    ///     }
    /// }
    ///
    /// let builder = StreamsBuilder::new();
    /// let prices = Materialized::named("prices", I64);
    /// let _ = builder.table_with("price-list", Consumed::with(Utf8, I64), prices);
    /// builder
    ///     .stream("questions", Consumed::with(Utf8, Utf8))
    ///     .process_with_stores(Processed::default(), PRICES, |prices| Price { prices })
    ///     .to("answers", Produced::with(Utf8, I64));
    ///
    /// let mut driver = TopologyTestDriver::new(builder.build()?)?;
    /// driver.input("price-list", Utf8, I64).push("rose", 3)?;
    /// driver.input("questions", Utf8, Utf8).push("rose", "how much?")?;
    /// assert_eq!(driver.output("answers", Utf8, I64).values()?, [3]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    TimestampedKeyValueStoreDef {}
}

definition! {
    /// Names a versioned key-value store, which knows the past of each key for so long: one of
    /// the program's own, or the store of a versioned table.
    ///
    /// Semantics: `Stores.versionedKeyValueStoreBuilder` (KIP-889).
    ///
    /// ```
    /// use std::time::Duration;
    /// use headwater_core::store::VersionedKeyValueStoreDef;
    ///
    /// const RATES: VersionedKeyValueStoreDef<String, i64> =
    ///     VersionedKeyValueStoreDef::new("rates", Duration::from_secs(3_600));
    /// ```
    VersionedKeyValueStoreDef { history }
}

definition! {
    /// Names a window store: windows of one size, kept for a retention.
    ///
    /// Semantics: `Stores.windowStoreBuilder`.
    ///
    /// ```
    /// use std::time::Duration;
    /// use headwater_core::store::WindowStoreDef;
    ///
    /// const MINUTES: WindowStoreDef<String, i64> =
    ///     WindowStoreDef::new("minutes", Duration::from_secs(60), Duration::from_secs(3_600));
    /// ```
    WindowStoreDef { size, retention }
}

definition! {
    /// Names a window store that keeps a timestamp with each value: one of the program's own, or
    /// the store of a table in windows, whose own size and retention count then.
    ///
    /// Semantics: `Stores.timestampedWindowStoreBuilder`.
    ///
    /// ```
    /// use std::time::Duration;
    /// use headwater_core::store::TimestampedWindowStoreDef;
    ///
    /// const MINUTE: Duration = Duration::from_secs(60);
    /// const CLICKS: TimestampedWindowStoreDef<String, i64> =
    ///     TimestampedWindowStoreDef::new("clicks-per-minute", MINUTE, MINUTE);
    /// ```
    TimestampedWindowStoreDef { size, retention }
}

definition! {
    /// Names a session store, kept for a retention: one of the program's own, or the store of a
    /// table of sessions, whose own retention counts then.
    ///
    /// Semantics: `Stores.sessionStoreBuilder`.
    ///
    /// ```
    /// use std::time::Duration;
    /// use headwater_core::store::SessionStoreDef;
    ///
    /// const VISITS: SessionStoreDef<String, i64> =
    ///     SessionStoreDef::new("visits", Duration::from_secs(3_600));
    /// ```
    SessionStoreDef { retention }
}

definition! {
    /// Names a global store, which every instance holds whole: one filled by a processor of the
    /// program, or the store of a global table. Processors read it without being in one
    /// sub-topology with anything.
    ///
    /// See [`StreamsBuilder::add_global_store`](crate::dsl::StreamsBuilder::add_global_store).
    GlobalStoreDef {}
}

store_of_task!(KeyValueStoreDef, KeyValueStore, KeyValueRows, Plain);
store_of_task!(
    TimestampedKeyValueStoreDef,
    TimestampedKeyValueStore,
    KeyValueRows,
    Stamped
);
store_of_task!(
    VersionedKeyValueStoreDef,
    VersionedKeyValueStore,
    VersionedRows,
    Plain
);
store_of_task!(WindowStoreDef, WindowStore, WindowRows, Plain);
store_of_task!(
    TimestampedWindowStoreDef,
    TimestampedWindowStore,
    WindowRows,
    Stamped
);
store_of_task!(SessionStoreDef, SessionStore, SessionRows, Plain);

impl<K: 'static, V: 'static> StoreDef for GlobalStoreDef<K, V> {
    type Key = K;
    type Value = V;
    type Handle = GlobalStore<K, V>;

    fn name(&self) -> &str {
        &self.name
    }

    fn open(&self, task: &mut OpenStores<'_, '_>) -> Self::Handle {
        GlobalStore::new(task.global(&self.name))
    }

    fn used(&self) -> UsedStore {
        UsedStore {
            name: self.name.clone().into_owned(),
            rows: RowsType::of::<GlobalRows<K, V>>(Form::Stamped),
            place: StorePlace::Instance,
        }
    }
}

impl<K: 'static, V: 'static> DeclaredStoreDef for KeyValueStoreDef<K, V> {
    fn declare<KC, VC>(&self, stored: Stored<KC, VC>, topology: &mut DeclaredStores<'_>)
    where
        KC: Codec<Item = K>,
        VC: Codec<Item = V>,
    {
        let (name, kind) = (given(&self.name), StoreKind::KeyValue);
        let (setup, ttl) = (key_value(&stored, RowFormat::Plain), stored.ttl);
        let codecs = Codecs::of(stored.key, stored.value);
        let store = StoreNode::of(&name, kind, stored.logging, move |opening| {
            let (key, value) = codecs.shared();
            KeyValueRows::<K, V>::open(opening, key, value, setup)
        });
        topology.add(store.dying_after(ttl));
    }
}

impl<K: 'static, V: 'static> DeclaredStoreDef for TimestampedKeyValueStoreDef<K, V> {
    fn declare<KC, VC>(&self, stored: Stored<KC, VC>, topology: &mut DeclaredStores<'_>)
    where
        KC: Codec<Item = K>,
        VC: Codec<Item = V>,
    {
        let (name, kind) = (given(&self.name), StoreKind::KeyValue);
        let (setup, ttl) = (key_value(&stored, RowFormat::Stamped), stored.ttl);
        let codecs = Codecs::of(stored.key, stored.value);
        let store = StoreNode::of(&name, kind, stored.logging, move |opening| {
            let (key, value) = codecs.shared();
            KeyValueRows::<K, V>::open(opening, key, value, setup)
        });
        topology.add(store.in_form(Form::Stamped).dying_after(ttl));
    }
}

impl<K: 'static, V: 'static> DeclaredStoreDef for VersionedKeyValueStoreDef<K, V> {
    fn declare<KC, VC>(&self, stored: Stored<KC, VC>, topology: &mut DeclaredStores<'_>)
    where
        KC: Codec<Item = K>,
        VC: Codec<Item = V>,
    {
        refuse_ttl(&self.name, stored.ttl, "versions", topology);
        let (codecs, history) = (Codecs::of(stored.key, stored.value), self.history);
        let (name, kind) = (given(&self.name), StoreKind::Versioned { history });
        topology.add(StoreNode::of(&name, kind, stored.logging, move |opening| {
            let (key, value) = codecs.shared();
            VersionedRows::<K, V>::open(opening, key, value, history)
        }));
    }
}

impl<K: 'static, V: 'static> DeclaredStoreDef for WindowStoreDef<K, V> {
    fn declare<KC, VC>(&self, stored: Stored<KC, VC>, topology: &mut DeclaredStores<'_>)
    where
        KC: Codec<Item = K>,
        VC: Codec<Item = V>,
    {
        refuse_ttl(&self.name, stored.ttl, "windows", topology);
        let sizes = (self.size, self.retention);
        topology.add(windows(&self.name, stored, sizes, RowFormat::Plain));
    }
}

impl<K: 'static, V: 'static> DeclaredStoreDef for TimestampedWindowStoreDef<K, V> {
    fn declare<KC, VC>(&self, stored: Stored<KC, VC>, topology: &mut DeclaredStores<'_>)
    where
        KC: Codec<Item = K>,
        VC: Codec<Item = V>,
    {
        refuse_ttl(&self.name, stored.ttl, "windows", topology);
        let sizes = (self.size, self.retention);
        let store = windows(&self.name, stored, sizes, RowFormat::Stamped);
        topology.add(store.in_form(Form::Stamped));
    }
}

impl<K: 'static, V: 'static> DeclaredStoreDef for SessionStoreDef<K, V> {
    fn declare<KC, VC>(&self, stored: Stored<KC, VC>, topology: &mut DeclaredStores<'_>)
    where
        KC: Codec<Item = K>,
        VC: Codec<Item = V>,
    {
        refuse_ttl(&self.name, stored.ttl, "sessions", topology);
        let setup = SessionSetup {
            retention_ms: duration_millis(self.retention),
            caching: stored.caching,
            store_type: stored.store_type.unwrap_or_default(),
            emit: Emit::OnUpdate,
            expired: ExpiredResults::Emitted,
            headers: Logged::WithoutHeaders,
        };
        let codecs = Codecs::of(stored.key, stored.value);
        let retention = self.retention;
        let (name, kind) = (given(&self.name), StoreKind::Windowed { retention });
        topology.add(StoreNode::of(&name, kind, stored.logging, move |opening| {
            let (key, value) = codecs.shared();
            SessionRows::<K, V>::open(opening, key, value, setup)
        }));
    }
}

impl<K: 'static, V: 'static> KeyedStoreDef for KeyValueStoreDef<K, V> {
    fn fill(
        store: &KeyValueStore<K, V>,
        key: &K,
        value: Option<&V>,
        _: Timestamp,
        context: &mut impl StoreWriter,
    ) -> Result<(), StoreError> {
        store.set(key, value, context)
    }
}

impl<K: 'static, V: 'static> KeyedStoreDef for TimestampedKeyValueStoreDef<K, V> {
    fn fill(
        store: &TimestampedKeyValueStore<K, V>,
        key: &K,
        value: Option<&V>,
        timestamp: Timestamp,
        context: &mut impl StoreWriter,
    ) -> Result<(), StoreError> {
        store.set(
            key,
            value.map(|value| Stamped::new(value, timestamp)),
            context,
        )
    }
}

impl<K: 'static, V: 'static> KeyedStoreDef for VersionedKeyValueStoreDef<K, V> {
    fn fill(
        store: &VersionedKeyValueStore<K, V>,
        key: &K,
        value: Option<&V>,
        timestamp: Timestamp,
        context: &mut impl StoreWriter,
    ) -> Result<(), StoreError> {
        store.set(key, value, timestamp, context)
    }
}

fn key_value<KC: Codec, VC: Codec>(stored: &Stored<KC, VC>, format: RowFormat) -> KeyValueSetup {
    KeyValueSetup {
        format,
        caching: stored.caching,
        ttl: stored.ttl,
        changes: Changes::All,
    }
}

/// Rows of these kinds have a retention instead.
fn refuse_ttl(name: &str, ttl: Option<Ttl>, rows: &'static str, topology: &mut DeclaredStores<'_>) {
    if ttl.is_some() {
        topology.report(TopologyError::OptionNotForStore {
            store: name.to_owned(),
            option: "ttl",
            rows,
        });
    }
}

fn windows<KC: Codec, VC: Codec>(
    name: &str,
    stored: Stored<KC, VC>,
    (size, retention): (Duration, Duration),
    format: RowFormat,
) -> StoreNode {
    let setup = WindowSetup {
        changes: Changes::All,
        size_ms: duration_millis(size),
        retention_ms: duration_millis(retention),
        duplicates: Duplicates::Replaced,
        format,
        headers: Logged::WithoutHeaders,
        caching: stored.caching,
        scans: Scans::Frequent,
        store_type: stored.store_type.unwrap_or_default(),
    };
    let codecs = Codecs::of(stored.key, stored.value);
    let kind = StoreKind::Windowed { retention };
    StoreNode::of(&given(name), kind, stored.logging, move |opening| {
        let (key, value) = codecs.shared();
        WindowRows::<KC::Item, VC::Item>::open(opening, key, value, setup)
    })
}

/// The codecs of a store, for each task that opens it.
struct Codecs<K, V> {
    key: SharedCodec<K>,
    value: SharedCodec<V>,
}

impl<K: 'static, V: 'static> Codecs<K, V> {
    fn of(key: impl Codec<Item = K>, value: impl Codec<Item = V>) -> Self {
        Self {
            key: Arc::new(key),
            value: Arc::new(value),
        }
    }

    fn shared(&self) -> (SharedCodec<K>, SharedCodec<V>) {
        (
            SharedCodec::clone(&self.key),
            SharedCodec::clone(&self.value),
        )
    }
}

fn given(name: &str) -> ResolvedName {
    ResolvedName {
        name: name.to_owned(),
        is_given: true,
    }
}
