//! `outer_join` of tables and its forms: rows that are in either table.

use super::Joiner;
use crate::codec::Codec;
use crate::dsl::{IntoRow, KTable, Materialized};
use crate::failure::Failure;

impl<'b, K: 'static, V: 'static> KTable<'b, K, V> {
    /// Joins two tables by key: a row for each key that is in either; `join` is given at least
    /// one row.
    ///
    /// The result is not kept in a store: where it is looked up, `join` runs again on the rows
    /// of both tables, which are kept in stores, so it must always give the same for the same.
    /// An update from nothing to nothing of a key that the other table does not have gives nothing.
    /// Results have the later time of both rows and the headers of the update that caused them.
    /// Out-of-order rows of a versioned table are dropped and counted.
    /// Both topics must have the same number of partitions. Semantics: `KTable.outerJoin`.
    ///
    /// ```
    /// use headwater_core::prelude::*;
    /// use headwater_testing::TopologyTestDriver;
    ///
    /// let builder = StreamsBuilder::new();
    /// let stock = Materialized::named("stock-store", I64);
    /// let stock = builder.table_with("stock", Consumed::with(Utf8, I64), stock);
    /// let prices = Materialized::named("prices-store", I64);
    /// let prices = builder.table_with("prices", Consumed::with(Utf8, I64), prices);
    /// stock
    ///     .outer_join(prices, |count, price| count.unwrap_or(&0) * price.unwrap_or(&1))
    ///     .into_stream()
    ///     .to("worth", Produced::with(Utf8, I64.nullable()));
    ///
    /// let mut driver = TopologyTestDriver::new(builder.build()?)?;
    /// driver.input("stock", Utf8, I64).push("rose", 2)?;
    /// driver.input("prices", Utf8, I64).push("rose", 3)?.push("lily", 5)?;
    /// let worth = driver.output("worth", Utf8, I64.nullable()).values()?;
    /// assert_eq!(worth, [Some(2), Some(6), Some(0)]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use = "a table that nothing follows does nothing"]
    pub fn outer_join<V2: 'static, R: 'static>(
        self,
        other: KTable<'b, K, V2>,
        join: impl Fn(Option<&V>, Option<&V2>) -> R + Send + Sync + 'static,
    ) -> KTable<'b, K, R> {
        let joiner = Joiner::of_either(move |left: Option<&V>, right: Option<&V2>| {
            Ok(Some(join(left, right)))
        });
        self.joined(other, joiner, None)
    }

    /// As [`outer_join`](Self::outer_join), where `join` may return no row: the result is deleted then.
    #[must_use = "a table that nothing follows does nothing"]
    pub fn outer_join_filter_map<V2: 'static, R: 'static>(
        self,
        other: KTable<'b, K, V2>,
        join: impl Fn(Option<&V>, Option<&V2>) -> Option<R> + Send + Sync + 'static,
    ) -> KTable<'b, K, R> {
        let joiner =
            Joiner::of_either(move |left: Option<&V>, right: Option<&V2>| Ok(join(left, right)));
        self.joined(other, joiner, None)
    }

    /// As [`outer_join`](Self::outer_join), kept in a store of its own. `join` returns a row, or an
    /// [`Option`] of one whose `None` deletes the row.
    #[must_use = "a table that nothing follows does nothing"]
    pub fn outer_join_with<V2: 'static, R, VC>(
        self,
        other: KTable<'b, K, V2>,
        join: impl Fn(Option<&V>, Option<&V2>) -> R + Send + Sync + 'static,
        materialized: Materialized<VC>,
    ) -> KTable<'b, K, VC::Item>
    where
        VC: Codec,
        R: IntoRow<VC::Item>,
    {
        let joiner = Joiner::of_either(move |left: Option<&V>, right: Option<&V2>| {
            Ok(join(left, right).into())
        });
        self.joined(other, joiner, Some(materialized.into_parts()))
    }

    /// As [`outer_join`](Self::outer_join), for code that can fail: the
    /// [`FailurePolicy`](crate::failure::FailurePolicy) decides about the update then.
    #[must_use = "a table that nothing follows does nothing"]
    pub fn try_outer_join<V2: 'static, R: 'static>(
        self,
        other: KTable<'b, K, V2>,
        join: impl Fn(Option<&V>, Option<&V2>) -> Result<R, Failure> + Send + Sync + 'static,
    ) -> KTable<'b, K, R> {
        let joiner = Joiner::of_either(move |left: Option<&V>, right: Option<&V2>| {
            join(left, right).map(Some)
        });
        self.joined(other, joiner, None)
    }

    /// As [`outer_join_filter_map`](Self::outer_join_filter_map), for code that can fail.
    #[must_use = "a table that nothing follows does nothing"]
    pub fn try_outer_join_filter_map<V2: 'static, R: 'static>(
        self,
        other: KTable<'b, K, V2>,
        join: impl Fn(Option<&V>, Option<&V2>) -> Result<Option<R>, Failure> + Send + Sync + 'static,
    ) -> KTable<'b, K, R> {
        self.joined(other, Joiner::of_either(join), None)
    }

    /// As [`outer_join_with`](Self::outer_join_with), for code that can fail.
    #[must_use = "a table that nothing follows does nothing"]
    pub fn try_outer_join_with<V2: 'static, R, VC>(
        self,
        other: KTable<'b, K, V2>,
        join: impl Fn(Option<&V>, Option<&V2>) -> Result<R, Failure> + Send + Sync + 'static,
        materialized: Materialized<VC>,
    ) -> KTable<'b, K, VC::Item>
    where
        VC: Codec,
        R: IntoRow<VC::Item>,
    {
        let joiner = Joiner::of_either(move |left: Option<&V>, right: Option<&V2>| {
            join(left, right).map(Into::into)
        });
        self.joined(other, joiner, Some(materialized.into_parts()))
    }
}
