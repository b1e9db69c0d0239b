//! The store of a foreign-key join: who is to be told about which right row.

use std::ops::{Bound, ControlFlow};

use headwater_state::StateError;
use headwater_state::engine::{Direction, KeyRange};

use crate::dsl::{Changes, ResolvedName};
use crate::processor::TaskContext;
use crate::store::{
    Cause, Logged, RestoreRecord, RowFormat, Rows, RowsSetup, StoreContent, StoreError,
    StoreOpening, TaskStore, all_entries,
};
use crate::time::Timestamp;
use crate::topology::{Graph, Logging, StoreKind, StoreNode};

/// Subscriptions of one task, as bytes; never cached, as a scan per right row would pass by the
/// cache.
///
/// Semantics: `org.apache.kafka.streams.kstream.internals.SubscriptionStoreFactory`.
pub(super) struct Subscriptions {
    name: String,
    rows: Rows,
    /// Kept between calls, so that writing allocates nothing.
    row: Vec<u8>,
}

/// Declares the store.
pub(super) fn declare(graph: &mut Graph, name: &ResolvedName) {
    let open = |opening: &_| Subscriptions::open(opening);
    let logging = Logging::default();
    graph.add_store(StoreNode::of(name, StoreKind::KeyValue, logging, open));
}

impl Subscriptions {
    fn open(opening: &StoreOpening) -> Self {
        let setup = RowsSetup {
            format: RowFormat::Stamped,
            headers: Logged::WithHeaders,
            unlogged_prefix: 0,
            cache: None,
            changes: Changes::All,
        };
        Self {
            name: opening.name.to_string(),
            rows: Rows::open(opening, setup),
            row: Vec::new(),
        }
    }

    /// Sets a subscription, or ends it.
    pub(super) fn put(
        &mut self,
        key: &[u8],
        subscription: Option<&[u8]>,
        timestamp: Timestamp,
        cause: Cause,
        task: &mut TaskContext,
    ) -> Result<(), StoreError> {
        self.row.clear();
        self.rows.format().begin(timestamp, &mut self.row);
        self.row.extend_from_slice(subscription.unwrap_or_default());
        let row = subscription.map(|_| &*self.row);
        let put = self.rows.put(key, row, cause, task);
        put.map_err(|source| failed(&self.name, source))
    }

    /// Gives each subscription whose key begins so to `visit`, in order, until it breaks.
    pub(super) fn visit<B>(
        &self,
        prefix: &[u8],
        mut visit: impl FnMut(&[u8]) -> ControlFlow<B>,
    ) -> Result<ControlFlow<B>, StoreError> {
        let failed = |source| failed(&self.name, source);
        let from = KeyRange {
            from: Bound::Included(prefix),
            to: Bound::Unbounded,
        };
        let mut cursor = self.rows.scan(from, Direction::Forward).map_err(failed)?;
        while let Some((key, row)) = cursor.entry()
            && key.starts_with(prefix)
        {
            let (_, subscription) = self.rows.format().split(row).map_err(failed)?;
            if let ControlFlow::Break(end) = visit(subscription) {
                return Ok(ControlFlow::Break(end));
            }
            cursor.advance().map_err(failed)?;
        }
        Ok(ControlFlow::Continue(()))
    }
}

#[cold]
fn failed(store: &str, source: StateError) -> StoreError {
    StoreError::State {
        store: store.to_owned(),
        source,
    }
}

impl TaskStore for Subscriptions {
    fn flush(&mut self, _: &mut TaskContext) -> Result<(), StoreError> {
        Ok(())
    }

    fn restore(&mut self, record: &RestoreRecord<'_>) -> Result<(), StoreError> {
        let restored = self
            .rows
            .restore(record.key, record.value, record.timestamp);
        restored.map_err(|source| failed(&self.name, source))
    }

    fn content(&self) -> Result<StoreContent, StoreError> {
        let entries = all_entries(&self.rows, 0);
        let entries = entries.map_err(|source| failed(&self.name, source))?;
        Ok(StoreContent::KeyValue(entries))
    }
}
