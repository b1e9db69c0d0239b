//! Slots in an order that changes: a doubly linked list over indices.

/// No slot.
const NONE: usize = usize::MAX;

#[derive(Clone, Copy, Debug)]
struct Link {
    before: usize,
    after: usize,
    listed: bool,
}

const UNLISTED: Link = Link {
    before: NONE,
    after: NONE,
    listed: false,
};

/// Slots in order, first to last; moving one to the end costs the same for any number of them.
#[derive(Debug)]
pub(super) struct Order {
    links: Vec<Link>,
    first: usize,
    last: usize,
}

impl Default for Order {
    fn default() -> Self {
        Self {
            links: Vec::new(),
            first: NONE,
            last: NONE,
        }
    }
}

impl Order {
    pub(super) fn first(&self) -> Option<usize> {
        (self.first != NONE).then_some(self.first)
    }

    /// Puts a slot last, wherever it was.
    pub(super) fn touch(&mut self, slot: usize) {
        if self.last == slot {
            return;
        }
        self.remove(slot);
        if self.links.len() <= slot {
            self.links.resize(slot + 1, UNLISTED);
        }
        let before = self.last;
        self.set(slot, |link| {
            *link = Link {
                before,
                after: NONE,
                listed: true,
            };
        });
        self.set(before, |link| link.after = slot);
        self.last = slot;
        if self.first == NONE {
            self.first = slot;
        }
    }

    /// Takes a slot out, if it is listed.
    pub(super) fn remove(&mut self, slot: usize) {
        let Some(&Link {
            before,
            after,
            listed: true,
        }) = self.links.get(slot)
        else {
            return;
        };
        self.set(slot, |link| *link = UNLISTED);
        self.set(before, |link| link.after = after);
        self.set(after, |link| link.before = before);
        if self.first == slot {
            self.first = after;
        }
        if self.last == slot {
            self.last = before;
        }
    }

    fn set(&mut self, slot: usize, change: impl FnOnce(&mut Link)) {
        if let Some(link) = self.links.get_mut(slot) {
            change(link);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drain(order: &mut Order) -> Vec<usize> {
        std::iter::from_fn(|| {
            let first = order.first()?;
            order.remove(first);
            Some(first)
        })
        .collect()
    }

    #[test]
    fn slots_leave_in_the_order_of_their_last_touch() {
        let mut order = Order::default();
        for slot in [2, 0, 1, 0, 2] {
            order.touch(slot);
        }
        assert_eq!(drain(&mut order), [1, 0, 2]);
        order.touch(1);
        order.remove(1);
        order.remove(1);
        assert_eq!(order.first(), None);
    }
}
