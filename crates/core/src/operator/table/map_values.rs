//! `map_values` of tables and its forms: each row made of the row under the same key.

use super::mapped;
use crate::codec::Codec;
use crate::dsl::{IntoRow, KTable, Materialized};
use crate::failure::Failure;

impl<'b, K: 'static, V: 'static> KTable<'b, K, V> {
    /// Makes a row out of each row.
    ///
    /// The result is not kept in a store: where it is looked up, or its old values are needed,
    /// `map` runs again on the rows of the table before, so it must always give the same for
    /// the same. Deletions stay deletions and timestamps stay. Semantics: `KTable.mapValues`.
    ///
    /// ```
    /// use headwater_core::prelude::*;
    /// use headwater_testing::TopologyTestDriver;
    ///
    /// let builder = StreamsBuilder::new();
    /// builder
    ///     .table("names", Consumed::with(I64, Utf8))
    ///     .map_values(|name| name.to_uppercase())
    ///     .into_stream()
    ///     .to("loud", Produced::with(I64, Utf8.nullable()));
    ///
    /// let mut driver = TopologyTestDriver::new(builder.build()?)?;
    /// let names = driver.input("names", I64, Utf8.nullable());
    /// names.push(1, Some("ann".to_owned()))?.push(1, None)?;
    /// let loud = driver.output("loud", I64, Utf8.nullable()).values()?;
    /// assert_eq!(loud, [Some("ANN".to_owned()), None]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use = "a table that nothing follows does nothing"]
    pub fn map_values<V2: 'static>(
        self,
        map: impl Fn(V) -> V2 + Send + Sync + 'static,
    ) -> KTable<'b, K, V2> {
        self.map_values_with_key(move |_, value| map(value))
    }

    /// As [`map_values`](Self::map_values), looking at the key as well.
    #[must_use = "a table that nothing follows does nothing"]
    pub fn map_values_with_key<V2: 'static>(
        self,
        map: impl Fn(&K, V) -> V2 + Send + Sync + 'static,
    ) -> KTable<'b, K, V2> {
        mapped::add(self, move |key, value| Ok(Some(map(key, value))), None)
    }

    /// As [`map_values`](Self::map_values), for code that can fail: the
    /// [`FailurePolicy`](crate::failure::FailurePolicy) decides about the update then.
    #[must_use = "a table that nothing follows does nothing"]
    pub fn try_map_values<V2: 'static>(
        self,
        map: impl Fn(V) -> Result<V2, Failure> + Send + Sync + 'static,
    ) -> KTable<'b, K, V2> {
        self.try_map_values_with_key(move |_, value| map(value))
    }

    /// As [`try_map_values`](Self::try_map_values), looking at the key as well.
    #[must_use = "a table that nothing follows does nothing"]
    pub fn try_map_values_with_key<V2: 'static>(
        self,
        map: impl Fn(&K, V) -> Result<V2, Failure> + Send + Sync + 'static,
    ) -> KTable<'b, K, V2> {
        mapped::add(self, move |key, value| map(key, value).map(Some), None)
    }

    /// As [`map_values`](Self::map_values), kept in a store of its own. `map` returns a row, or
    /// an [`Option`] of one whose `None` deletes the row.
    ///
    /// ```
    /// use headwater_core::prelude::*;
    /// use headwater_testing::TopologyTestDriver;
    ///
    /// let builder = StreamsBuilder::new();
    /// builder
    ///     .table("names", Consumed::with(I64, Utf8))
    ///     .map_values_with(|name| name.to_uppercase(), Materialized::named("loud", Utf8));
    ///
    /// let mut driver = TopologyTestDriver::new(builder.build()?)?;
    /// driver.input("names", I64, Utf8).push(1, "ann")?;
    /// assert_eq!(driver.output("app-loud-changelog", I64, Utf8).values()?, ["ANN"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use = "a table that nothing follows does nothing"]
    pub fn map_values_with<R, VC>(
        self,
        map: impl Fn(V) -> R + Send + Sync + 'static,
        materialized: Materialized<VC>,
    ) -> KTable<'b, K, VC::Item>
    where
        VC: Codec,
        R: IntoRow<VC::Item>,
    {
        self.map_values_with_key_with(move |_, value| map(value), materialized)
    }

    /// As [`map_values_with`](Self::map_values_with), looking at the key as well.
    #[must_use = "a table that nothing follows does nothing"]
    pub fn map_values_with_key_with<R, VC>(
        self,
        map: impl Fn(&K, V) -> R + Send + Sync + 'static,
        materialized: Materialized<VC>,
    ) -> KTable<'b, K, VC::Item>
    where
        VC: Codec,
        R: IntoRow<VC::Item>,
    {
        let map = move |key: &K, value: V| Ok(map(key, value).into());
        mapped::add(self, map, Some(&materialized.into_parts()))
    }

    /// As [`map_values_with`](Self::map_values_with), for code that can fail.
    #[must_use = "a table that nothing follows does nothing"]
    pub fn try_map_values_with<R, VC>(
        self,
        map: impl Fn(V) -> Result<R, Failure> + Send + Sync + 'static,
        materialized: Materialized<VC>,
    ) -> KTable<'b, K, VC::Item>
    where
        VC: Codec,
        R: IntoRow<VC::Item>,
    {
        self.try_map_values_with_key_with(move |_, value| map(value), materialized)
    }

    /// As [`try_map_values_with`](Self::try_map_values_with), looking at the key as well.
    #[must_use = "a table that nothing follows does nothing"]
    pub fn try_map_values_with_key_with<R, VC>(
        self,
        map: impl Fn(&K, V) -> Result<R, Failure> + Send + Sync + 'static,
        materialized: Materialized<VC>,
    ) -> KTable<'b, K, VC::Item>
    where
        VC: Codec,
        R: IntoRow<VC::Item>,
    {
        let map = move |key: &K, value: V| map(key, value).map(Into::into);
        mapped::add(self, map, Some(&materialized.into_parts()))
    }
}
