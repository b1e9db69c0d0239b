//! `aggregate` of grouped tables: the rows of a group become a row of another type.

use std::sync::Arc;

use super::process::{self, TableFunction};
use crate::codec::Codec;
use crate::dsl::{IntoRow, KGroupedTable, KTable, Materialized};
use crate::failure::Failure;
use crate::operator::aggregate::function::Function;

pub(super) const PREFIX: &str = "KTABLE-AGGREGATE-";

impl<'b, K: 'static, V: 'static> KGroupedTable<'b, K, V> {
    /// Puts each value into the row of its group with `add`, and takes it out with `subtract`
    /// when it changes or moves; a group begins with what `initial` gives.
    ///
    /// If either gives `None` the row is deleted; nothing is taken out of a row that is not
    /// there. A row has the largest timestamp of the updates in it.
    /// Semantics: `KGroupedTable.aggregate`.
    ///
    /// ```
    /// use headwater_core::prelude::*;
    /// use headwater_testing::TopologyTestDriver;
    ///
    /// let builder = StreamsBuilder::new();
    /// builder
    ///     .table_with("team-of-player", Consumed::with(Utf8, Utf8), Materialized::named("rows", Utf8))
    ///     .group_by(|player, team| (team, player.clone()), Grouped::with(Utf8, Utf8))
    ///     .aggregate(
    ///         || 0,
    ///         |_, player, letters| letters + player.len() as i64,
    ///         |_, player, letters| letters - player.len() as i64,
    ///         Materialized::named("letters-of-team", I64),
    ///     )
    ///     .into_stream()
    ///     .to("letters", Produced::with(Utf8, I64.nullable()));
    ///
    /// let mut driver = TopologyTestDriver::new(builder.build()?)?;
    /// driver.input("team-of-player", Utf8, Utf8).push("ann", "red")?.push("ann", "blue")?;
    /// assert_eq!(driver.output("letters", Utf8, I64).values()?, [3, 0, 3]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use = "a table that nothing follows does nothing"]
    pub fn aggregate<VC, A, S>(
        self,
        initial: impl Fn() -> VC::Item + Send + Sync + 'static,
        add: impl Fn(&K, V, VC::Item) -> A + Send + Sync + 'static,
        subtract: impl Fn(&K, V, VC::Item) -> S + Send + Sync + 'static,
        materialized: Materialized<VC>,
    ) -> KTable<'b, K, VC::Item>
    where
        VC: Codec,
        VC::Item: Clone,
        A: IntoRow<VC::Item>,
        S: IntoRow<VC::Item>,
    {
        self.try_aggregate(
            initial,
            move |key: &K, value, row| Ok(add(key, value, row)),
            move |key: &K, value, row| Ok(subtract(key, value, row)),
            materialized,
        )
    }

    /// As [`aggregate`](Self::aggregate), with functions that can fail.
    #[must_use = "a table that nothing follows does nothing"]
    pub fn try_aggregate<VC, A, S>(
        self,
        initial: impl Fn() -> VC::Item + Send + Sync + 'static,
        add: impl Fn(&K, V, VC::Item) -> Result<A, Failure> + Send + Sync + 'static,
        subtract: impl Fn(&K, V, VC::Item) -> Result<S, Failure> + Send + Sync + 'static,
        materialized: Materialized<VC>,
    ) -> KTable<'b, K, VC::Item>
    where
        VC: Codec,
        VC::Item: Clone,
        A: IntoRow<VC::Item>,
        S: IntoRow<VC::Item>,
    {
        let add = move |key: &K, value, row| add(key, value, row).map(Into::into);
        let subtract = move |key: &K, value, row| subtract(key, value, row).map(Into::into);
        let function = TableFunction {
            add: Function::folding(initial, add),
            subtract: Arc::new(subtract),
        };
        process::add(&self, PREFIX, materialized.into_parts(), function)
    }
}
