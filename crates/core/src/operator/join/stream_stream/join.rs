//! `join`: what two streams say about one key at about the same time.

use std::sync::Arc;

use super::declare::declare;
use super::{Options, Unmatched};
use crate::codec::Codec;
use crate::dsl::{KStream, StreamJoined};
use crate::failure::Failure;
use crate::window::JoinWindows;

impl<'b, K: Clone + 'static, L: 'static> KStream<'b, K, L> {
    /// Joins each record with all those of the other stream that have the same key and lie
    /// within the windows: one result for each pair, as soon as its later record arrives.
    ///
    /// A result has the larger timestamp of the two, and the headers of the record that arrived
    /// last. A record without a key or a value is dropped and counted. Late records are joined,
    /// however late, as long as their partners are kept: see [`JoinWindows`]. The values of both
    /// sides are kept as bytes and lent to `joiner` for a moment; a key is cloned for each
    /// result. Where keys were changed before, a side goes through a repartition topic.
    ///
    /// A stream can be joined with itself: `stream.clone().join(stream, …)`. With
    /// `topology.optimization=single.store.self.join` it is kept once then.
    ///
    /// Semantics: `KStream.join(KStream, …)` with `StreamJoined`.
    ///
    /// ```
    /// use std::time::Duration;
    /// use headwater_core::prelude::*;
    /// use headwater_testing::TopologyTestDriver;
    ///
    /// let builder = StreamsBuilder::new();
    /// let orders = builder.stream("orders", Consumed::with(Utf8, Utf8));
    /// let payments = builder.stream("payments", Consumed::with(Utf8, I64));
    /// orders
    ///     .join(
    ///         payments,
    ///         |order, cents| format!("{order} for {cents}"),
    ///         JoinWindows::of(Duration::from_secs(60)),
    ///         StreamJoined::with(Utf8, Utf8, I64).store("paid"),
    ///     )
    ///     .to("paid", Produced::with(Utf8, Utf8));
    ///
    /// let mut driver = TopologyTestDriver::new(builder.build()?)?;
    /// driver.input("orders", Utf8, Utf8).push("ann", "tea")?;
    /// driver.input("payments", Utf8, I64).push("ann", 250)?;
    /// assert_eq!(driver.output("paid", Utf8, Utf8).values()?, ["tea for 250"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use = "a stream that nothing follows does nothing"]
    pub fn join<R: 'static, O: 'static, KC, LC, RC>(
        self,
        right: KStream<'b, K, R>,
        joiner: impl Fn(&L, &R) -> O + Send + Sync + 'static,
        windows: JoinWindows,
        options: StreamJoined<KC, LC, RC>,
    ) -> KStream<'b, K, O>
    where
        KC: Codec<Item = K>,
        LC: Codec<Item = L>,
        RC: Codec<Item = R>,
    {
        let joiner = move |_: &K, left: &L, right: &R| Ok(joiner(left, right));
        self.try_join_with_key(right, joiner, windows, options)
    }

    /// As [`join`](Self::join), looking at the key as well.
    #[must_use = "a stream that nothing follows does nothing"]
    pub fn join_with_key<R: 'static, O: 'static, KC, LC, RC>(
        self,
        right: KStream<'b, K, R>,
        joiner: impl Fn(&K, &L, &R) -> O + Send + Sync + 'static,
        windows: JoinWindows,
        options: StreamJoined<KC, LC, RC>,
    ) -> KStream<'b, K, O>
    where
        KC: Codec<Item = K>,
        LC: Codec<Item = L>,
        RC: Codec<Item = R>,
    {
        let joiner = move |key: &K, left: &L, right: &R| Ok(joiner(key, left, right));
        self.try_join_with_key(right, joiner, windows, options)
    }

    /// As [`join_with_key`](Self::join_with_key), for code that can fail: the
    /// [`FailurePolicy`](crate::failure::FailurePolicy) decides about the record in hand then.
    /// If it goes on, that record's other pairs are not joined either.
    #[must_use = "a stream that nothing follows does nothing"]
    pub fn try_join_with_key<R: 'static, O: 'static, KC, LC, RC>(
        self,
        right: KStream<'b, K, R>,
        joiner: impl Fn(&K, &L, &R) -> Result<O, Failure> + Send + Sync + 'static,
        windows: JoinWindows,
        options: StreamJoined<KC, LC, RC>,
    ) -> KStream<'b, K, O>
    where
        KC: Codec<Item = K>,
        LC: Codec<Item = L>,
        RC: Codec<Item = R>,
    {
        let joiner =
            Arc::new(
                move |key: &K, left: Option<&L>, right: Option<&R>| match (left, right) {
                    (Some(left), Some(right)) => joiner(key, left, right),
                    _ => unreachable!("an inner join has both sides"),
                },
            );
        let options = Options::new(windows, options);
        declare((self, right), joiner, Unmatched::Neither, &options)
    }
}
