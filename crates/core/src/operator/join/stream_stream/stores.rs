//! The stores of a stream-stream join (`StreamJoinedStoreFactory`, `OuterStreamJoinStoreFactory`).

use std::time::Duration;

use headwater_state::layer::Scans;

use super::Options;
use super::names::StoreNames;
use crate::codec::SharedCodec;
use crate::dsl::{Changes, ResolvedName, StoreType};
use crate::store::{
    Caching, Duplicates, Form, Logged, OuterRows, RowFormat, WindowRows, WindowSetup,
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
    let kept = Kept {
        windows: options.windows,
        store_type,
        logging: uncompacted(logging),
    };
    graph.add_store(kept.store(&names.left, key, &options.left));
    graph.add_store(kept.store(&names.right, key, &options.right));
    if let Some(unjoined) = &names.unjoined {
        let key = SharedCodec::clone(key);
        let (left, right) = (
            SharedCodec::clone(&options.left),
            SharedCodec::clone(&options.right),
        );
        let open = move |opening: &_| {
            let (left, right) = (SharedCodec::clone(&left), SharedCodec::clone(&right));
            OuterRows::open(opening, SharedCodec::clone(&key), left, right)
        };
        let kind = StoreKind::KeyValue;
        graph.add_store(StoreNode::of(unjoined, kind, logging.clone(), open));
    }
    Stores {
        left: names.left.name,
        right: names.right.name,
        unjoined: names.unjoined.map(|store| store.name),
    }
}

/// How the records of both sides are kept.
struct Kept {
    windows: JoinWindows,
    store_type: StoreType,
    logging: Logging,
}

impl Kept {
    fn store<K: 'static, V: 'static>(
        &self,
        name: &ResolvedName,
        key: &SharedCodec<K>,
        value: &SharedCodec<V>,
    ) -> StoreNode {
        let retention_ms = self.windows.retention_ms();
        let setup = WindowSetup {
            size_ms: self.windows.size_ms(),
            retention_ms,
            duplicates: Duplicates::Kept,
            format: RowFormat::Plain,
            changes: Changes::All,
            headers: Logged::WithHeaders,
            caching: Caching::Off,
            scans: Scans::Frequent,
            store_type: self.store_type,
        };
        let retention = Duration::from_millis(retention_ms.unsigned_abs());
        let kind = StoreKind::JoinWindow { retention };
        let (key, value) = (SharedCodec::clone(key), SharedCodec::clone(value));
        let store = StoreNode::of(name, kind, self.logging.clone(), move |opening| {
            let (key, value) = (SharedCodec::clone(&key), SharedCodec::clone(&value));
            WindowRows::open(opening, key, value, setup)
        });
        store.in_form(Form::Duplicates)
    }
}

/// A changelog with duplicates must not be compacted, whatever the program says.
fn uncompacted(logging: &Logging) -> Logging {
    let mut logging = logging.clone();
    if let Logging::Changelog { config } = &mut logging {
        config.push(("cleanup.policy".to_owned(), "delete".to_owned()));
    }
    logging
}
