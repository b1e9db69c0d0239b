//! `into_stream`: the updates of a table as a stream.

use crate::dsl::{KStream, KTable};
use crate::failure::Step;
use crate::processor::{Sink, TaskContext};
use crate::record::{Change, Record};
use crate::topology::{NodeKind, Stages, Wired};

const PREFIX: &str = "KTABLE-TOSTREAM-";

impl<'b, K: 'static, V: 'static> KTable<'b, K, V> {
    /// Every update of the table as a record: the new value, or `None` where the row is deleted.
    ///
    /// Timestamps are those of the updates. Semantics: `KTable.toStream`.
    ///
    /// ```
    /// use headwater_core::prelude::*;
    /// use headwater_testing::TopologyTestDriver;
    ///
    /// let builder = StreamsBuilder::new();
    /// builder
    ///     .table("prices", Consumed::with(Utf8, I64))
    ///     .into_stream()
    ///     .to("changes", Produced::with(Utf8, I64.nullable()));
    ///
    /// let mut driver = TopologyTestDriver::new(builder.build()?)?;
    /// let prices = driver.input("prices", Utf8, I64.nullable());
    /// prices.push("rose", 3)?.push("rose", None)?;
    /// let changes = driver.output("changes", Utf8, I64.nullable()).values()?;
    /// assert_eq!(changes, [Some(3), None]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use = "a stream that nothing follows does nothing"]
    pub fn into_stream(self) -> KStream<'b, K, Option<V>> {
        let stages = Stages::sink(|wiring, node| {
            let next = wiring.downstream::<K, Option<V>>(node);
            Wired::new::<K, Change<V>>(Box::new(IntoStream { next }))
        });
        let kind = NodeKind::Processor;
        let node = self.builder.add(PREFIX, &[self.node], kind, stages);
        KStream::new(self.builder, node)
    }

    /// As [`into_stream`](Self::into_stream), under keys made of each update: then
    /// [`select_key`](KStream::select_key).
    ///
    /// Semantics: `KTable.toStream` with a mapper.
    ///
    /// ```
    /// use headwater_core::prelude::*;
    /// use headwater_testing::TopologyTestDriver;
    ///
    /// let builder = StreamsBuilder::new();
    /// builder
    ///     .table("prices", Consumed::with(Utf8, I64))
    ///     .into_stream_by(|article, _| article.chars().take(1).collect::<String>())
    ///     .to("changes-by-letter", Produced::with(Utf8, I64.nullable()));
    ///
    /// let mut driver = TopologyTestDriver::new(builder.build()?)?;
    /// driver.input("prices", Utf8, I64).push("rose", 3)?;
    /// let changes = driver.output("changes-by-letter", Utf8, I64).pairs()?;
    /// assert_eq!(changes, [("r".to_owned(), 3)]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use = "a stream that nothing follows does nothing"]
    pub fn into_stream_by<K2: 'static>(
        self,
        select: impl Fn(&K, Option<&V>) -> K2 + Send + Sync + 'static,
    ) -> KStream<'b, K2, Option<V>> {
        let stream = self.into_stream();
        stream.select_key(move |key, value| select(key, value.as_ref()))
    }
}

struct IntoStream<K, V> {
    next: Box<dyn Sink<K, Option<V>>>,
}

impl<K, V> Sink<K, Change<V>> for IntoStream<K, V> {
    fn push(&mut self, record: Record<K, Change<V>>, task: &mut TaskContext) -> Step {
        self.next.push(record.map_value(|change| change.new), task)
    }
}
