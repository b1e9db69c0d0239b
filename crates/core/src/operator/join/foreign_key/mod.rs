//! Joins of tables by a foreign key: each row of the left table names the row of the right table
//! that it is joined with.
//!
//! The two tables need not be partitioned alike, so the left side subscribes to rows of the right
//! side through a topic, and is answered through another:
//!
//! ```text
//! left ─▶ subscribe ─▶ subscriptions topic ─▶ receive ─▶ respond ─┐
//!                                       (store)  ▲                ├─▶ responses topic ─▶ resolve ─▶ result
//! right ─────────────────────────────────────────┴───▶ announce ──┘
//! ```
//!
//! Every subscription carries a hash of the left row, every response returns it, and a response
//! whose hash is not that of the row as it is by then is dropped as stale.
//!
//! Semantics: `org.apache.kafka.streams.kstream.internals.foreignkeyjoin` (KIP-213).

mod announce;
mod declare;
mod encoder;
mod hash;
mod inner;
mod left;
mod names;
mod receive;
mod resolve;
mod respond;
mod stages;
mod subscribe;
mod subscriptions;
mod wire;

use std::sync::Arc;

use crate::failure::Failure;

/// Which rows of the left table are in the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum JoinKind {
    /// Those that have a partner.
    Inner,
    /// All.
    Left,
}

/// Finds the foreign key of a left row.
type Extract<K, V, KO> = Arc<dyn Fn(&K, &V) -> Result<Option<KO>, Failure> + Send + Sync>;

/// Makes the row of the result; `None` means that there is none.
type Join<V, VO, VR> = Arc<dyn Fn(&V, Option<&VO>) -> Result<Option<VR>, Failure> + Send + Sync>;
