//! `table`: a topic read as a table.

use std::sync::Arc;

use super::keep::{self, KeptTable};
use crate::codec::{Codec, CodecExt as _, Nullable, SharedCodec};
use crate::dsl::{Consumed, KTable, Materialized, StoreNaming, StoreSettings, StreamsBuilder};
use crate::failure::Step;
use crate::operator::source::FromTopic;
use crate::processor::{Sink, TaskContext};
use crate::record::{Change, Record};
use crate::topology::{
    NodeId, NodeKind, OldValues, SourceTopics, Stages, TableNode, Wired, Wiring, validate_name,
};

const SOURCE_PREFIX: &str = "KSTREAM-SOURCE-";
const PREFIX: &str = "KTABLE-SOURCE-";
const SOURCE_SUFFIX: &str = "-source";

impl StreamsBuilder {
    /// Reads a topic as a table: each record is the new value of its key, a null value deletes
    /// it. Records without a key are dropped and counted.
    ///
    /// The table is kept in a store only if something that follows needs it. Updates have the
    /// timestamps of their records, out-of-order ones too: the last record wins, not the one
    /// with the largest timestamp. Semantics: `StreamsBuilder.table`.
    ///
    /// ```
    /// use headwater_core::prelude::*;
    /// use headwater_testing::TopologyTestDriver;
    ///
    /// let builder = StreamsBuilder::new();
    /// builder
    ///     .table("prices", Consumed::with(Utf8, I64))
    ///     .into_stream()
    ///     .to("changes", Produced::with(Utf8, I64.nullable()));
    ///
    /// let mut driver = TopologyTestDriver::new(builder.build()?)?;
    /// let prices = driver.input("prices", Utf8, I64.nullable());
    /// prices.push("rose", 3)?.push("rose", None::<i64>)?;
    /// let changes = driver.output("changes", Utf8, I64.nullable()).values()?;
    /// assert_eq!(changes, [Some(3), None]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn table<KC: Codec, VC: Codec>(
        &self,
        topic: &str,
        consumed: Consumed<KC, VC>,
    ) -> KTable<'_, KC::Item, VC::Item> {
        add(self, topic, consumed, |value| Options {
            value,
            naming: StoreNaming::unspecified(),
            store: StoreSettings::default(),
        })
    }

    /// As [`table`](Self::table), kept in a store with these options.
    pub fn table_with<KC: Codec, VC: Codec>(
        &self,
        topic: &str,
        consumed: Consumed<KC, VC>,
        materialized: Materialized<VC>,
    ) -> KTable<'_, KC::Item, VC::Item> {
        add(self, topic, consumed, |_| {
            let (value, naming, store) = materialized.into_parts();
            Options {
                value,
                naming,
                store,
            }
        })
    }
}

/// How the table is kept, if it is.
struct Options<V> {
    value: SharedCodec<V>,
    naming: StoreNaming,
    store: StoreSettings,
}

fn add<'b, KC: Codec, VC: Codec>(
    builder: &'b StreamsBuilder,
    topic: &str,
    consumed: Consumed<KC, VC>,
    options: impl FnOnce(SharedCodec<VC::Item>) -> Options<VC::Item>,
) -> KTable<'b, KC::Item, VC::Item> {
    let (key, value) = (Arc::new(consumed.key), Arc::new(consumed.value));
    let extractor = consumed.extractor;
    let reading = FromTopic::<Nullable<Arc<KC>>, Nullable<Arc<VC>>>::stages(
        Arc::new(Arc::clone(&key).nullable()),
        Arc::new(Arc::clone(&value).nullable()),
        extractor.of_nullable(Arc::clone(&key) as _, Arc::clone(&value) as _),
    );
    let key: SharedCodec<KC::Item> = key;
    let options = options(value);
    let (reset, given) = (consumed.reset, consumed.name);
    let node = builder.with_graph(|graph| {
        graph.check(validate_name("topic", topic));
        let store = options.naming.resolve(graph, &format!("{topic}-"));
        let source = graph.names.next(SOURCE_PREFIX);
        let table = graph.names.next(PREFIX);
        let (source, table) = match given {
            Some(name) => {
                graph.check(validate_name("node", &name));
                (format!("{name}{SOURCE_SUFFIX}"), name)
            }
            None => (source, table),
        };
        keep::declare(graph, &store, &options.store, &key, &options.value);
        let kind = NodeKind::Source {
            topics: SourceTopics::Named(vec![topic.to_owned()]),
            reset,
        };
        let source = graph.add(source, &[], kind, reading);
        let node = graph.add(
            table,
            &[source],
            NodeKind::Processor,
            stages::<KC::Item, VC::Item>(),
        );
        graph.node_mut(source).table_source = true;
        graph.node_mut(node).table = Some(TableNode {
            is_kept: keep::is_asked_for(&store, &options.store),
            old_values: OldValues::OwnStoreOnDemand,
            ..keep::kept_node::<KC::Item, VC::Item>(store.name)
        });
        node
    });
    KTable::new(builder, node, key)
}

/// The node that turns records into updates of a table.
pub(crate) fn stages<K: 'static, V: 'static>() -> Stages {
    Stages::sink(|wiring, node| Wired::new(sink::<K, V>(wiring, node)))
}

/// Takes records and passes updates of a table on, kept or not.
pub(super) fn sink<K: 'static, V: 'static>(
    wiring: &mut Wiring<'_>,
    node: NodeId,
) -> Box<dyn Sink<Option<K>, Option<V>>> {
    match KeptTable::wire(wiring, node) {
        Some(table) => Box::new(Kept { table }),
        None => Box::new(PassedOn {
            next: wiring.downstream(node),
        }),
    }
}

/// A table that nobody needs to look up.
struct PassedOn<K, V> {
    next: Box<dyn Sink<K, Change<V>>>,
}

impl<K, V> Sink<Option<K>, Option<V>> for PassedOn<K, V> {
    fn push(&mut self, record: Record<Option<K>, Option<V>>, task: &mut TaskContext) -> Step {
        let Some(update) = update_of(record, task) else {
            return Ok(());
        };
        self.next.push(update, task)
    }
}

/// A table that is kept in a store.
struct Kept<K, V> {
    table: KeptTable<K, V>,
}

impl<K: 'static, V: 'static> Sink<Option<K>, Option<V>> for Kept<K, V> {
    fn push(&mut self, record: Record<Option<K>, Option<V>>, task: &mut TaskContext) -> Step {
        let Some(mut update) = update_of(record, task) else {
            return Ok(());
        };
        match keep::put_over_old(&self.table, &mut update, task) {
            Ok(true) => self.table.updated(update, task),
            Ok(false) => Ok(()),
            Err(error) => task.settle_store(self.table.name(), error),
        }
    }
}

/// A record as an update; one without a key is dropped.
fn update_of<K, V>(
    record: Record<Option<K>, Option<V>>,
    task: &mut TaskContext,
) -> Option<Record<K, Change<V>>> {
    let Some(key) = record.key else {
        task.drop_record("it has no key, and a table needs one");
        return None;
    };
    Some(Record {
        key,
        value: Change::new(record.value, None),
        timestamp: record.timestamp,
        headers: record.headers,
    })
}
