//! The lanes that have a head, the earliest first.

use std::collections::VecDeque;

use headwater_core::time::Timestamp;

/// The lanes with a head, in the order in which they are processed, and those whose next head is
/// still to be decoded.
///
/// Lanes whose heads stand at one time leave in the order in which `java.util.PriorityQueue`
/// gives them: joins of streams that were repartitioned together see the same table as in Kafka
/// Streams.
#[derive(Debug, Default)]
pub(super) struct Ready {
    heap: Vec<(Timestamp, usize)>,
    undecoded: VecDeque<usize>,
}

impl Ready {
    /// A lane has a record to decode.
    pub(super) fn arrived(&mut self, lane: usize) {
        self.undecoded.push_back(lane);
    }

    /// The lane to decode a head of next.
    pub(super) fn undecoded(&self) -> Option<usize> {
        self.undecoded.front().copied()
    }

    /// That lane has a head of this time now, or no record that can be decoded.
    pub(super) fn decoded(&mut self, head: Option<Timestamp>) {
        let lane = self.undecoded.pop_front();
        if let (Some(lane), Some(timestamp)) = (lane, head) {
            self.offer((timestamp, lane));
        }
    }

    /// The lane whose head goes next.
    pub(super) fn first(&self) -> Option<usize> {
        self.heap.first().map(|&(_, lane)| lane)
    }

    /// Takes that lane out.
    pub(super) fn take_first(&mut self) {
        let Some(last) = self.heap.pop() else {
            return;
        };
        if let Some(first) = self.heap.first_mut() {
            *first = last;
            self.sink_first();
        }
    }

    fn offer(&mut self, entry: (Timestamp, usize)) {
        let mut place = self.heap.len();
        self.heap.push(entry);
        while place > 0 {
            let parent = (place - 1) / 2;
            if self.time(place) >= self.time(parent) {
                break;
            }
            self.heap.swap(place, parent);
            place = parent;
        }
    }

    fn sink_first(&mut self) {
        let mut place = 0;
        loop {
            let (left, right) = (2 * place + 1, 2 * place + 2);
            if left >= self.heap.len() {
                break;
            }
            let is_right_earlier = right < self.heap.len() && self.time(left) > self.time(right);
            let child = if is_right_earlier { right } else { left };
            if self.time(place) <= self.time(child) {
                break;
            }
            self.heap.swap(place, child);
            place = child;
        }
    }

    fn time(&self, place: usize) -> Option<Timestamp> {
        self.heap.get(place).map(|&(timestamp, _)| timestamp)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(times: &[i64]) -> Vec<usize> {
        let mut ready = Ready::default();
        for (lane, &time) in times.iter().enumerate() {
            ready.arrived(lane);
            ready.decoded(Some(Timestamp::from_millis(time)));
        }
        let mut order = Vec::new();
        while let Some(lane) = ready.first() {
            order.push(lane);
            ready.take_first();
        }
        order
    }

    #[test]
    fn the_earliest_head_goes_first() {
        assert_eq!(order(&[20, 10, 30]), [1, 0, 2]);
        assert_eq!(order(&[5, 4, 3, 2, 1]), [4, 3, 2, 1, 0]);
    }

    #[test]
    fn equal_times_leave_as_from_a_priority_queue_of_java() {
        assert_eq!(order(&[1, 1]), [0, 1]);
        assert_eq!(order(&[1, 1, 1]), [0, 2, 1]);
        assert_eq!(order(&[1, 1, 1, 1]), [0, 3, 2, 1]);
    }
}
