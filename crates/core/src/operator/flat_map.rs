//! `flat_map`: any number of records for each one.

use std::sync::Arc;

use crate::dsl::KStream;
use crate::failure::Step;
use crate::processor::{Sink, TaskContext};
use crate::record::Record;

const PREFIX: &str = "KSTREAM-FLATMAP-";

impl<'b, K: 'static, V: 'static> KStream<'b, K, V> {
    /// Makes any number of keys and values out of each record, in order.
    ///
    /// Each gets the record's timestamp and headers. Semantics: `KStream.flatMap`.
    ///
    /// ```
    /// use headwater_core::prelude::*;
    /// use headwater_testing::TopologyTestDriver;
    ///
    /// let builder = StreamsBuilder::new();
    /// builder
    ///     .stream("in", Consumed::with(Utf8, I64))
    ///     .flat_map(|key, number| (0..number).map(move |n| (format!("{key}{n}"), n)))
    ///     .to("out", Produced::with(Utf8, I64));
    ///
    /// let mut driver = TopologyTestDriver::new(builder.build()?)?;
    /// driver.input("in", Utf8, I64).push("a", 2)?;
    /// assert_eq!(driver.output("out", Utf8, I64).values()?, [0, 1]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use = "a stream that nothing follows does nothing"]
    pub fn flat_map<K2: 'static, V2: 'static, I>(
        self,
        map: impl Fn(K, V) -> I + Send + Sync + 'static,
    ) -> KStream<'b, K2, V2>
    where
        I: IntoIterator<Item = (K2, V2)>,
    {
        let map = Arc::new(map);
        self.then(PREFIX, move |next| {
            let map = Arc::clone(&map);
            Box::new(FlatMap { map, next })
        })
        .with_keys_changed()
    }
}

struct FlatMap<F, K2, V2> {
    map: Arc<F>,
    next: Box<dyn Sink<K2, V2>>,
}

impl<K, V, K2, V2, I, F> Sink<K, V> for FlatMap<F, K2, V2>
where
    F: Fn(K, V) -> I,
    I: IntoIterator<Item = (K2, V2)>,
{
    fn push(&mut self, record: Record<K, V>, task: &mut TaskContext) -> Step {
        for (key, value) in (self.map)(record.key, record.value) {
            let part = Record {
                key,
                value,
                timestamp: record.timestamp,
                // Nearly always empty, and then free.
                headers: record.headers.clone(),
            };
            self.next.push(part, task)?;
        }
        Ok(())
    }
}
