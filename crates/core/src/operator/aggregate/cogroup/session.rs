//! `aggregate` of a cogroup in sessions: a row per key and session.

use std::sync::Arc;

use super::declare;
use super::part::{Cogrouped, Initial};
use crate::codec::Codec;
use crate::dsl::{KTable, Materialized, SessionWindowedCogroupedKStream};
use crate::failure::Failure;
use crate::operator::aggregate::session::declare as session;
use crate::operator::aggregate::session::function::merging;
use crate::window::{Emit, Windowed};

impl<'b, K: Clone + 'static, A: Clone + 'static> SessionWindowedCogroupedKStream<'b, K, A> {
    /// Aggregates all streams into one table of sessions, which begin with what `initial` gives;
    /// `merge` makes one row of those of two sessions.
    ///
    /// Records without a key, and those whose session has closed, are dropped and counted; null
    /// values are passed on to what adds. A row has the time of its session's last record.
    /// Semantics: `SessionWindowedCogroupedKStream.aggregate`.
    ///
    /// ```
    /// use std::time::Duration;
    /// use headwater_core::prelude::*;
    /// use headwater_testing::TopologyTestDriver;
    ///
    /// let builder = StreamsBuilder::new();
    /// let pages = builder.stream("pages", Consumed::with(Utf8, Utf8));
    /// let buys = builder.stream("buys", Consumed::with(Utf8, Utf8));
    /// pages
    ///     .group_by_key(Grouped::with(Utf8, Utf8))
    ///     .cogroup(|_, _, score| score + 1)
    ///     .cogroup(buys.group_by_key(Grouped::with(Utf8, Utf8)), |_, _, score| score + 10)
    ///     .windowed_by(SessionWindows::with_gap(Duration::from_secs(60)))
    ///     .aggregate(|| 0, |_, one, other| one + other, Materialized::named("scores", I64))
    ///     .into_stream()
    ///     .to("visits", Produced::with(SessionWindowed::new(Utf8), I64.nullable()));
    ///
    /// let mut driver = TopologyTestDriver::new(builder.build()?)?;
    /// driver.input("pages", Utf8, Utf8).at_ms(0).push("ann", "/")?;
    /// driver.input("buys", Utf8, Utf8).at_ms(1_000).push("ann", "tea")?;
    /// let mut visits = driver.output("visits", SessionWindowed::new(Utf8), I64.nullable());
    /// assert_eq!(visits.values()?, [Some(1), None, Some(11)]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use = "a table that nothing follows does nothing"]
    pub fn aggregate<VC: Codec<Item = A>>(
        self,
        initial: impl Fn() -> A + Send + Sync + 'static,
        merge: impl Fn(&K, A, A) -> A + Send + Sync + 'static,
        materialized: Materialized<VC>,
    ) -> KTable<'b, Windowed<K>, A> {
        let merge = move |key: &K, one, other| Ok(merge(key, one, other));
        self.try_aggregate(initial, merge, materialized)
    }

    /// As [`aggregate`](Self::aggregate), with a function that can fail.
    #[must_use = "a table that nothing follows does nothing"]
    pub fn try_aggregate<VC: Codec<Item = A>>(
        self,
        initial: impl Fn() -> A + Send + Sync + 'static,
        merge: impl Fn(&K, A, A) -> Result<A, Failure> + Send + Sync + 'static,
        materialized: Materialized<VC>,
    ) -> KTable<'b, Windowed<K>, A> {
        let Self { streams, windows } = self;
        let initial: Initial<A> = Arc::new(initial);
        let begin = Arc::clone(&initial);
        let merge = merging(move || Some(begin()), merge);
        let materialized = materialized.into_parts();
        let table = session::table(&streams.key, materialized, (windows, Emit::OnUpdate));
        let stages = |stream: &dyn Cogrouped<K, A>| stream.sessions(&initial, &merge, windows);
        declare::add(&streams, table, stages)
    }
}
