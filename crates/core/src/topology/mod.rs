//! From the declared graph to the immutable, validated [`Topology`], and from there to the
//! chains of one task.
//!
//! Reading order: `graph` (nodes as declared), `plan` (what runs: physical nodes and
//! sub-topologies), `describe` (Kafka Streams' text of it), `wiring` (one task's chains).

mod copartition;
mod describe;
mod edges;
mod expire;
mod global;
mod graph;
mod graph_stores;
mod internal_topic;
mod names;
mod optimize;
mod plan;
mod self_join;
mod source_node;
mod sources;
mod store_node;
mod subtopology;
mod table;
mod task_graph;
mod wiring;

pub(crate) use graph::{
    Graph, Keys, NodeId, NodeKind, RepartitionNames, SinkTopic, Stages, StoreName, TeeOf,
};
pub use graph::{OffsetReset, SourceTopics};
pub use internal_topic::{InternalTopic, TopicPurpose};
pub(crate) use names::{is_generated as is_generated_name, validate_name};
pub(crate) use self_join::SelfJoin;
pub(crate) use source_node::InvalidTime;
pub use source_node::{SourceNode, Staged};
pub use store_node::StoreLog;
pub(crate) use store_node::{Logging, StoreKind, StoreNode};
pub use subtopology::{Subtopology, SubtopologySource, TaskId};
pub(crate) use table::{Materialize, OldValues, TableNode};
pub use task_graph::TaskGraph;
pub(crate) use wiring::{Punctuated, Wired, WiredLookup, Wiring};

use std::fmt;
use std::sync::Arc;

use crate::error::TopologyError;
use crate::store::GlobalStores;
use plan::Plan;

/// A validated topology: immutable, shared by all tasks of all threads.
///
/// Semantics: `org.apache.kafka.streams.Topology`.
#[derive(Clone)]
pub struct Topology {
    graph: Arc<Graph>,
    plan: Arc<Plan>,
}

impl Topology {
    pub(crate) fn new(mut graph: Graph) -> Result<Self, TopologyError> {
        let plan = Plan::of(&mut graph)?;
        Ok(Self {
            graph: Arc::new(graph),
            plan: Arc::new(plan),
        })
    }

    /// The text that `TopologyDescription.toString()` of Kafka Streams gives for the same
    /// program, down to the order of successors.
    ///
    /// ```
    /// use headwater_core::prelude::*;
    ///
    /// let builder = StreamsBuilder::new();
    /// builder.stream("in", Consumed::with(Utf8, Utf8)).to("out", Produced::with(Utf8, Utf8));
    /// assert_eq!(
    ///     builder.build()?.describe(),
    ///     "Topologies:
    ///    Sub-topology: 0
    ///     Source: KSTREAM-SOURCE-0000000000 (topics: [in])
    ///       --> KSTREAM-SINK-0000000001
    ///     Sink: KSTREAM-SINK-0000000001 (topic: out)
    ///       <-- KSTREAM-SOURCE-0000000000
    ///
    /// "
    /// );
    /// # Ok::<(), TopologyError>(())
    /// ```
    pub fn describe(&self) -> String {
        describe::describe(&self.plan)
    }

    /// The parts that run as tasks of their own, by id.
    pub fn subtopologies(&self) -> &[Subtopology] {
        &self.plan.subtopologies
    }

    /// The parts that read whole topics into global stores; no tasks are made for them, and
    /// every instance runs them all as [`TaskId::GLOBAL`].
    pub fn global_subtopologies(&self) -> &[Subtopology] {
        &self.plan.globals
    }

    /// Opens the global stores of an instance, empty; the instance's tasks share them.
    pub fn open_global_stores(&self) -> GlobalStores {
        self.graph.open_global_stores()
    }

    /// The topics that the library makes for itself, without the application id before the name.
    pub fn internal_topics(&self) -> &[InternalTopic] {
        &self.plan.internal_topics
    }

    /// The topics whose partition counts must be equal, a list for each join or common group
    /// that asks for it; internal ones without the application id before the name.
    pub fn copartitioned(&self) -> &[Vec<SourceTopics>] {
        &self.plan.copartitioned
    }

    /// The same topology run as a single task that reads every topic, with one stream time for
    /// all: what the `TopologyTestDriver` of Kafka Streams does.
    #[must_use]
    pub fn as_one_task(&self) -> Self {
        Self {
            graph: Arc::clone(&self.graph),
            plan: Arc::new(self.plan.as_one_subtopology()),
        }
    }

    /// Makes the chains of one task. `application_id` goes before the names of internal topics.
    ///
    /// # Panics
    /// If the topology has no such sub-topology.
    pub fn instantiate(
        &self,
        task: &mut crate::processor::TaskContext,
        application_id: &str,
    ) -> TaskGraph {
        wiring::instantiate(&self.graph, &self.plan, task, application_id)
    }
}

impl fmt::Debug for Topology {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Topology")
            .field("subtopologies", &self.plan.subtopologies)
            .field("internal_topics", &self.plan.internal_topics)
            .finish_non_exhaustive()
    }
}
