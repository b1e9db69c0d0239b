//! `left_join`: as `join`, and what the left stream alone says.

use std::sync::Arc;

use super::declare::declare;
use super::{Options, Unmatched};
use crate::codec::Codec;
use crate::dsl::{KStream, StreamJoined};
use crate::failure::Failure;
use crate::window::JoinWindows;

impl<'b, K: Clone + 'static, L: 'static> KStream<'b, K, L> {
    /// As [`join`](Self::join), and a result without the right side for each record of the left
    /// stream that finds no partner.
    ///
    /// That result comes when stream time, as of both streams, has passed the record's last
    /// possible partner and the grace; it is let out by a record of either stream, whose headers
    /// it has, and has the timestamp of its own record. A record that comes so late that its last
    /// possible partner lies in the past is passed on at once if it has none. As stores are kept
    /// beyond that, a partner that comes later still may bring a second result.
    ///
    /// A record of the left stream without a key has no partner, and is passed on at once. Records
    /// of the right stream without a key, and any without a value, are dropped and counted.
    ///
    /// Semantics: `KStream.leftJoin(KStream, …)` with `StreamJoined` (KIP-633, KIP-962).
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
    ///     .left_join(
    ///         payments,
    ///         |order, cents| cents.map_or_else(|| format!("{order} unpaid"), |_| order.clone()),
    ///         JoinWindows::of(Duration::from_millis(10)),
    ///         StreamJoined::with(Utf8, Utf8, I64).store("paid"),
    ///     )
    ///     .to("paid", Produced::with(Utf8, Utf8));
    ///
    /// let mut driver = TopologyTestDriver::new(builder.build()?)?;
    /// driver.input("orders", Utf8, Utf8).at_ms(0).push("ann", "tea")?;
    /// driver.input("payments", Utf8, I64).at_ms(11).push("bob", 250)?;
    /// assert_eq!(driver.output("paid", Utf8, Utf8).values()?, ["tea unpaid"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use = "a stream that nothing follows does nothing"]
    pub fn left_join<R: 'static, O: 'static, KC, LC, RC>(
        self,
        right: KStream<'b, K, R>,
        joiner: impl Fn(&L, Option<&R>) -> O + Send + Sync + 'static,
        windows: JoinWindows,
        options: StreamJoined<KC, LC, RC>,
    ) -> KStream<'b, K, O>
    where
        KC: Codec<Item = K>,
        LC: Codec<Item = L>,
        RC: Codec<Item = R>,
    {
        let joiner = move |_: &K, left: &L, right: Option<&R>| Ok(joiner(left, right));
        self.try_left_join_with_key(right, joiner, windows, options)
    }

    /// As [`left_join`](Self::left_join), looking at the key as well.
    #[must_use = "a stream that nothing follows does nothing"]
    pub fn left_join_with_key<R: 'static, O: 'static, KC, LC, RC>(
        self,
        right: KStream<'b, K, R>,
        joiner: impl Fn(&K, &L, Option<&R>) -> O + Send + Sync + 'static,
        windows: JoinWindows,
        options: StreamJoined<KC, LC, RC>,
    ) -> KStream<'b, K, O>
    where
        KC: Codec<Item = K>,
        LC: Codec<Item = L>,
        RC: Codec<Item = R>,
    {
        let joiner = move |key: &K, left: &L, right: Option<&R>| Ok(joiner(key, left, right));
        self.try_left_join_with_key(right, joiner, windows, options)
    }

    /// As [`left_join_with_key`](Self::left_join_with_key), for code that can fail: the
    /// [`FailurePolicy`](crate::failure::FailurePolicy) decides about the record in hand then.
    /// If it goes on, that record's other pairs are not joined either.
    #[must_use = "a stream that nothing follows does nothing"]
    pub fn try_left_join_with_key<R: 'static, O: 'static, KC, LC, RC>(
        self,
        right: KStream<'b, K, R>,
        joiner: impl Fn(&K, &L, Option<&R>) -> Result<O, Failure> + Send + Sync + 'static,
        windows: JoinWindows,
        options: StreamJoined<KC, LC, RC>,
    ) -> KStream<'b, K, O>
    where
        KC: Codec<Item = K>,
        LC: Codec<Item = L>,
        RC: Codec<Item = R>,
    {
        let joiner = Arc::new(
            move |key: &K, left: Option<&L>, right: Option<&R>| match left {
                Some(left) => joiner(key, left, right),
                None => unreachable!("a left join always has the left side"),
            },
        );
        let options = Options::new(windows, options);
        declare((self, right), joiner, Unmatched::Left, &options)
    }
}
