//! `left_join_on_foreign_key`: all rows of the left table, with their partners where they have
//! one.

use std::sync::Arc;

use super::JoinKind;
use super::declare::ForeignKeyJoin;
use crate::codec::Codec;
use crate::dsl::{KTable, Materialized, TableJoined};
use crate::failure::Failure;

impl<'b, K: Clone + 'static, V: 'static> KTable<'b, K, V> {
    /// As [`join_on_foreign_key`](Self::join_on_foreign_key), and rows that name nobody, or
    /// nobody who is there, are joined with `None`: nothing is dropped for want of a foreign
    /// key.
    ///
    /// Semantics: `KTable.leftJoin` with a foreign-key extractor (KIP-213, KIP-775, KIP-1104).
    ///
    /// ```
    /// use headwater_core::prelude::*;
    /// use headwater_testing::TopologyTestDriver;
    ///
    /// let builder = StreamsBuilder::with_generated_names();
    /// let authors = builder.table("authors", Consumed::with(I64, Utf8));
    /// builder
    ///     .table("books", Consumed::with(Utf8, I64))
    ///     .left_join_on_foreign_key(
    ///         authors,
    ///         |_title, author| Some(*author).filter(|author| *author > 0),
    ///         |_author, name| name.cloned().unwrap_or_else(|| "unknown".to_owned()),
    ///         TableJoined::with(I64, Utf8).named("authored"),
    ///         Materialized::unspecified(Utf8),
    ///     )
    ///     .into_stream()
    ///     .to("by", Produced::with(Utf8, Utf8.nullable()));
    ///
    /// let mut driver = TopologyTestDriver::new(builder.build()?)?;
    /// driver.input("books", Utf8, I64).push("Beowulf", 0)?;
    /// assert_eq!(driver.output("by", Utf8, Utf8).values()?, ["unknown"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use = "a table that nothing follows does nothing"]
    pub fn left_join_on_foreign_key<KO, VO, FK, R, RC>(
        self,
        right: KTable<'b, KO, VO>,
        foreign_key: impl Fn(&K, &V) -> FK + Send + Sync + 'static,
        join: impl Fn(&V, Option<&VO>) -> R + Send + Sync + 'static,
        joined: TableJoined<K, V, KO, VO>,
        materialized: Materialized<RC>,
    ) -> KTable<'b, K, RC::Item>
    where
        KO: 'static,
        VO: 'static,
        FK: Into<Option<KO>>,
        R: Into<Option<RC::Item>>,
        RC: Codec,
    {
        self.try_left_join_on_foreign_key(
            right,
            move |key, value| Ok(foreign_key(key, value)),
            move |left, right| Ok(join(left, right)),
            joined,
            materialized,
        )
    }

    /// As [`left_join_on_foreign_key`](Self::left_join_on_foreign_key), for code that can fail:
    /// the [`FailurePolicy`](crate::failure::FailurePolicy) decides about the record then.
    #[must_use = "a table that nothing follows does nothing"]
    pub fn try_left_join_on_foreign_key<KO, VO, FK, R, RC>(
        self,
        right: KTable<'b, KO, VO>,
        foreign_key: impl Fn(&K, &V) -> Result<FK, Failure> + Send + Sync + 'static,
        join: impl Fn(&V, Option<&VO>) -> Result<R, Failure> + Send + Sync + 'static,
        joined: TableJoined<K, V, KO, VO>,
        materialized: Materialized<RC>,
    ) -> KTable<'b, K, RC::Item>
    where
        KO: 'static,
        VO: 'static,
        FK: Into<Option<KO>>,
        R: Into<Option<RC::Item>>,
        RC: Codec,
    {
        ForeignKeyJoin {
            kind: JoinKind::Left,
            left: self,
            right,
            extract: Arc::new(move |key, value| foreign_key(key, value).map(Into::into)),
            join: Arc::new(move |left, right| join(left, right).map(Into::into)),
            joined,
            materialized: materialized.into_parts(),
        }
        .add()
    }
}
