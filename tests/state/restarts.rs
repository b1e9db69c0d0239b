//! Restarts and crashes leave no trace in the stores.

use proptest::prelude::*;

use crate::topologies::{CACHED, contents, driver, inputs, outcome, push};

/// What happens after a record.
#[derive(Clone, Copy, Debug)]
enum Then {
    Nothing,
    Commit,
    Restart,
}

fn then() -> impl Strategy<Value = Then> {
    prop_oneof![
        4 => Just(Then::Nothing),
        1 => Just(Then::Commit),
        1 => Just(Then::Restart),
    ]
}

proptest! {
    #[test]
    fn any_split_into_commits_and_restarts_ends_in_the_same_state(
        inputs in inputs(),
        thens in prop::collection::vec(then(), 40),
    ) {
        let mut plain = driver(&inputs).build().unwrap();
        let mut split = driver(&inputs).commit_on_command().build().unwrap();
        for (input, then) in inputs.records.iter().zip(thens) {
            push(&mut plain, input).unwrap();
            push(&mut split, input).unwrap();
            match then {
                Then::Nothing => {}
                Then::Commit => split.commit().unwrap(),
                Then::Restart => split.restart().unwrap(),
            }
        }
        prop_assert_eq!(outcome(&mut split), outcome(&mut plain));
    }

    #[test]
    fn a_cached_store_loses_nothing_in_a_crash_between_two_commits(
        inputs in inputs(),
        crash_at in 0_usize..40,
        commit_every in 1_usize..10,
    ) {
        // Caches that are large enough write only when they are committed, together with the
        // positions: so what is processed again starts from the state before it. Stores without
        // a cache may have seen a record twice then (at least once): a join window holds both.
        let mut plain = driver(&inputs).build().unwrap();
        let mut crashed = driver(&inputs).commit_on_command().build().unwrap();
        for (number, input) in inputs.records.iter().enumerate() {
            push(&mut plain, input).unwrap();
            push(&mut crashed, input).unwrap();
            if number % commit_every == 0 {
                crashed.commit().unwrap();
            }
            if number == crash_at {
                crashed.crash().unwrap();
            }
        }
        prop_assert_eq!(contents(&mut crashed, &CACHED), contents(&mut plain, &CACHED));
    }
}
