//! `flat_map_values`: any number of values under the same key.

use std::sync::Arc;

use crate::dsl::KStream;
use crate::failure::Step;
use crate::processor::{Sink, TaskContext};
use crate::record::Record;

const PREFIX: &str = "KSTREAM-FLATMAPVALUES-";

impl<'b, K: Clone + 'static, V: 'static> KStream<'b, K, V> {
    /// Makes any number of values out of each value, in order.
    ///
    /// Each keeps key, timestamp and headers. Semantics: `KStream.flatMapValues`.
    ///
    /// ```
    /// use headwater_core::prelude::*;
    /// use headwater_testing::TopologyTestDriver;
    ///
    /// let builder = StreamsBuilder::new();
    /// builder
    ///     .stream("lines", Consumed::with(Utf8, Utf8))
    ///     .flat_map_values(|line| line.split(' ').map(str::to_owned).collect::<Vec<_>>())
    ///     .to("words", Produced::with(Utf8, Utf8));
    ///
    /// let mut driver = TopologyTestDriver::new(builder.build()?)?;
    /// driver.input("lines", Utf8, Utf8).push("poem", "a rose")?;
    /// assert_eq!(driver.output("words", Utf8, Utf8).values()?, ["a", "rose"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use = "a stream that nothing follows does nothing"]
    pub fn flat_map_values<V2: 'static, I>(
        self,
        map: impl Fn(V) -> I + Send + Sync + 'static,
    ) -> KStream<'b, K, V2>
    where
        I: IntoIterator<Item = V2>,
    {
        self.flat_map_values_with_key(move |_, value| map(value))
    }

    /// As [`flat_map_values`](Self::flat_map_values), looking at the key as well.
    #[must_use = "a stream that nothing follows does nothing"]
    pub fn flat_map_values_with_key<V2: 'static, I>(
        self,
        map: impl Fn(&K, V) -> I + Send + Sync + 'static,
    ) -> KStream<'b, K, V2>
    where
        I: IntoIterator<Item = V2>,
    {
        let map = Arc::new(map);
        self.then(PREFIX, move |next| {
            let map = Arc::clone(&map);
            Box::new(FlatMapValues { map, next })
        })
        .with_values_changed()
    }
}

struct FlatMapValues<F, K, V2> {
    map: Arc<F>,
    next: Box<dyn Sink<K, V2>>,
}

impl<K, V, V2, I, F> Sink<K, V> for FlatMapValues<F, K, V2>
where
    K: Clone,
    F: Fn(&K, V) -> I,
    I: IntoIterator<Item = V2>,
{
    fn push(&mut self, record: Record<K, V>, task: &mut TaskContext) -> Step {
        for value in (self.map)(&record.key, record.value) {
            let part = Record {
                // Each part owns its key.
                key: record.key.clone(),
                value,
                timestamp: record.timestamp,
                headers: record.headers.clone(),
            };
            self.next.push(part, task)?;
        }
        Ok(())
    }
}
