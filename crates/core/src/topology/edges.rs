//! Edges of the graph, as rewrites change them.

use super::graph::{Graph, NodeId};

impl Graph {
    /// Lets a node take the records of another, after what it took before.
    pub(super) fn attach(&mut self, parent: NodeId, child: NodeId) {
        if self.inputs(child).contains(&parent) {
            return;
        }
        let node = self.node_mut(child);
        node.parents.insert(node.inputs, parent);
        node.inputs += 1;
        let node = self.node_mut(parent);
        node.children.push(child);
        node.own_children.push(child);
    }

    /// Undoes [`attach`](Self::attach); nothing if the two are not connected.
    pub(super) fn detach(&mut self, parent: NodeId, child: NodeId) {
        let mut inputs = self.inputs(child).iter();
        let Some(place) = inputs.position(|&known| known == parent) else {
            return;
        };
        let node = self.node_mut(child);
        node.parents.remove(place);
        node.inputs -= 1;
        let node = self.node_mut(parent);
        node.children.retain(|&known| known != child);
        node.own_children.retain(|&known| known != child);
    }

    /// The nodes that a node takes records from.
    pub(super) fn inputs(&self, id: NodeId) -> &[NodeId] {
        let node = self.node(id);
        node.parents.get(..node.inputs).unwrap_or_default()
    }

    /// The first of a node and those before it that fits, depth first.
    pub(super) fn nearest(
        &self,
        from: NodeId,
        fits: impl Fn(&Self, NodeId) -> bool,
    ) -> Option<NodeId> {
        let mut seen = vec![false; self.nodes.len()];
        let mut waiting = vec![from];
        while let Some(id) = waiting.pop() {
            // What did not fit on one way does not fit on another.
            let Some(seen) = seen.get_mut(id.0).filter(|seen| !**seen) else {
                continue;
            };
            *seen = true;
            if fits(self, id) {
                return Some(id);
            }
            waiting.extend(self.inputs(id).iter().rev());
        }
        None
    }
}
