//! `reduce` of grouped tables: the rows of a group become one.

use std::sync::Arc;

use super::process::{self, TableFunction};
use crate::codec::{Codec, SharedCodec};
use crate::dsl::{IntoRow, KGroupedTable, KTable, Materialized, StoreNaming, StoreSettings};
use crate::failure::Failure;
use crate::operator::aggregate::function::Function;
use crate::operator::table::keep::Parts;

const PREFIX: &str = "KTABLE-REDUCE-";

impl<'b, K: 'static, V: Clone + 'static> KGroupedTable<'b, K, V> {
    /// Combines the rows of each group: `add` puts a value into what there is, `subtract` takes
    /// one out again.
    ///
    /// The first value of a group is kept as it is. If either gives `None` the row is deleted;
    /// nothing is taken out of a row that is not there. A row has the largest timestamp of the
    /// updates in it. Semantics: `KGroupedTable.reduce`.
    ///
    /// ```
    /// use headwater_core::prelude::*;
    /// use headwater_testing::TopologyTestDriver;
    ///
    /// let builder = StreamsBuilder::new();
    /// builder
    ///     .table_with("stock-of-shelf", Consumed::with(Utf8, I64), Materialized::named("rows", I64))
    ///     .group_by(
    ///         |shelf, stock| (shelf.chars().take(1).collect::<String>(), stock),
    ///         Grouped::with(Utf8, I64),
    ///     )
    ///     .reduce_with(
    ///         |sum, stock| sum + stock,
    ///         |sum, stock| sum - stock,
    ///         Materialized::named("stock-of-room", I64),
    ///     )
    ///     .into_stream()
    ///     .to("stock", Produced::with(Utf8, I64.nullable()));
    ///
    /// let mut driver = TopologyTestDriver::new(builder.build()?)?;
    /// driver.input("stock-of-shelf", Utf8, I64).push("a1", 5)?.push("a2", 7)?.push("a1", 1)?;
    /// assert_eq!(driver.output("stock", Utf8, I64).values()?, [5, 12, 8]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use = "a table that nothing follows does nothing"]
    pub fn reduce_with<VC, A, S>(
        self,
        add: impl Fn(V, V) -> A + Send + Sync + 'static,
        subtract: impl Fn(V, V) -> S + Send + Sync + 'static,
        materialized: Materialized<VC>,
    ) -> KTable<'b, K, V>
    where
        VC: Codec<Item = V>,
        A: IntoRow<V>,
        S: IntoRow<V>,
    {
        self.try_reduce_with(
            move |row, value| Ok(add(row, value)),
            move |row, value| Ok(subtract(row, value)),
            materialized,
        )
    }

    /// As [`reduce_with`](Self::reduce_with), in a store with a generated name.
    #[must_use = "a table that nothing follows does nothing"]
    pub fn reduce<A, S>(
        self,
        add: impl Fn(V, V) -> A + Send + Sync + 'static,
        subtract: impl Fn(V, V) -> S + Send + Sync + 'static,
    ) -> KTable<'b, K, V>
    where
        A: IntoRow<V>,
        S: IntoRow<V>,
    {
        let value = SharedCodec::clone(&self.value);
        let naming = StoreNaming::unspecified();
        self.reduced(
            move |row, value| Ok(add(row, value)),
            move |row, value| Ok(subtract(row, value)),
            (value, naming, StoreSettings::default()),
        )
    }

    /// As [`reduce_with`](Self::reduce_with), with functions that can fail.
    #[must_use = "a table that nothing follows does nothing"]
    pub fn try_reduce_with<VC, A, S>(
        self,
        add: impl Fn(V, V) -> Result<A, Failure> + Send + Sync + 'static,
        subtract: impl Fn(V, V) -> Result<S, Failure> + Send + Sync + 'static,
        materialized: Materialized<VC>,
    ) -> KTable<'b, K, V>
    where
        VC: Codec<Item = V>,
        A: IntoRow<V>,
        S: IntoRow<V>,
    {
        self.reduced(add, subtract, materialized.into_parts())
    }

    fn reduced<A: IntoRow<V>, S: IntoRow<V>>(
        self,
        add: impl Fn(V, V) -> Result<A, Failure> + Send + Sync + 'static,
        subtract: impl Fn(V, V) -> Result<S, Failure> + Send + Sync + 'static,
        materialized: Parts<V>,
    ) -> KTable<'b, K, V> {
        let function = TableFunction {
            add: Function::reducing(move |row, value| add(row, value).map(Into::into)),
            subtract: Arc::new(move |_: &K, value, row| subtract(row, value).map(Into::into)),
        };
        process::add(&self, PREFIX, materialized, function)
    }
}
