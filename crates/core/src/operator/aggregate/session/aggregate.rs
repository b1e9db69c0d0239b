//! `aggregate` of sessions: the values of each become a row of another type.

use std::sync::Arc;

use super::declare::sessions;
use super::function::{SessionFunction, merging};
use crate::codec::Codec;
use crate::dsl::{IntoRow, KTable, Materialized, SessionWindowedKStream};
use crate::failure::Failure;
use crate::operator::aggregate::aggregate::PREFIX;
use crate::operator::aggregate::function::Function;
use crate::window::Windowed;

impl<'b, K: Clone + 'static, V: 'static> SessionWindowedKStream<'b, K, V> {
    /// Adds each value to the row of its session; when sessions become one, `merge` makes one
    /// row of theirs.
    ///
    /// Every session begins with what `initial` gives: for each record the sessions near it are
    /// merged into that, then its value is added. If `add` gives `None` the row is deleted.
    /// Records without a key, and those whose session has closed, are dropped and counted; null
    /// values are passed to `add`. A row has the time of its session's last record; a session
    /// that grows is deleted and made anew. Semantics: `SessionWindowedKStream.aggregate`.
    ///
    /// ```
    /// use std::time::Duration;
    /// use headwater_core::prelude::*;
    /// use headwater_core::window::{SessionWindowed, SessionWindows};
    /// use headwater_testing::TopologyTestDriver;
    ///
    /// let builder = StreamsBuilder::new();
    /// builder
    ///     .stream("pages", Consumed::with(Utf8, Utf8))
    ///     .group_by_key(Grouped::with(Utf8, Utf8))
    ///     .windowed_by(SessionWindows::with_gap(Duration::from_secs(60)))
    ///     .aggregate(
    ///         || 0,
    ///         |_, page, letters| letters + page.len() as i64,
    ///         |_, one, other| one + other,
    ///         Materialized::named("letters-per-visit", I64),
    ///     )
    ///     .into_stream()
    ///     .to("letters", Produced::with(SessionWindowed::new(Utf8), I64.nullable()));
    ///
    /// let mut driver = TopologyTestDriver::new(builder.build()?)?;
    /// let pages = driver.input("pages", Utf8, Utf8);
    /// pages.at_ms(0).push("ann", "home")?.at_ms(100_000).push("ann", "buy")?;
    /// let letters = driver.output("letters", SessionWindowed::new(Utf8), I64).values()?;
    /// // The second page comes more than a minute later: another visit.
    /// assert_eq!(letters, [4, 3]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use = "a table that nothing follows does nothing"]
    pub fn aggregate<VC: Codec, R: IntoRow<VC::Item>>(
        self,
        initial: impl Fn() -> VC::Item + Send + Sync + 'static,
        add: impl Fn(&K, V, VC::Item) -> R + Send + Sync + 'static,
        merge: impl Fn(&K, VC::Item, VC::Item) -> VC::Item + Send + Sync + 'static,
        materialized: Materialized<VC>,
    ) -> KTable<'b, Windowed<K>, VC::Item>
    where
        VC::Item: Clone,
    {
        self.try_aggregate(
            initial,
            move |key: &K, value, row| Ok(add(key, value, row)),
            move |key: &K, one, other| Ok(merge(key, one, other)),
            materialized,
        )
    }

    /// As [`aggregate`](Self::aggregate), with functions that can fail.
    #[must_use = "a table that nothing follows does nothing"]
    pub fn try_aggregate<VC: Codec, R: IntoRow<VC::Item>>(
        self,
        initial: impl Fn() -> VC::Item + Send + Sync + 'static,
        add: impl Fn(&K, V, VC::Item) -> Result<R, Failure> + Send + Sync + 'static,
        merge: impl Fn(&K, VC::Item, VC::Item) -> Result<VC::Item, Failure> + Send + Sync + 'static,
        materialized: Materialized<VC>,
    ) -> KTable<'b, Windowed<K>, VC::Item>
    where
        VC::Item: Clone,
    {
        let add = move |key: &K, value, row| add(key, value, row).map(Into::into);
        let add = Function::folding(initial, add);
        let begin = Arc::clone(&add.initial);
        let merge = merging(move || begin(), merge);
        let function = SessionFunction { add, merge };
        sessions(&self, PREFIX, materialized.into_parts(), function)
    }
}
