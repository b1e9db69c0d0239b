//! The names of a stream-stream join, as `KStreamImplJoin` and its store factories make them.

use super::{Options, Unmatched};
use crate::dsl::ResolvedName;
use crate::topology::{Graph, validate_name};

const WINDOWED: &str = "KSTREAM-WINDOWED-";
const MERGE: &str = "KSTREAM-MERGE-";

/// The names of a join's nodes.
pub(super) struct NodeNames {
    pub(super) windowed_left: String,
    pub(super) windowed_right: String,
    pub(super) join_left: String,
    pub(super) join_right: String,
    pub(super) merge: String,
}

/// The names of a join's stores.
pub(super) struct StoreNames {
    pub(super) left: ResolvedName,
    pub(super) right: ResolvedName,
    pub(super) unjoined: Option<ResolvedName>,
}

/// All names of a join.
pub(super) struct Names {
    pub(super) nodes: NodeNames,
    pub(super) stores: StoreNames,
}

impl Names {
    /// Takes the numbers, used or not. A side is called outer if the other may lack a partner.
    pub(super) fn next<K, L, R>(
        graph: &mut Graph,
        unmatched: Unmatched,
        options: &Options<K, L, R>,
    ) -> Self {
        let (this, other, shared) = match unmatched {
            Unmatched::Neither => ("KSTREAM-JOINTHIS-", "KSTREAM-JOINOTHER-", None),
            Unmatched::Left => (
                "KSTREAM-JOINTHIS-",
                "KSTREAM-OUTEROTHER-",
                Some("-left-shared-join"),
            ),
            Unmatched::Both => (
                "KSTREAM-OUTERTHIS-",
                "KSTREAM-OUTEROTHER-",
                Some("-outer-shared-join"),
            ),
        };
        let this_suffix = match unmatched {
            Unmatched::Both => "-outer-this-join",
            Unmatched::Neither | Unmatched::Left => "-this-join",
        };
        let other_suffix = match unmatched {
            Unmatched::Neither => "-other-join",
            Unmatched::Left | Unmatched::Both => "-outer-other-join",
        };
        if let Some(name) = &options.name {
            graph.check(validate_name("join", name));
        }
        let given = |given: &Option<String>, suffix: &str, generated: &str| {
            let given = given.as_ref().map(|given| format!("{given}{suffix}"));
            given.unwrap_or_else(|| generated.to_owned())
        };
        let windowed = [WINDOWED, WINDOWED].map(|prefix| graph.names.next(prefix));
        let joins = [this, other].map(|prefix| graph.names.next(prefix));
        let merge = graph.names.next(MERGE);
        let ([windowed_left, windowed_right], [join_left, join_right]) = (&windowed, &joins);
        // It has the number of the left side's node.
        let number = join_left.strip_prefix(this).unwrap_or_default();
        let unjoined = format!("KSTREAM-OUTERSHARED-{number}");
        let store = |suffix: &str, generated: &str| ResolvedName {
            name: format!("{}-store", given(&options.store, suffix, generated)),
            is_given: options.store.is_some(),
        };
        let node = |suffix: &str, generated: &str| given(&options.name, suffix, generated);
        Self {
            stores: StoreNames {
                left: store(this_suffix, join_left),
                right: store(other_suffix, join_right),
                unjoined: shared.map(|suffix| store(suffix, &unjoined)),
            },
            nodes: NodeNames {
                windowed_left: node("-this-windowed", windowed_left),
                windowed_right: node("-other-windowed", windowed_right),
                join_left: node(this_suffix, join_left),
                join_right: node(other_suffix, join_right),
                merge: node("-merge", &merge),
            },
        }
    }
}
