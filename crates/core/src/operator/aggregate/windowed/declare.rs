//! Adding an aggregation in time windows to the graph.

use std::sync::Arc;
use std::time::Duration;

use headwater_state::layer::Scans;

use super::aligned::AlignedWindows;
use super::function::Function;
use super::rows::FoldedRows;
use super::sliding::SlidingAggregate;
use crate::codec::SharedCodec;
use crate::dsl::{KTable, ResolvedName, StoreSettings, TimeCut, TimeWindowedKStream, TimeWindows};
use crate::error::TopologyError;
use crate::operator::table::keep::Parts;
use crate::operator::table::windowed::WindowLookup;
use crate::store::{Caching, Duplicates, Logged, RowFormat, WindowRows, WindowSetup};
use crate::time::duration_millis;
use crate::topology::{Graph, NodeKind, OldValues, Stages, StoreKind, StoreNode, TableNode, Wired};
use crate::window::{Emit, TimeWindowed, Windowed};

/// Adds an aggregation in windows.
pub(super) fn windowed<'b, K, V, A>(
    stream: TimeWindowedKStream<'b, K, V>,
    prefix: &str,
    materialized: Parts<A>,
    function: Function<K, V, A>,
) -> KTable<'b, Windowed<K>, A>
where
    K: Clone + 'static,
    V: 'static,
    A: Clone + 'static,
{
    let TimeWindowedKStream {
        group,
        windows,
        emit,
    } = stream;
    let (codec, naming, settings) = materialized;
    let key = SharedCodec::clone(&group.key);
    let value = SharedCodec::clone(&group.value);
    let row = SharedCodec::clone(&codec);
    let stages = Stages::sink(move |wiring, node| {
        let rows = FoldedRows::wire(wiring, node, windows, emit, &function, &row);
        let key = SharedCodec::clone(&key);
        match windows.cut {
            TimeCut::Aligned { advance_ms, .. } => {
                Wired::new::<K, V>(Box::new(AlignedWindows::new(key, rows, advance_ms)))
            }
            TimeCut::Sliding { .. } => {
                let value = SharedCodec::clone(&value);
                Wired::new::<K, V>(Box::new(SlidingAggregate::new(key, value, rows)))
            }
        }
    });
    let node = group.builder.with_graph(|graph| {
        let store = naming.resolve(graph, prefix);
        let name = graph.names.next(prefix);
        let parent = group.by_key(graph, &store);
        let kept = Kept {
            windows,
            emit,
            settings,
        };
        kept.declare(graph, &store, &group.key, &codec);
        let node = graph.add(name, &[parent], NodeKind::Processor, stages);
        let declared = graph.node_mut(node);
        declared.traits.grace_ms = Some(windows.grace_ms);
        declared.table = Some(kept_node::<K, A>(store.name));
        node
    });
    let size_ms = u64::try_from(windows.size_ms()).unwrap_or(0);
    let key = TimeWindowed::new(group.key, Duration::from_millis(size_ms));
    KTable::new(group.builder, node, Arc::new(key))
}

/// How the windows of a table are kept.
struct Kept {
    windows: TimeWindows,
    emit: Emit,
    settings: StoreSettings,
}

impl Kept {
    fn declare<K: 'static, A: 'static>(
        self,
        graph: &mut Graph,
        name: &ResolvedName,
        key: &SharedCodec<K>,
        value: &SharedCodec<A>,
    ) {
        let needed_ms = self.windows.retention_ms();
        let asked = self.settings.retention.map(duration_millis);
        let retention_ms = asked.unwrap_or(needed_ms);
        if retention_ms < needed_ms {
            graph.report(TopologyError::RetentionTooShort {
                store: name.name.clone(),
                retention_ms,
                needed_ms,
            });
        }
        let is_sliding = matches!(self.windows.cut, TimeCut::Sliding { .. });
        let setup = WindowSetup {
            size_ms: self.windows.size_ms(),
            retention_ms,
            duplicates: Duplicates::Replaced,
            format: RowFormat::Stamped,
            headers: Logged::WithoutHeaders,
            // As in Kafka Streams, where only sliding windows are scanned for each record.
            caching: match (self.emit, is_sliding) {
                (Emit::OnClose, true) => Caching::Off,
                _ => self.settings.caching,
            },
            scans: if is_sliding {
                Scans::Frequent
            } else {
                Scans::Rare
            },
            store_type: self
                .settings
                .store_type
                .unwrap_or(graph.settings.store_type),
        };
        let emit = self.emit;
        let (key, value) = (SharedCodec::clone(key), SharedCodec::clone(value));
        let retention = Duration::from_millis(u64::try_from(retention_ms).unwrap_or(0));
        let kind = StoreKind::Windowed { retention };
        let logging = self.settings.logging;
        graph.add_store(StoreNode::of(name, kind, logging, move |opening| {
            let (key, value) = (SharedCodec::clone(&key), SharedCodec::clone(&value));
            let setup = WindowSetup {
                headers: opening.logged_headers(setup.store_type),
                ..setup
            };
            match emit {
                Emit::OnUpdate => WindowRows::open(opening, key, value, setup),
                Emit::OnClose => WindowRows::open_closing(opening, key, value, setup),
            }
        }));
    }
}

/// What a node is that keeps its table in this window store.
fn kept_node<K: 'static, A: 'static>(store: String) -> TableNode {
    TableNode {
        store: Some(store),
        is_kept: true,
        sends_old: false,
        old_values: OldValues::OwnStore,
        versioned: Some(false),
        lookup: Box::new(WindowLookup::<K, A>::wire),
    }
}
