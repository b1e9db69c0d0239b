//! `aggregate` of a cogroup in sessions: a row per key and session.

use std::sync::Arc;

use super::declare::{self, Table};
use super::part::Initial;
use crate::codec::{Codec, SharedCodec};
use crate::dsl::{KTable, Materialized, SessionWindowedCogroupedKStream};
use crate::failure::Failure;
use crate::operator::aggregate::session::{keep, process};
use crate::window::{Emit, SessionWindowed, Windowed};

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
