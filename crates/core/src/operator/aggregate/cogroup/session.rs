//! `windowed_by` sessions and `aggregate` of a cogroup: a row per key and session.

use std::sync::Arc;

use super::declare::{self, Table};
use super::part::Initial;
use crate::codec::{Codec, SharedCodec};
use crate::dsl::{CogroupedKStream, KTable, Materialized, SessionWindowedCogroupedKStream};
use crate::failure::Failure;
use crate::operator::aggregate::session::{keep, process};
use crate::window::{Emit, SessionWindowed, SessionWindows, Windowed};

impl<'b, K: Clone + 'static, A: Clone + 'static> CogroupedKStream<'b, K, A> {
    /// Cuts the streams into sessions: records of one key are in one session whichever stream
    /// they come from.
    ///
    /// Semantics: `CogroupedKStream.windowedBy(SessionWindows)`.
    pub fn windowed_by_sessions(
        self,
        windows: SessionWindows,
    ) -> SessionWindowedCogroupedKStream<'b, K, A> {
        SessionWindowedCogroupedKStream {
            streams: self,
            windows,
        }
    }
}

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
    ///     .windowed_by_sessions(SessionWindows::with_gap(Duration::from_secs(60)))
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
        let (codec, naming, settings) = materialized.into_parts();
        let initial: Initial<A> = Arc::new(initial);
        let begin = Arc::clone(&initial);
        let merge = process::merging(move || Some(begin()), merge);
        let key = SharedCodec::clone(&streams.key);
        let table = Table {
            naming,
            declare: &|graph, store| {
                let windows = (windows, Emit::OnUpdate);
                keep::declare(graph, store, &settings, (&key, &codec), windows);
            },
            stages: &|stream| stream.sessions(&initial, &merge, windows),
            kept_node: keep::kept_node::<K, A>,
            grace_ms: Some(process::wait_ms(windows)),
        };
        let sessions = Arc::new(SessionWindowed::new(SharedCodec::clone(&key)));
        declare::add(&streams, sessions, &table)
    }
}
