//! A cache changes how often a table is updated, never what it holds in the end.

use proptest::prelude::*;

use crate::topologies::{driver, inputs, outcome, push};

proptest! {
    #[test]
    fn cached_and_uncached_runs_end_in_the_same_tables(
        inputs in inputs(),
        bytes_max in prop_oneof![Just(1_usize), Just(600), Just(1_000_000)],
        commits in prop::collection::vec(any::<bool>(), 40),
    ) {
        let mut uncached = driver(&inputs).cache_bytes_max(0).build().unwrap();
        let mut cached = driver(&inputs)
            .cache_bytes_max(bytes_max)
            .commit_on_command()
            .build()
            .unwrap();
        for (input, commits) in inputs.records.iter().zip(commits) {
            push(&mut uncached, input).unwrap();
            push(&mut cached, input).unwrap();
            if commits {
                cached.commit().unwrap();
            }
        }
        prop_assert_eq!(outcome(&mut cached), outcome(&mut uncached));
    }
}
