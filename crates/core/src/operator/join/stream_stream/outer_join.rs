//! `outer_join`: as `join`, and what either stream alone says.

use std::sync::Arc;

use super::declare::declare;
use super::{Options, Unmatched};
use crate::codec::Codec;
use crate::dsl::{KStream, StreamJoined};
use crate::failure::Failure;
use crate::window::JoinWindows;

impl<'b, K: Clone + 'static, L: 'static> KStream<'b, K, L> {
    /// As [`left_join`](Self::left_join), with results for records of either stream that find no
    /// partner: at least one side is there.
    ///
    /// Records of either stream without a key are passed on at once, those without a value are
    /// dropped and counted. Semantics: `KStream.outerJoin` with `StreamJoined` (KIP-633, KIP-962).
    ///
    /// ```
    /// use std::time::Duration;
    /// use headwater_core::prelude::*;
    /// use headwater_testing::TopologyTestDriver;
    ///
    /// let builder = StreamsBuilder::new();
    /// let sent = builder.stream("sent", Consumed::with(Utf8, I64));
    /// let received = builder.stream("received", Consumed::with(Utf8, I64));
    /// sent.outer_join(
    ///     received,
    ///     |sent, received| match (sent, received) {
    ///         (Some(_), Some(_)) => "arrived".to_owned(),
    ///         (Some(_), None) => "lost".to_owned(),
    ///         (None, _) => "out of nowhere".to_owned(),
    ///     },
    ///     JoinWindows::of(Duration::from_millis(10)),
    ///     StreamJoined::with(Utf8, I64, I64).store("letters"),
    /// )
    /// .to("letters", Produced::with(Utf8, Utf8));
    ///
    /// let mut driver = TopologyTestDriver::new(builder.build()?)?;
    /// driver.input("received", Utf8, I64).at_ms(0).push("a", 1)?;
    /// driver.input("sent", Utf8, I64).at_ms(11).push("b", 1)?;
    /// assert_eq!(driver.output("letters", Utf8, Utf8).values()?, ["out of nowhere"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use = "a stream that nothing follows does nothing"]
    pub fn outer_join<R: 'static, O: 'static, KC, LC, RC>(
        self,
        right: KStream<'b, K, R>,
        joiner: impl Fn(Option<&L>, Option<&R>) -> O + Send + Sync + 'static,
        windows: JoinWindows,
        options: StreamJoined<KC, LC, RC>,
    ) -> KStream<'b, K, O>
    where
        KC: Codec<Item = K>,
        LC: Codec<Item = L>,
        RC: Codec<Item = R>,
    {
        let joiner = move |_: &K, left: Option<&L>, right: Option<&R>| Ok(joiner(left, right));
        self.try_outer_join_with_key(right, joiner, windows, options)
    }

    /// As [`outer_join`](Self::outer_join), looking at the key as well.
    #[must_use = "a stream that nothing follows does nothing"]
    pub fn outer_join_with_key<R: 'static, O: 'static, KC, LC, RC>(
        self,
        right: KStream<'b, K, R>,
        joiner: impl Fn(&K, Option<&L>, Option<&R>) -> O + Send + Sync + 'static,
        windows: JoinWindows,
        options: StreamJoined<KC, LC, RC>,
    ) -> KStream<'b, K, O>
    where
        KC: Codec<Item = K>,
        LC: Codec<Item = L>,
        RC: Codec<Item = R>,
    {
        let joiner =
            move |key: &K, left: Option<&L>, right: Option<&R>| Ok(joiner(key, left, right));
        self.try_outer_join_with_key(right, joiner, windows, options)
    }

    /// As [`outer_join_with_key`](Self::outer_join_with_key), for code that can fail: the
    /// [`FailurePolicy`](crate::failure::FailurePolicy) decides about the record in hand then.
    /// If it goes on, that record's other pairs are not joined either.
    #[must_use = "a stream that nothing follows does nothing"]
    pub fn try_outer_join_with_key<R: 'static, O: 'static, KC, LC, RC>(
        self,
        right: KStream<'b, K, R>,
        joiner: impl Fn(&K, Option<&L>, Option<&R>) -> Result<O, Failure> + Send + Sync + 'static,
        windows: JoinWindows,
        options: StreamJoined<KC, LC, RC>,
    ) -> KStream<'b, K, O>
    where
        KC: Codec<Item = K>,
        LC: Codec<Item = L>,
        RC: Codec<Item = R>,
    {
        let options = Options::new(windows, options);
        declare((self, right), Arc::new(joiner), Unmatched::Both, &options)
    }
}
