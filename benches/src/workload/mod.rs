//! What is done with each record, and the records to do it with.

mod double;
mod pass;
mod random;

use std::str::FromStr;

use anyhow::Result;
use headwater::prelude::StreamsBuilder;

pub(crate) use random::{Random, mix};

/// Keys are spread uniformly over so many.
const KEYS: u64 = 100_000;

/// The workloads of other harnesses that are not built yet.
const COMING: [&str; 4] = ["json", "count", "window", "campaign"];

/// A workload; what each means is in `benches/README.md`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Workload {
    Pass,
    Double,
}

impl Workload {
    /// The workload as a topology, from one topic into another.
    pub(crate) fn describe(self, builder: &StreamsBuilder, from: &str, to: &str) {
        match self {
            Self::Pass => pass::describe(builder, from, to),
            Self::Double => double::describe(builder, from, to),
        }
    }

    /// The value to write for a value read. `room` is scratch memory that is used again.
    ///
    /// # Errors
    /// If the value is none of this workload.
    pub(crate) fn apply<'a>(
        self,
        value: Option<&'a [u8]>,
        room: &'a mut Vec<u8>,
    ) -> Result<Option<&'a [u8]>> {
        match self {
            Self::Pass => Ok(value),
            Self::Double => double::apply(value, room).map(Some),
        }
    }

    /// Writes the key and the value of the next input record over what the two hold.
    pub(crate) fn write_input(self, random: &mut Random, key: &mut Vec<u8>, value: &mut Vec<u8>) {
        key.clear();
        key.extend_from_slice(format!("key-{:05}", random.below(KEYS)).as_bytes());
        value.clear();
        match self {
            Self::Pass => pass::write_value(random, value),
            Self::Double => double::write_value(random, value),
        }
    }
}

impl FromStr for Workload {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "pass" => Ok(Self::Pass),
            "double" => Ok(Self::Double),
            _ if COMING.contains(&name) => Err(format!(
                "the workload {name} comes later; there are pass and double"
            )),
            _ => Err(format!(
                "there is no workload {name}; there are pass and double"
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inputs(workload: Workload, seed: u64) -> Vec<(Vec<u8>, Vec<u8>)> {
        let mut random = Random::new(seed);
        let (mut key, mut value) = (Vec::new(), Vec::new());
        let mut next = || {
            workload.write_input(&mut random, &mut key, &mut value);
            (key.clone(), value.clone())
        };
        (0..100).map(|_| next()).collect()
    }

    #[test]
    fn inputs_are_the_same_for_the_same_seed() {
        for workload in [Workload::Pass, Workload::Double] {
            assert_eq!(inputs(workload, 7), inputs(workload, 7));
            assert_ne!(inputs(workload, 7), inputs(workload, 8));
        }
    }

    #[test]
    fn pass_has_values_of_100_bytes_and_leaves_them_alone() {
        for (_, value) in inputs(Workload::Pass, 1) {
            assert_eq!(value.len(), 100);
            let mut room = Vec::new();
            let applied = Workload::Pass.apply(Some(&value), &mut room).unwrap();
            assert_eq!(applied, Some(value.as_slice()));
        }
    }

    #[test]
    fn double_doubles_every_input_of_its_own() {
        let mut room = Vec::new();
        for (_, value) in inputs(Workload::Double, 1) {
            assert!(Workload::Double.apply(Some(&value), &mut room).is_ok());
        }
    }

    #[test]
    fn a_workload_to_come_is_told_from_one_that_is_unknown() {
        let error = |name: &str| name.parse::<Workload>().unwrap_err();
        assert!(error("window").contains("comes later"));
        assert!(error("windows").contains("no workload"));
    }
}
