//! Records that wait, so that late updates of the table are seen.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use super::row::{FindKey, RowJoin};
use crate::codec::SharedCodec;
use crate::dsl::ResolvedName;
use crate::error::TopologyError;
use crate::failure::Step;
use crate::processor::{Sink, TaskContext};
use crate::record::Record;
use crate::store::{GraceBuffer, PutLate};
use crate::time::duration_millis;
use crate::topology::{Graph, Logging, StoreKind, StoreNode};

const BUFFER_SUFFIX: &str = "-Buffer";

/// A join whose records wait until stream time has passed their grace.
///
/// A record that is later than the grace is joined at once, as is one without a key: it finds
/// no row however long it waits. (Kafka Streams 4.3 fails on the latter.)
///
/// Semantics: `KStreamKTableJoinProcessor` with a grace period (KIP-923).
pub(super) struct GraceJoin<F, K, V, KT, VT, R> {
    pub(super) join: RowJoin<F, K, V, KT, VT, R>,
    pub(super) buffer: Rc<RefCell<GraceBuffer<K, V>>>,
}

impl<F, K, V, KT, VT, R> GraceJoin<F, K, V, KT, VT, R>
where
    F: FindKey<K, V, KT>,
    K: 'static,
    V: 'static,
{
    /// Joins every record whose time has come, as if it were the one in hand.
    fn join_due(&mut self, task: &mut TaskContext) -> Step {
        loop {
            let due = self.buffer.borrow_mut().take_due(task);
            match due {
                Ok(None) => return Ok(()),
                Ok(Some(due)) => {
                    let in_hand = task.swap_in_hand(task.in_hand_of(&due.context));
                    let joined = self.join.join(due.record, task);
                    task.swap_in_hand(in_hand);
                    joined?;
                }
                Err(error) => task.settle_store(&self.join.name, error)?,
            }
        }
    }
}

impl<F, K, V, KT, VT, R> Sink<K, V> for GraceJoin<F, K, V, KT, VT, R>
where
    F: FindKey<K, V, KT>,
    K: 'static,
    V: 'static,
{
    fn push(&mut self, record: Record<K, V>, task: &mut TaskContext) -> Step {
        if self.join.drops(&record, task) {
            return Ok(());
        }
        if self.join.find.find(&record.key, &record.value).is_none() {
            return self.join.join(record, task);
        }
        let put = self.buffer.borrow_mut().put(&record, task);
        match put {
            Ok(PutLate::Late) => self.join.join(record, task),
            Ok(PutLate::Waits) => self.join_due(task),
            Err(error) => task.settle_store(&self.join.name, error),
        }
    }
}

/// Declares the buffer of a join with grace, `<join>-Buffer`.
pub(super) fn declare_buffer<K: 'static, V: 'static>(
    graph: &mut Graph,
    join: &str,
    is_given: bool,
    grace: Duration,
    key: &SharedCodec<K>,
    value: &SharedCodec<V>,
) -> String {
    let name = ResolvedName {
        name: format!("{join}{BUFFER_SUFFIX}"),
        is_given,
    };
    let (key, value) = (SharedCodec::clone(key), SharedCodec::clone(value));
    let join = join.to_owned();
    let open = move |opening: &_| {
        let (key, value) = (SharedCodec::clone(&key), SharedCodec::clone(&value));
        GraceBuffer::open(opening, &join, key, value, duration_millis(grace))
    };
    let (kind, logging) = (StoreKind::KeyValue, Logging::default());
    graph.add_store(StoreNode::of(&name, kind, logging, open));
    name.name
}

/// A join can only wait for the past of a table that remembers it.
pub(super) fn check_versions(graph: &mut Graph, join: &str, stores: &[String], grace: Duration) {
    for store in stores {
        let kind = graph.store(store).map(|store| store.kind);
        let error = match kind {
            Some(StoreKind::Versioned { history }) if grace > history => {
                TopologyError::GraceBeyondHistory {
                    join: join.to_owned(),
                    grace_ms: duration_millis(grace),
                    store: store.clone(),
                    history_ms: duration_millis(history),
                }
            }
            Some(StoreKind::Versioned { .. }) => continue,
            _ => TopologyError::GraceWithoutVersions(join.to_owned()),
        };
        graph.report(error);
    }
}
