//! One of the grouped streams of a cogroup, whatever its values are.

use std::cell::Cell;
use std::sync::Arc;

use crate::codec::SharedCodec;
use crate::dsl::{Grouping, ResolvedName, TimeWindows};
use crate::failure::Failure;
use crate::operator::aggregate::function::{Function, SharedFunction};
use crate::operator::aggregate::session::declare as session;
use crate::operator::aggregate::session::function::{Merge, SessionFunction};
use crate::operator::aggregate::stream;
use crate::operator::aggregate::windowed::declare as windowed;
use crate::topology::{Graph, Keys, NodeId, Stages};
use crate::window::{Emit, SessionWindows};

/// Makes the row that a key begins with.
pub(super) type Initial<A> = Arc<dyn Fn() -> A + Send + Sync>;

/// Adds a value to a row. `None` deletes the row.
type Add<K, V, A> = dyn Fn(&K, V, A) -> Result<Option<A>, Failure> + Send + Sync;

/// A grouped stream and what adds its values to the rows of the table; its values are known to
/// itself only.
pub(crate) trait Cogrouped<K, A> {
    /// Lets several tables have its records.
    fn allow_tee(&self, graph: &mut Graph);

    /// Whether its records go through a repartition topic that the program gave no name.
    fn is_repartitioned_unnamed(&self, graph: &Graph) -> bool;

    /// The node whose records are aggregated; `store` names what has no name.
    fn by_key(&self, graph: &mut Graph, store: &ResolvedName) -> NodeId;

    /// Aggregates into rows.
    fn unwindowed(&self, initial: &Initial<A>) -> Stages;

    /// Aggregates into time windows; the codec is that of the rows.
    fn time_windows(
        &self,
        initial: &Initial<A>,
        windows: TimeWindows,
        row: &SharedCodec<A>,
    ) -> Stages;

    /// Aggregates into sessions.
    fn sessions(
        &self,
        initial: &Initial<A>,
        merge: &Arc<Merge<K, A>>,
        windows: SessionWindows,
    ) -> Stages;
}

/// A grouped stream of a cogroup.
pub(super) struct Part<K, V, A> {
    group: Grouping<K, V>,
    add: Arc<Add<K, V, A>>,
    /// The repartition that the first table of the cogroup made; all others share it.
    repartitioned: Cell<Option<NodeId>>,
}

impl<K: 'static, V: 'static, A: 'static> Part<K, V, A> {
    pub(super) fn new(
        group: Grouping<K, V>,
        add: impl Fn(&K, V, A) -> Result<Option<A>, Failure> + Send + Sync + 'static,
    ) -> Self {
        Self {
            group,
            add: Arc::new(add),
            repartitioned: Cell::new(None),
        }
    }

    fn function(&self, initial: &Initial<A>) -> Function<K, V, A> {
        let (initial, add) = (Arc::clone(initial), Arc::clone(&self.add));
        Function::folding(
            move || initial(),
            move |key: &K, value, row| add(key, value, row),
        )
    }
}

impl<K, V, A> Cogrouped<K, A> for Part<K, V, A>
where
    K: Clone + 'static,
    V: Clone + 'static,
    A: Clone + 'static,
{
    fn allow_tee(&self, graph: &mut Graph) {
        self.group.allow_tee(graph);
    }

    fn is_repartitioned_unnamed(&self, graph: &Graph) -> bool {
        self.group.name.is_none() && graph.node(self.group.node).keys == Keys::Changed
    }

    fn by_key(&self, graph: &mut Graph, store: &ResolvedName) -> NodeId {
        if let Some(made) = self.repartitioned.get() {
            // The numbers are taken all the same.
            self.group.name_repartition(graph, store);
            return made;
        }
        let node = self.group.by_key(graph, store);
        if node != self.group.node {
            self.repartitioned.set(Some(node));
        }
        node
    }

    fn unwindowed(&self, initial: &Initial<A>) -> Stages {
        stream::stages(&self.group, self.function(initial))
    }

    fn time_windows(
        &self,
        initial: &Initial<A>,
        windows: TimeWindows,
        row: &SharedCodec<A>,
    ) -> Stages {
        let (initial, add) = (Arc::clone(initial), Arc::clone(&self.add));
        let function = SharedFunction::folding_shared(
            move || initial(),
            // Each window takes a value of its own.
            move |key: &K, value: &V, row| add(key, value.clone(), row),
        );
        windowed::stages(&self.group, function, row, (windows, Emit::OnUpdate, None))
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
        session::stages(&self.group, function, (windows, Emit::OnUpdate, None))
    }
}
