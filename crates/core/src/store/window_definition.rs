//! What names a window store in a program.

use std::any::TypeId;
use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;
use std::sync::Arc;
use std::time::Duration;

use headwater_state::layer::Scans;

use super::definition::{DeclaredStores, OpenStores, StoreDef};
use super::window_handle::WindowStore;
use super::{Duplicates, Logged, RowFormat, WindowRows, WindowSetup};
use crate::codec::Codec;
use crate::dsl::{Changes, ResolvedName, Stored};
use crate::error::TopologyError;
use crate::time::duration_millis;
use crate::topology::{StoreKind, StoreNode};

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
pub struct WindowStoreDef<K, V> {
    name: Cow<'static, str>,
    size: Duration,
    retention: Duration,
    types: PhantomData<fn() -> (K, V)>,
}

impl<K, V> WindowStoreDef<K, V> {
    /// Windows of this size, kept for this long.
    pub const fn new(name: &'static str, size: Duration, retention: Duration) -> Self {
        Self {
            name: Cow::Borrowed(name),
            size,
            retention,
            types: PhantomData,
        }
    }
}

impl<K, V> Clone for WindowStoreDef<K, V> {
    fn clone(&self) -> Self {
        Self {
            name: self.name.clone(),
            ..*self
        }
    }
}

impl<K, V> fmt::Debug for WindowStoreDef<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WindowStoreDef")
            .field("name", &self.name)
            .field("size", &self.size)
            .field("retention", &self.retention)
            .finish()
    }
}

impl<K: 'static, V: 'static> StoreDef for WindowStoreDef<K, V> {
    type Key = K;
    type Value = V;
    type Handle = WindowStore<K, V>;

    fn name(&self) -> &str {
        &self.name
    }

    fn declare<KC, VC>(&self, stored: Stored<KC, VC>, topology: &mut DeclaredStores<'_>)
    where
        KC: Codec<Item = K>,
        VC: Codec<Item = V>,
    {
        if stored.ttl.is_some() {
            topology.report(TopologyError::OptionNotForStore {
                store: self.name.clone().into_owned(),
                option: "ttl",
                rows: "windows",
            });
        }
        let (key, value) = (Arc::new(stored.key), Arc::new(stored.value));
        let setup = WindowSetup {
            size_ms: duration_millis(self.size),
            retention_ms: duration_millis(self.retention),
            duplicates: Duplicates::Replaced,
            format: RowFormat::Plain,
            changes: Changes::All,
            headers: Logged::WithoutHeaders,
            caching: stored.caching,
            scans: Scans::Frequent,
            store_type: stored.store_type.unwrap_or_default(),
        };
        let name = ResolvedName {
            name: self.name.clone().into_owned(),
            is_given: true,
        };
        let kind = StoreKind::Windowed {
            retention: self.retention,
        };
        topology.add(StoreNode::of(&name, kind, stored.logging, move |opening| {
            let (key, value) = (Arc::clone(&key) as _, Arc::clone(&value) as _);
            WindowRows::<K, V>::open(opening, key, value, setup)
        }));
    }

    fn open(&self, task: &mut OpenStores<'_, '_>) -> Self::Handle {
        WindowStore::new(task.rows(&self.name))
    }

    fn rows_type(&self) -> TypeId {
        TypeId::of::<WindowRows<K, V>>()
    }
}
