//! `count` of grouped tables: how many rows each group has.

use std::sync::Arc;

use super::aggregate::PREFIX;
use super::process::{self, TableFunction};
use crate::codec::{Codec, I64};
use crate::dsl::{Count, KGroupedTable, KTable, Materialized};
use crate::operator::aggregate::function::Function;
use crate::operator::table::keep::Parts;

impl<'b, K: 'static, V: 'static> KGroupedTable<'b, K, V> {
    /// Counts the rows of each group, in a store with a generated name.
    ///
    /// A group that has lost its last row keeps its count of 0. A count has the largest
    /// timestamp of the updates in it. Semantics: `KGroupedTable.count`.
    #[must_use = "a table that nothing follows does nothing"]
    pub fn count(self) -> KTable<'b, K, i64> {
        self.counted(Materialized::unspecified(I64).into_parts())
    }

    /// As [`count`](Self::count), in a store with these options.
    #[must_use = "a table that nothing follows does nothing"]
    pub fn count_with<VC>(self, materialized: Materialized<VC>) -> KTable<'b, K, VC::Item>
    where
        VC: Codec,
        VC::Item: Count,
    {
        self.counted(materialized.into_parts())
    }

    fn counted<N: Count>(self, materialized: Parts<N>) -> KTable<'b, K, N> {
        let function = TableFunction {
            add: Function::folding(N::zero, |_: &K, _: V, count: N| Ok(Some(count.plus(1)))),
            subtract: Arc::new(|_: &K, _: V, count: N| Ok(Some(count.plus(-1)))),
        };
        process::add(&self, PREFIX, materialized, function)
    }
}
