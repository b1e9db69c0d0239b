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
    ///
    /// ```
    /// use headwater_core::prelude::*;
    /// use headwater_testing::TopologyTestDriver;
    ///
    /// let builder = StreamsBuilder::new();
    /// builder
    ///     .table_with("homes", Consumed::with(Utf8, Utf8), Materialized::named("homes", Utf8))
    ///     .group_by(|person, city| (city, person.clone()), Grouped::with(Utf8, Utf8).named("by-city"))
    ///     .count_with(Materialized::named("people-per-city", I64))
    ///     .into_stream()
    ///     .to("people", Produced::with(Utf8, I64.nullable()));
    ///
    /// let mut driver = TopologyTestDriver::new(builder.build()?)?;
    /// let homes = driver.input("homes", Utf8, Utf8);
    /// homes.push("ann", "Rome")?.push("ben", "Rome")?.push("ann", "Oslo")?;
    /// let people = driver.output("people", Utf8, I64).pairs()?;
    /// let people: Vec<_> = people.iter().map(|(city, count)| (city.as_str(), *count)).collect();
    /// assert_eq!(people, [("Rome", 1), ("Rome", 2), ("Rome", 1), ("Oslo", 1)]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
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
