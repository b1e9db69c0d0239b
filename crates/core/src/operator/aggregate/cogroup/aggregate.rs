//! `aggregate` of a cogroup without windows: a row per key.

use std::sync::Arc;

use super::declare::{self, Table};
use super::part::Initial;
use crate::codec::{Codec, SharedCodec};
use crate::dsl::{CogroupedKStream, KTable, Materialized};
use crate::operator::table::keep;

impl<'b, K: Clone + 'static, A: Clone + 'static> CogroupedKStream<'b, K, A> {
    /// Aggregates all streams into one table, whose rows begin with what `initial` gives.
    ///
    /// Records without a key or a value are dropped and counted. A row has the largest timestamp
    /// of the records in it. Semantics: `CogroupedKStream.aggregate`.
    #[must_use = "a table that nothing follows does nothing"]
    pub fn aggregate<VC: Codec<Item = A>>(
        self,
        initial: impl Fn() -> A + Send + Sync + 'static,
        materialized: Materialized<VC>,
    ) -> KTable<'b, K, A> {
        let (codec, naming, settings) = materialized.into_parts();
        let initial: Initial<A> = Arc::new(initial);
        let table = Table {
            naming,
            declare: &|graph, store| keep::declare(graph, store, &settings, &self.key, &codec),
            stages: &|stream| stream.unwindowed(&initial),
            kept_node: keep::kept_node::<K, A>,
            grace_ms: None,
        };
        declare::add(&self, SharedCodec::clone(&self.key), &table)
    }
}
