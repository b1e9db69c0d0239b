//! The handle to a stream that is being split.

use std::fmt;
use std::sync::Arc;

use super::{KStream, StreamsBuilder};
use crate::operator::branch::{self, Predicate};
use crate::topology::NodeId;

/// A stream that is being split: each record goes to the first branch whose predicate holds,
/// else to the default branch, else nowhere.
///
/// Semantics: `org.apache.kafka.streams.kstream.BranchedKStream` (KIP-418).
#[must_use = "a split without branches drops every record"]
pub struct BranchedStream<'b, K, V> {
    builder: &'b StreamsBuilder,
    node: NodeId,
    branches: Vec<Option<Predicate<K, V>>>,
}

impl<'b, K: 'static, V: 'static> BranchedStream<'b, K, V> {
    pub(crate) const fn new(builder: &'b StreamsBuilder, node: NodeId) -> Self {
        Self {
            builder,
            node,
            branches: Vec::new(),
        }
    }

    /// Names the splitting node; branches named later begin with it.
    pub fn named(self, name: &str) -> Self {
        self.builder.rename(self.node, name);
        self
    }

    /// The stream of records for which `holds` and no earlier branch did.
    pub fn branch(
        &mut self,
        holds: impl Fn(&K, &V) -> bool + Send + Sync + 'static,
    ) -> KStream<'b, K, V> {
        let suffix = (self.branches.len() + 1).to_string();
        self.add(&suffix, Some(Arc::new(holds)))
    }

    /// As [`branch`](Self::branch); the node is called the splitter's name followed by `name`.
    pub fn branch_named(
        &mut self,
        name: &str,
        holds: impl Fn(&K, &V) -> bool + Send + Sync + 'static,
    ) -> KStream<'b, K, V> {
        self.add(name, Some(Arc::new(holds)))
    }

    /// The stream of records that no branch took. Without it they are dropped.
    pub fn default_branch(mut self) -> KStream<'b, K, V> {
        self.add("0", None)
    }

    /// As [`default_branch`](Self::default_branch), with a name for the node.
    pub fn default_branch_named(mut self, name: &str) -> KStream<'b, K, V> {
        self.add(name, None)
    }

    fn add(&mut self, suffix: &str, predicate: Option<Predicate<K, V>>) -> KStream<'b, K, V> {
        self.branches.push(predicate);
        branch::add(self.builder, self.node, suffix, &self.branches)
    }
}

impl<K, V> fmt::Debug for BranchedStream<'_, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("BranchedStream")
            .field("branches", &self.branches.len())
            .finish_non_exhaustive()
    }
}
