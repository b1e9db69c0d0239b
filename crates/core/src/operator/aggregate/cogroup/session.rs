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
