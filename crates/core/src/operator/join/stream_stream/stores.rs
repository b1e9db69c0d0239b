//! The stores of a stream-stream join (`StreamJoinedStoreFactory`, `OuterStreamJoinStoreFactory`).

use std::time::Duration;

use headwater_state::layer::Scans;

use super::Options;
use super::names::StoreNames;
use crate::codec::SharedCodec;
use crate::dsl::{Changes, ResolvedName, StoreType};
use crate::store::{
    Caching, Duplicates, Logged, OpenStore, OuterRows, RowFormat, StoreOpening, WindowRows,
    WindowSetup,
};
use crate::topology::{Graph, Logging, StoreKind, StoreName, StoreNode};
use crate::window::JoinWindows;

/// The stores of a join, by name.
#[derive(Clone)]
pub(super) struct Stores {
    pub(super) left: StoreName,
    pub(super) right: StoreName,
    pub(super) unjoined: Option<StoreName>,
}

/// Declares the stores of a join.
pub(super) fn declare_stores<K: 'static, L: 'static, R: 'static>(
    graph: &mut Graph,
    names: StoreNames,
    options: &Options<K, L, R>,
) -> Stores {
    let store_type = options.settings.store_type;
    let store_type = store_type.unwrap_or(graph.settings.store_type);
    let logging = &options.settings.logging;
    let key = &options.key;
    let mut declare = |name: &ResolvedName, open| {
        let retention = Duration::from_millis(options.windows.retention_ms().unsigned_abs());
        let kind = StoreKind::JoinWindow { retention };
        let store = StoreNode::new(name, kind, uncompacted(logging), open);
        graph.add_store(store);
    };
    let (left, right) = (
        window_store(key, &options.left, options.windows, store_type),
        window_store(key, &options.right, options.windows, store_type),
    );
    declare(&names.left, left);
    declare(&names.right, right);
    if let Some(unjoined) = &names.unjoined {
        let key = SharedCodec::clone(key);
        let (left, right) = (
            SharedCodec::clone(&options.left),
            SharedCodec::clone(&options.right),
        );
        let open = move |opening: &_| {
            let (left, right) = (SharedCodec::clone(&left), SharedCodec::clone(&right));
            OpenStore::new(OuterRows::open(
                opening,
                SharedCodec::clone(&key),
                left,
                right,
            ))
        };
        let kind = StoreKind::KeyValue;
        graph.add_store(StoreNode::new(unjoined, kind, logging.clone(), open));
    }
    Stores {
        left: names.left.name,
        right: names.right.name,
        unjoined: names.unjoined.map(|store| store.name),
    }
}

type Open = Box<dyn Fn(&StoreOpening) -> OpenStore + Send + Sync>;

fn window_store<K: 'static, V: 'static>(
    key: &SharedCodec<K>,
    value: &SharedCodec<V>,
    windows: JoinWindows,
    store_type: StoreType,
) -> Open {
    let (key, value) = (SharedCodec::clone(key), SharedCodec::clone(value));
    let setup = WindowSetup {
        size_ms: windows.size_ms(),
        retention_ms: windows.retention_ms(),
        duplicates: Duplicates::Kept,
        format: RowFormat::Plain,
        changes: Changes::All,
        headers: Logged::WithHeaders,
        caching: Caching::Off,
        scans: Scans::Frequent,
        store_type,
    };
    Box::new(move |opening| {
        let (key, value) = (SharedCodec::clone(&key), SharedCodec::clone(&value));
        OpenStore::new(WindowRows::open(opening, key, value, setup))
    })
}

/// A changelog with duplicates must not be compacted, whatever the program says.
fn uncompacted(logging: &Logging) -> Logging {
    let mut logging = logging.clone();
    if let Logging::Changelog { config } = &mut logging {
        config.push(("cleanup.policy".to_owned(), "delete".to_owned()));
    }
    logging
}
