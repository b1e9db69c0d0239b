//! One of the grouped streams of a cogroup, whatever its values are.

use std::sync::Arc;

use crate::codec::SharedCodec;
use crate::dsl::{KGroupedStream, ResolvedName};
use crate::failure::Failure;
use crate::operator::aggregate::session::process::{self as session, Merge, SessionFunction};
use crate::operator::aggregate::stream::{self, Function};
use crate::topology::{Graph, NodeId, Stages};
use crate::window::{Emit, SessionWindows};

/// Makes the row that a key begins with.
pub(in crate::operator::aggregate) type Initial<A> = Arc<dyn Fn() -> A + Send + Sync>;

/// Adds a value to a row. `None` deletes the row.
type Add<K, V, A> = dyn Fn(&K, V, A) -> Result<Option<A>, Failure> + Send + Sync;

/// A grouped stream and what adds its values to the rows of the table; its values are known to
/// itself only.
pub(crate) trait Cogrouped<K, A> {
    /// The node whose records are aggregated.
    fn by_key(&self, graph: &mut Graph, store: &ResolvedName) -> NodeId;

    /// Aggregates into rows.
    fn unwindowed(&self, initial: &Initial<A>) -> Stages;

    /// Aggregates into sessions.
    fn sessions(
        &self,
        initial: &Initial<A>,
        merge: &Arc<Merge<K, A>>,
        windows: SessionWindows,
    ) -> Stages;
}

/// A grouped stream of a cogroup.
pub(super) struct Part<'b, K, V, A> {
    pub(super) group: KGroupedStream<'b, K, V>,
    pub(super) add: Arc<Add<K, V, A>>,
}

impl<K: 'static, V: 'static, A: 'static> Part<'_, K, V, A> {
    fn function(&self, initial: &Initial<A>) -> Function<K, V, A> {
        let (initial, add) = (Arc::clone(initial), Arc::clone(&self.add));
        Function::folding(
            move || initial(),
            move |key: &K, value, row| add(key, value, row),
        )
    }
}

impl<K, V, A> Cogrouped<K, A> for Part<'_, K, V, A>
where
    K: Clone + 'static,
    V: 'static,
    A: Clone + 'static,
{
    fn by_key(&self, graph: &mut Graph, store: &ResolvedName) -> NodeId {
        self.group.by_key(graph, store)
    }

    fn unwindowed(&self, initial: &Initial<A>) -> Stages {
        stream::stages(&self.group, self.function(initial))
    }

    fn sessions(
        &self,
        initial: &Initial<A>,
        merge: &Arc<Merge<K, A>>,
        windows: SessionWindows,
    ) -> Stages {
        let function = SessionFunction {
            add: self.function(initial),
            merge: Arc::clone(merge),
        };
        let key = SharedCodec::clone(&self.group.key);
        session::stages(&key, function, windows, (Emit::OnUpdate, None))
    }
}
