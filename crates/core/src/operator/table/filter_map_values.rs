//! `filter_map_values` and its forms: rows made of rows, where not every row makes one.

use super::mapped;
use crate::dsl::KTable;
use crate::failure::Failure;

impl<'b, K: 'static, V: 'static> KTable<'b, K, V> {
    /// Makes a row out of each row, or none: an update whose row makes none deletes the row.
    ///
    /// Such a deletion is sent even if there was nothing to delete. Otherwise as
    /// [`map_values`](Self::map_values). Semantics: `KTable.mapValues` with a mapper that
    /// returns null.
    ///
    /// ```
    /// use headwater_core::prelude::*;
    /// use headwater_testing::TopologyTestDriver;
    ///
    /// let builder = StreamsBuilder::new();
    /// builder
    ///     .table("texts", Consumed::with(Utf8, Utf8))
    ///     .filter_map_values(|text| text.parse::<i64>().ok())
    ///     .into_stream()
    ///     .to("numbers", Produced::with(Utf8, I64.nullable()));
    ///
    /// let mut driver = TopologyTestDriver::new(builder.build()?)?;
    /// driver.input("texts", Utf8, Utf8).push("a", "7")?.push("a", "seven")?;
    /// let numbers = driver.output("numbers", Utf8, I64.nullable()).values()?;
    /// assert_eq!(numbers, [Some(7), None]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use = "a table that nothing follows does nothing"]
    pub fn filter_map_values<V2: 'static>(
        self,
        map: impl Fn(V) -> Option<V2> + Send + Sync + 'static,
    ) -> KTable<'b, K, V2> {
        self.filter_map_values_with_key(move |_, value| map(value))
    }

    /// As [`filter_map_values`](Self::filter_map_values), looking at the key as well.
    #[must_use = "a table that nothing follows does nothing"]
    pub fn filter_map_values_with_key<V2: 'static>(
        self,
        map: impl Fn(&K, V) -> Option<V2> + Send + Sync + 'static,
    ) -> KTable<'b, K, V2> {
        mapped::add(self, move |key, value| Ok(map(key, value)), None)
    }

    /// As [`filter_map_values`](Self::filter_map_values), for code that can fail: the
    /// [`FailurePolicy`](crate::failure::FailurePolicy) decides about the update then.
    #[must_use = "a table that nothing follows does nothing"]
    pub fn try_filter_map_values<V2: 'static>(
        self,
        map: impl Fn(V) -> Result<Option<V2>, Failure> + Send + Sync + 'static,
    ) -> KTable<'b, K, V2> {
        self.try_filter_map_values_with_key(move |_, value| map(value))
    }

    /// As [`try_filter_map_values`](Self::try_filter_map_values), looking at the key as well.
    #[must_use = "a table that nothing follows does nothing"]
    pub fn try_filter_map_values_with_key<V2: 'static>(
        self,
        map: impl Fn(&K, V) -> Result<Option<V2>, Failure> + Send + Sync + 'static,
    ) -> KTable<'b, K, V2> {
        mapped::add(self, map, None)
    }
}
