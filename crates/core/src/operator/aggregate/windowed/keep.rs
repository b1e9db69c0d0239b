//! The store of a table in time windows.

use std::time::Duration;

use headwater_state::layer::Scans;

use crate::codec::SharedCodec;
use crate::dsl::{Changes, ResolvedName, StoreSettings, TimeCut, TimeWindows};
use crate::error::TopologyError;
use crate::operator::table::keep;
use crate::operator::table::windowed::WindowLookup;
use crate::store::{Caching, Duplicates, Form, Logged, RowFormat, WindowRows, WindowSetup};
use crate::time::duration_millis;
use crate::topology::{Graph, StoreKind, StoreNode, TableNode};
use crate::window::Emit;

/// Declares the store of an aggregation in windows; codecs are those of keys and rows.
pub(super) fn declare<K: 'static, A: 'static>(
    graph: &mut Graph,
    name: &ResolvedName,
    settings: &StoreSettings,
    (key, row): (&SharedCodec<K>, &SharedCodec<A>),
    (windows, emit): (TimeWindows, Emit),
) {
    let needed_ms = windows.retention_ms();
    let retention_ms = settings.retention.map_or(needed_ms, duration_millis);
    if retention_ms < needed_ms {
        graph.report(TopologyError::RetentionTooShort {
            store: name.name.clone(),
            retention_ms,
            needed_ms,
        });
    }
    let is_sliding = matches!(windows.cut, TimeCut::Sliding { .. });
    refuse_options(graph, name, settings, is_sliding);
    let setup = WindowSetup {
        size_ms: windows.size_ms(),
        retention_ms,
        duplicates: Duplicates::Replaced,
        format: RowFormat::Stamped,
        changes: settings.changes,
        headers: Logged::WithoutHeaders,
        // As in Kafka Streams, where only sliding windows are scanned for each record.
        caching: match (emit, is_sliding) {
            (Emit::OnClose, true) => Caching::Off,
            _ => settings.caching,
        },
        scans: if is_sliding {
            Scans::Frequent
        } else {
            Scans::Rare
        },
        store_type: settings.store_type.unwrap_or(graph.settings.store_type),
    };
    let (key, row) = (SharedCodec::clone(key), SharedCodec::clone(row));
    let retention = Duration::from_millis(u64::try_from(retention_ms).unwrap_or(0));
    let kind = StoreKind::Windowed { retention };
    let logging = settings.logging.clone();
    let store = StoreNode::of(name, kind, logging, move |opening| {
        let (key, row) = (SharedCodec::clone(&key), SharedCodec::clone(&row));
        let setup = WindowSetup {
            headers: opening.logged_headers(setup.store_type),
            ..setup
        };
        match emit {
            Emit::OnUpdate => WindowRows::open(opening, key, row, setup),
            Emit::OnClose => WindowRows::open_closing(opening, key, row, setup),
        }
    });
    graph.add_store(store.in_form(Form::Stamped));
}

/// Refuses the options that windows do not have.
fn refuse_options(
    graph: &mut Graph,
    name: &ResolvedName,
    settings: &StoreSettings,
    is_sliding: bool,
) {
    let (changes, rows) = if is_sliding {
        (settings.changes, "sliding windows")
    } else {
        (Changes::All, "windows")
    };
    let refused = StoreSettings {
        changes,
        ..settings.clone()
    };
    keep::refuse_options(graph, name, &refused, rows);
}

/// What a node is that keeps its table in this window store.
pub(super) fn kept_node<K: 'static, A: 'static>(store: String) -> TableNode {
    TableNode::kept(store, WindowLookup::<K, A>::wire)
}
