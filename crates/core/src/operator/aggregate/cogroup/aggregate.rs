//! `aggregate` of a cogroup without windows: a row per key.

use std::sync::Arc;

use super::declare;
use super::part::{Cogrouped, Initial};
use crate::codec::Codec;
use crate::dsl::{CogroupedKStream, KTable, Materialized};
use crate::operator::aggregate::stream;

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
        let initial: Initial<A> = Arc::new(initial);
        let table = stream::table(&self.key, materialized.into_parts());
        let stages = |stream: &dyn Cogrouped<K, A>| stream.unwindowed(&initial);
        declare::add(&self, table, stages)
    }
}
