//! `join_on_foreign_key`: rows of the left table that have a partner.

use std::sync::Arc;

use super::JoinKind;
use super::declare::ForeignKeyJoin;
use crate::codec::Codec;
use crate::dsl::{KTable, Materialized, TableJoined};
use crate::failure::Failure;

impl<'b, K: Clone + 'static, V: 'static> KTable<'b, K, V> {
    /// Joins each row with the row of `right` whose key `foreign_key` finds in it. Many rows may
    /// name the same partner; an update of the partner updates them all.
    ///
    /// A row without a foreign key (`None`) has no result; it is dropped and counted. A row of
    /// the result is deleted when its row or its partner is, or when `join` returns `None`;
    /// deletions may be sent for rows that never were. Updates of a left row have the larger of
    /// the timestamps of row and partner, updates of a partner its own, and both the headers of
    /// what caused them. Of versioned tables only the newest versions are joined; older ones are
    /// dropped and counted.
    ///
    /// The tables may have different numbers of partitions: left rows subscribe to right ones
    /// through an internal topic, and are answered through another. The result is kept in a
    /// store if that has a name, or something that follows needs it. Semantics: `KTable.join`
    /// with a foreign-key extractor (KIP-213, KIP-775, KIP-1104).
    ///
    /// ```
    /// use headwater_core::prelude::*;
    /// use headwater_testing::TopologyTestDriver;
    ///
    /// let builder = StreamsBuilder::new();
    /// let authors = builder.table_with(
    ///     "authors",
    ///     Consumed::with(I64, Utf8),
    ///     Materialized::named("authors", Utf8),
    /// );
    /// let books = builder.table_with(
    ///     "books",
    ///     Consumed::with(Utf8, I64),
    ///     Materialized::named("books", I64),
    /// );
    /// books
    ///     .join_on_foreign_key(
    ///         authors,
    ///         |_title, author| *author,
    ///         |_author, name| name.clone(),
    ///         TableJoined::with(I64, Utf8).named("authored"),
    ///         Materialized::named("authors-of-books", Utf8),
    ///     )
    ///     .into_stream()
    ///     .to("by", Produced::with(Utf8, Utf8.nullable()));
    ///
    /// let mut driver = TopologyTestDriver::new(builder.build()?)?;
    /// driver.input("books", Utf8, I64).push("Emma", 7)?;
    /// driver.input("authors", I64, Utf8).push(7, "Austen")?;
    /// let by = driver.output("by", Utf8, Utf8).pairs()?;
    /// assert_eq!(by, [("Emma".to_owned(), "Austen".to_owned())]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use = "a table that nothing follows does nothing"]
    pub fn join_on_foreign_key<KO, VO, FK, R, RC>(
        self,
        right: KTable<'b, KO, VO>,
        foreign_key: impl Fn(&K, &V) -> FK + Send + Sync + 'static,
        join: impl Fn(&V, &VO) -> R + Send + Sync + 'static,
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
        self.try_join_on_foreign_key(
            right,
            move |key, value| Ok(foreign_key(key, value)),
            move |left, right| Ok(join(left, right)),
            joined,
            materialized,
        )
    }

    /// As [`join_on_foreign_key`](Self::join_on_foreign_key), for code that can fail: the
    /// [`FailurePolicy`](crate::failure::FailurePolicy) decides about the record then.
    #[must_use = "a table that nothing follows does nothing"]
    pub fn try_join_on_foreign_key<KO, VO, FK, R, RC>(
        self,
        right: KTable<'b, KO, VO>,
        foreign_key: impl Fn(&K, &V) -> Result<FK, Failure> + Send + Sync + 'static,
        join: impl Fn(&V, &VO) -> Result<R, Failure> + Send + Sync + 'static,
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
        let join = move |left: &V, right: Option<&VO>| match right {
            Some(right) => join(left, right).map(Into::into),
            None => Ok(None),
        };
        ForeignKeyJoin {
            kind: JoinKind::Inner,
            left: self,
            right,
            extract: Arc::new(move |key, value| foreign_key(key, value).map(Into::into)),
            join: Arc::new(join),
            joined,
            materialized: materialized.into_parts(),
        }
        .add()
    }
}
