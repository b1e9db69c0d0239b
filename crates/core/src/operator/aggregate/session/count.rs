//! `count` of sessions: how many records each has.

use std::sync::Arc;

use super::declare::sessions;
use super::function::SessionFunction;
use crate::codec::{Codec, I64};
use crate::dsl::{Count, KTable, Materialized, SessionWindowedKStream};
use crate::operator::aggregate::aggregate::PREFIX;
use crate::operator::aggregate::function::Function;
use crate::operator::table::keep::Parts;
use crate::window::Windowed;

impl<'b, K: Clone + 'static, V: 'static> SessionWindowedKStream<'b, K, V> {
    /// Counts the records of each session, in a store with a generated name.
    ///
    /// Records without a key, and those whose session has closed, are dropped and counted; a
    /// null value counts. A row has the time of its session's last record; a session that grows
    /// is deleted and made anew. Semantics: `SessionWindowedKStream.count`.
    #[must_use = "a table that nothing follows does nothing"]
    pub fn count(self) -> KTable<'b, Windowed<K>, i64> {
        self.counted(Materialized::unspecified(I64).into_parts())
    }

    /// As [`count`](Self::count), in a store with these options.
    ///
    /// ```
    /// use std::time::Duration;
    /// use headwater_core::prelude::*;
    /// use headwater_testing::TopologyTestDriver;
    ///
    /// let builder = StreamsBuilder::new();
    /// builder
    ///     .stream("clicks", Consumed::with(Utf8, Utf8))
    ///     .group_by_key(Grouped::with(Utf8, Utf8))
    ///     .windowed_by(SessionWindows::with_gap(Duration::from_secs(60)))
    ///     .count_with(Materialized::named("clicks-per-visit", I64))
    ///     .into_stream()
    ///     .to("visits", Produced::with(SessionWindowed::new(Utf8), I64.nullable()));
    ///
    /// let mut driver = TopologyTestDriver::new(builder.build()?)?;
    /// let clicks = driver.input("clicks", Utf8, Utf8);
    /// clicks.at_ms(0).push("ann", "/")?.at_ms(1_000).push("ann", "/buy")?;
    /// let mut visits = driver.output("visits", SessionWindowed::new(Utf8), I64.nullable());
    /// assert_eq!(visits.values()?, [Some(1), None, Some(2)]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use = "a table that nothing follows does nothing"]
    pub fn count_with<VC>(self, materialized: Materialized<VC>) -> KTable<'b, Windowed<K>, VC::Item>
    where
        VC: Codec,
        VC::Item: Count,
    {
        self.counted(materialized.into_parts())
    }

    fn counted<N: Count>(self, materialized: Parts<N>) -> KTable<'b, Windowed<K>, N> {
        if materialized.1.is_unnamed() {
            // Kafka Streams takes a number that it does not use.
            let builder = self.group.builder;
            builder.with_graph(|graph| graph.names.next_store(PREFIX));
        }
        let function = SessionFunction {
            add: Function::folding(N::zero, |_: &K, _: V, count: N| Ok(Some(count.plus(1)))),
            merge: Arc::new(|_: &K, so_far: Option<N>, count| {
                Ok(Some(so_far.unwrap_or_else(N::zero).sum(count)))
            }),
        };
        sessions(&self, PREFIX, materialized, function)
    }
}
