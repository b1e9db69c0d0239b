//! Slots in an order that changes: a doubly linked list over indices.

/// No slot.
const NONE: u32 = u32::MAX;
/// Before a slot that is not listed.
const NOWHERE: u32 = u32::MAX - 1;

#[derive(Clone, Copy, Debug)]
struct Link {
    before: u32,
    after: u32,
}

const UNLISTED: Link = Link {
    before: NOWHERE,
    after: NONE,
};

/// Slots in order, first to last, of which there are fewer than four billion; moving one to the end costs the same for any number of them.
#[derive(Debug)]
pub(super) struct Order {
    links: Vec<Link>,
    first: u32,
    last: u32,
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
        (self.first != NONE).then_some(self.first as usize)
    }

    /// Puts a slot last, wherever it was.
    pub(super) fn touch(&mut self, slot: usize) {
        let number = number_of(slot);
        if self.last == number {
            return;
        }
        self.remove(slot);
        if self.links.len() <= slot {
            self.links.resize(slot + 1, UNLISTED);
        }
        let before = self.last;
        self.set(number, |link| {
            *link = Link {
                before,
                after: NONE,
            };
        });
        self.set(before, |link| link.after = number);
        self.last = number;
        if self.first == NONE {
            self.first = number;
        }
    }

    /// Takes a slot out, if it is listed.
    pub(super) fn remove(&mut self, slot: usize) {
        let number = number_of(slot);
        let Some(&Link { before, after }) = self.links.get(slot) else {
            return;
        };
        if before == NOWHERE {
            return;
        }
        self.set(number, |link| *link = UNLISTED);
        self.set(before, |link| link.after = after);
        self.set(after, |link| link.before = before);
        if self.first == number {
            self.first = after;
        }
        if self.last == number {
            self.last = before;
        }
    }

    fn set(&mut self, number: u32, change: impl FnOnce(&mut Link)) {
        if let Some(link) = self.links.get_mut(number as usize) {
            change(link);
        }
    }
}

fn number_of(slot: usize) -> u32 {
    let number = u32::try_from(slot).ok().filter(|&number| number < NOWHERE);
    number.expect("a cache has fewer slots than four billion")
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
