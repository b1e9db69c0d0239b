//! `cogroup`: grouped streams that go into one table.

use std::rc::Rc;

use super::part::Part;
use crate::codec::SharedCodec;
use crate::dsl::{CogroupedKStream, IntoRow, KGroupedStream};
use crate::failure::Failure;

impl<'b, K: Clone + 'static, V: Clone + 'static> KGroupedStream<'b, K, V> {
    /// Begins a table that several grouped streams go into: `add` adds the values of this one
    /// to its rows.
    ///
    /// What adds gets key, value and row; if it gives `None` the row is deleted. A cogroup may
    /// be cut into windows, of which a record may lie in many, and may be cloned: so values are
    /// `Clone`. Groups that are repartitioned need names if there are several of them, unless
    /// generated names are allowed.
    /// Semantics: `KGroupedStream.cogroup` (KIP-150).
    ///
    /// ```
    /// use headwater_core::prelude::*;
    /// use headwater_testing::TopologyTestDriver;
    ///
    /// let builder = StreamsBuilder::new();
    /// let bought = builder.stream("bought", Consumed::with(Utf8, I64));
    /// let returned = builder.stream("returned", Consumed::with(Utf8, I64));
    /// bought
    ///     .group_by_key(Grouped::with(Utf8, I64))
    ///     .cogroup(|_, pieces, kept| kept + pieces)
    ///     .cogroup(returned.group_by_key(Grouped::with(Utf8, I64)), |_, pieces, kept| kept - pieces)
    ///     .aggregate(|| 0, Materialized::named("kept", I64))
    ///     .into_stream()
    ///     .to("kept-pieces", Produced::with(Utf8, I64.nullable()));
    ///
    /// let mut driver = TopologyTestDriver::new(builder.build()?)?;
    /// driver.input("bought", Utf8, I64).push("ann", 5)?;
    /// driver.input("returned", Utf8, I64).push("ann", 2)?;
    /// assert_eq!(driver.output("kept-pieces", Utf8, I64).values()?, [5, 3]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn cogroup<A: Clone + 'static, R: IntoRow<A>>(
        self,
        add: impl Fn(&K, V, A) -> R + Send + Sync + 'static,
    ) -> CogroupedKStream<'b, K, A> {
        self.try_cogroup(move |key: &K, value, row| Ok(add(key, value, row)))
    }

    /// As [`cogroup`](Self::cogroup), with a function that can fail.
    pub fn try_cogroup<A: Clone + 'static, R: IntoRow<A>>(
        self,
        add: impl Fn(&K, V, A) -> Result<R, Failure> + Send + Sync + 'static,
    ) -> CogroupedKStream<'b, K, A> {
        let none = CogroupedKStream {
            builder: self.builder,
            key: SharedCodec::clone(&self.grouping.key),
            streams: Vec::new(),
        };
        none.try_cogroup(self, add)
    }
}

impl<'b, K: Clone + 'static, A: Clone + 'static> CogroupedKStream<'b, K, A> {
    /// Adds another grouped stream, with what adds its values to the rows.
    ///
    /// Semantics: `CogroupedKStream.cogroup`.
    pub fn cogroup<V: Clone + 'static, R: IntoRow<A>>(
        self,
        group: KGroupedStream<'b, K, V>,
        add: impl Fn(&K, V, A) -> R + Send + Sync + 'static,
    ) -> Self {
        self.try_cogroup(group, move |key: &K, value, row| Ok(add(key, value, row)))
    }

    /// As [`cogroup`](Self::cogroup), with a function that can fail.
    pub fn try_cogroup<V: Clone + 'static, R: IntoRow<A>>(
        mut self,
        mut group: KGroupedStream<'b, K, V>,
        add: impl Fn(&K, V, A) -> Result<R, Failure> + Send + Sync + 'static,
    ) -> Self {
        let add = move |key: &K, value, row| add(key, value, row).map(Into::into);
        group.grouping.node = self.builder.own(group.builder, group.grouping.node);
        self.streams.push(Rc::new(Part::new(group.grouping, add)));
        self
    }
}
