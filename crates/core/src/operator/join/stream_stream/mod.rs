//! Windowed joins of two streams.
//!
//! Reading order: `join`, `left_join`, `outer_join` (the verbs), `declare` (nodes, with their
//! `names` and `stores`), `window` (keeps the records of one side), `side` (joins a record with
//! those of the other side), `unjoined` (passes on what found no partner), `self_join` (a stream
//! with itself, in one store).

mod declare;
mod join;
mod left_join;
mod names;
mod outer_join;
mod self_join;
mod side;
mod stores;
mod unjoined;
mod window;

use std::sync::Arc;
use std::time::Duration;

use crate::codec::{Codec, SharedCodec};
use crate::dsl::{KStream, StoreSettings, StreamJoined};
use crate::failure::Failure;
use crate::window::JoinWindows;

/// Makes a result of a key and both sides, of which at least one is there.
type Joiner<K, L, R, O> = dyn Fn(&K, Option<&L>, Option<&R>) -> Result<O, Failure> + Send + Sync;

/// Which records without a partner have a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unmatched {
    /// None.
    Neither,
    /// Those of the left stream.
    Left,
    /// All.
    Both,
}

/// What a join was told, with the types of its codecs forgotten.
struct Options<K, L, R> {
    windows: JoinWindows,
    key: SharedCodec<K>,
    left: SharedCodec<L>,
    right: SharedCodec<R>,
    name: Option<String>,
    store: Option<String>,
    settings: StoreSettings,
    idle: Option<Duration>,
}

impl<K: 'static, L: 'static, R: 'static> Options<K, L, R> {
    fn new<KC, LC, RC>(windows: JoinWindows, joined: StreamJoined<KC, LC, RC>) -> Self
    where
        KC: Codec<Item = K>,
        LC: Codec<Item = L>,
        RC: Codec<Item = R>,
    {
        Self {
            windows,
            key: Arc::new(joined.key),
            left: Arc::new(joined.left),
            right: Arc::new(joined.right),
            name: joined.name,
            store: joined.store,
            settings: joined.settings,
            idle: joined.idle,
        }
    }
}

/// The two streams of a join, on one builder.
#[expect(
    clippy::needless_pass_by_value,
    reason = "a handle is used up by what follows it, here two of them"
)]
fn sides<'b, K: 'static, L: 'static, R: 'static>(
    left: KStream<'b, K, L>,
    right: KStream<'b, K, R>,
) -> (KStream<'b, K, L>, KStream<'b, K, R>) {
    let right = KStream::new(left.builder, left.builder.own(right.builder, right.node));
    (left, right)
}
