//! The lanes whose records wait, by the times of their heads.

use headwater_core::time::Timestamp;

/// A binary heap that settles ties as Java's `PriorityQueue` does.
///
/// Lanes whose heads have one time are common: what one record causes in several internal topics
/// comes back at the time of that record. Kafka Streams leaves it to its heap which goes first,
/// and results may depend on it, so the heap is the same. Facts from `java.util.PriorityQueue`
/// and `PartitionGroup`.
#[derive(Debug, Default)]
pub(super) struct Turns(Vec<Turn>);

#[derive(Clone, Copy, Debug)]
struct Turn {
    at: Timestamp,
    lane: usize,
}

impl Turns {
    /// A lane has a head again.
    pub(super) fn offer(&mut self, lane: usize, at: Timestamp) {
        self.0.push(Turn { at, lane });
        let mut place = self.0.len() - 1;
        while place > 0 {
            let parent = (place - 1) / 2;
            if self.at(place) >= self.at(parent) {
                break;
            }
            self.0.swap(place, parent);
            place = parent;
        }
    }

    /// The lane that goes next.
    pub(super) fn first(&self) -> Option<usize> {
        self.0.first().map(|turn| turn.lane)
    }

    /// The lane that went next has had its turn.
    pub(super) fn take_first(&mut self) {
        if self.0.is_empty() {
            return;
        }
        self.0.swap_remove(0);
        let mut place = 0;
        loop {
            let (left, right) = (2 * place + 1, 2 * place + 2);
            if left >= self.0.len() {
                return;
            }
            let is_right = right < self.0.len() && self.at(right) < self.at(left);
            let child = if is_right { right } else { left };
            if self.at(place) <= self.at(child) {
                return;
            }
            self.0.swap(place, child);
            place = child;
        }
    }

    fn at(&self, place: usize) -> Option<Timestamp> {
        self.0.get(place).map(|turn| turn.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(heads: &[i64]) -> Vec<usize> {
        let mut turns = Turns::default();
        for (lane, &at) in heads.iter().enumerate() {
            turns.offer(lane, Timestamp::from_millis(at));
        }
        std::iter::from_fn(|| {
            let first = turns.first();
            turns.take_first();
            first
        })
        .collect()
    }

    #[test]
    fn the_earliest_goes_first() {
        assert_eq!(order(&[30, 10, 20, 40, 5]), [4, 1, 2, 0, 3]);
        assert_eq!(order(&[]), [0; 0]);
    }

    /// As `java.util.PriorityQueue` polls elements that compare equal.
    #[test]
    fn ties_are_settled_as_in_java() {
        assert_eq!(order(&[7, 7]), [0, 1]);
        assert_eq!(order(&[7, 7, 7, 7]), [0, 3, 2, 1]);
        assert_eq!(order(&[7, 7, 7, 7, 3]), [4, 1, 3, 2, 0]);
    }
}
