//! The buffer does what a plain list of entries does.

use proptest::prelude::*;

use super::*;

/// A cause of so many bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Cause(u8);

impl Footprint for Cause {
    fn footprint_bytes(&self) -> u64 {
        self.0.into()
    }
}

#[derive(Clone, Debug)]
enum Act {
    Put(i64, Vec<u8>, Option<Vec<u8>>, Option<Vec<u8>>, u8),
    RemoveFirst,
    RestoreRemoval(Vec<u8>),
    Log,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    time: i64,
    key: Vec<u8>,
    prior: Option<Vec<u8>>,
    old: Option<Vec<u8>>,
    new: Option<Vec<u8>>,
    cause: u8,
}

impl Entry {
    fn bytes(&self) -> u64 {
        let length = |value: &Option<Vec<u8>>| value.as_ref().map_or(0, Vec::len) as u64;
        let old = if self.old == self.prior {
            0
        } else {
            length(&self.old)
        };
        8 + self.key.len() as u64
            + length(&self.prior)
            + old
            + length(&self.new)
            + u64::from(self.cause)
    }
}

fn act() -> impl Strategy<Value = Act> {
    let bytes = || proptest::collection::vec(0..3_u8, 0..3);
    let value = move || proptest::option::of(bytes());
    prop_oneof![
        6 => (0..5_i64, bytes(), value(), value(), 0..9_u8)
            .prop_map(|(time, key, old, new, cause)| Act::Put(time, key, old, new, cause)),
        3 => Just(Act::RemoveFirst),
        1 => bytes().prop_map(Act::RestoreRemoval),
        1 => Just(Act::Log),
    ]
}

fn shown(waiting: &Waiting<'_, Cause>) -> Entry {
    let owned = |value: Option<&[u8]>| value.map(<[u8]>::to_vec);
    Entry {
        time: waiting.time_ms,
        key: waiting.key.to_vec(),
        prior: owned(waiting.update.prior()),
        old: owned(waiting.update.old()),
        new: owned(waiting.update.new_value()),
        cause: waiting.update.cause.0,
    }
}

proptest! {
    #[test]
    fn a_buffer_is_a_sorted_list_with_one_entry_per_key(
        acts in proptest::collection::vec(act(), 0..60)
    ) {
        let mut buffer = TimeOrdered::new();
        let mut model: Vec<Entry> = Vec::new();
        let mut changed: BTreeSet<Vec<u8>> = BTreeSet::new();
        for act in acts {
            match act {
                Act::Put(time, key, old, new, cause) => {
                    buffer.put(time, &key, old.as_deref(), new.as_deref(), Cause(cause));
                    changed.insert(key.clone());
                    let known = model.iter_mut().find(|entry| entry.key == key);
                    if let Some(entry) = known {
                        (entry.old, entry.new, entry.cause) = (old, new, cause);
                    } else {
                        let prior = old.clone();
                        model.push(Entry { time, key, prior, old, new, cause });
                    }
                    model.sort_by(|a, b| (a.time, &a.key).cmp(&(b.time, &b.key)));
                }
                Act::RemoveFirst => {
                    buffer.remove_first();
                    if !model.is_empty() {
                        changed.insert(model.remove(0).key);
                    }
                }
                Act::RestoreRemoval(key) => {
                    buffer.restore_removal(&key);
                    model.retain(|entry| entry.key != key);
                }
                Act::Log => {
                    let mut logged = Vec::new();
                    buffer.log_changes(|key, waiting| {
                        logged.push((key.to_vec(), waiting.as_ref().map(shown)));
                    });
                    let entry_of = |key: &Vec<u8>| model.iter().find(|entry| entry.key == *key);
                    let expected: Vec<_> = std::mem::take(&mut changed)
                        .into_iter()
                        .map(|key| { let entry = entry_of(&key).cloned(); (key, entry) })
                        .collect();
                    prop_assert_eq!(logged, expected);
                }
            }
            let entries: Vec<Entry> = buffer.iter().map(|waiting| shown(&waiting)).collect();
            prop_assert_eq!(&entries, &model);
            prop_assert_eq!(buffer.bytes(), model.iter().map(Entry::bytes).sum::<u64>());
            prop_assert_eq!(buffer.min_time_ms(), model.first().map(|entry| entry.time));
            prop_assert_eq!(buffer.len(), model.len());
            for entry in &model {
                let prior = buffer.get(&entry.key).and_then(Buffered::prior);
                prop_assert_eq!(prior, entry.prior.as_deref());
            }
        }
    }
}
