//! Java's `TreeSet` as far as its order shows: a red-black tree whose members' ranks change
//! while they are in it, so that a sorted vector would give another order.

use std::cmp::Ordering;

type Link = Option<usize>;

#[derive(Clone, Copy, Debug)]
struct TreeNode {
    member: usize,
    left: Link,
    right: Link,
    parent: Link,
    red: bool,
}

/// A set of small numbers, ordered by a comparison given at each insertion.
#[derive(Debug, Default)]
pub(crate) struct TreeSet {
    nodes: Vec<TreeNode>,
    root: Link,
}

impl TreeSet {
    /// Inserts by the ranks as they are now. A member that is in is left where it is.
    pub(crate) fn insert(&mut self, member: usize, compare: impl Fn(usize, usize) -> Ordering) {
        let mut parent = None;
        let mut side = Ordering::Less;
        let mut cursor = self.root;
        while let Some(index) = cursor {
            let at = self.at(index);
            if at.member == member {
                return;
            }
            parent = cursor;
            side = compare(member, at.member);
            cursor = match side {
                Ordering::Less => at.left,
                Ordering::Greater => at.right,
                Ordering::Equal => return,
            };
        }
        let index = self.nodes.len();
        self.nodes.push(TreeNode {
            member,
            left: None,
            right: None,
            parent,
            red: true,
        });
        match parent {
            None => self.root = Some(index),
            Some(parent) if side == Ordering::Less => self.at_mut(parent).left = Some(index),
            Some(parent) => self.at_mut(parent).right = Some(index),
        }
        self.rebalance(index);
    }

    /// The members, smallest first by the ranks they were inserted with.
    pub(crate) fn in_order(&self) -> impl Iterator<Item = usize> + '_ {
        let mut members = Vec::with_capacity(self.nodes.len());
        self.walk(self.root, &mut members);
        members.into_iter()
    }

    fn walk(&self, from: Link, members: &mut Vec<usize>) {
        if let Some(index) = from {
            self.walk(self.at(index).left, members);
            members.push(self.at(index).member);
            self.walk(self.at(index).right, members);
        }
    }

    /// The textbook repair after an insertion, as in `java.util.TreeMap`.
    fn rebalance(&mut self, inserted: usize) {
        let mut index = inserted;
        while let Some(parent) = self.at(index).parent.filter(|&parent| self.at(parent).red) {
            let Some(grandparent) = self.at(parent).parent else {
                break;
            };
            let parent_is_left = self.at(grandparent).left == Some(parent);
            let uncle = if parent_is_left {
                self.at(grandparent).right
            } else {
                self.at(grandparent).left
            };
            if let Some(uncle) = uncle.filter(|&uncle| self.at(uncle).red) {
                self.at_mut(parent).red = false;
                self.at_mut(uncle).red = false;
                self.at_mut(grandparent).red = true;
                index = grandparent;
                continue;
            }
            let is_left = self.at(parent).left == Some(index);
            if is_left != parent_is_left {
                index = parent;
                self.rotate(index, parent_is_left);
            }
            if let Some(parent) = self.at(index).parent {
                self.at_mut(parent).red = false;
            }
            self.at_mut(grandparent).red = true;
            self.rotate(grandparent, !parent_is_left);
        }
        if let Some(root) = self.root {
            self.at_mut(root).red = false;
        }
    }

    /// Lets the right child (to the left) or the left child take the place of `index`.
    fn rotate(&mut self, index: usize, to_the_left: bool) {
        let node = self.at(index);
        let (rising, moved) = if to_the_left {
            let Some(rising) = node.right else { return };
            (rising, self.at(rising).left)
        } else {
            let Some(rising) = node.left else { return };
            (rising, self.at(rising).right)
        };
        if to_the_left {
            self.at_mut(index).right = moved;
            self.at_mut(rising).left = Some(index);
        } else {
            self.at_mut(index).left = moved;
            self.at_mut(rising).right = Some(index);
        }
        if let Some(moved) = moved {
            self.at_mut(moved).parent = Some(index);
        }
        self.at_mut(rising).parent = node.parent;
        self.at_mut(index).parent = Some(rising);
        match node.parent {
            None => self.root = Some(rising),
            Some(parent) if self.at(parent).left == Some(index) => {
                self.at_mut(parent).left = Some(rising);
            }
            Some(parent) => self.at_mut(parent).right = Some(rising),
        }
    }

    fn at(&self, index: usize) -> TreeNode {
        *self.nodes.get(index).expect("links stay within the set")
    }

    fn at_mut(&mut self, index: usize) -> &mut TreeNode {
        self.nodes
            .get_mut(index)
            .expect("links stay within the set")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_come_out_in_order_whatever_order_they_went_in() {
        for seed in 0..50_usize {
            let mut set = TreeSet::default();
            for step in 0..40 {
                set.insert((step * 17 + seed * 7) % 40, |a, b| a.cmp(&b));
            }
            assert!(set.in_order().eq(0..40), "seed {seed}");
        }
    }
}
