//! `filter` and `filter_not`: keep records, or drop them.

use std::sync::Arc;

use crate::dsl::KStream;
use crate::failure::Step;
use crate::processor::{Sink, TaskContext};
use crate::record::Record;

const PREFIX: &str = "KSTREAM-FILTER-";

impl<K: 'static, V: 'static> KStream<'_, K, V> {
    /// Keeps the records for which `keep` holds.
    ///
    /// Key, timestamp and headers stay. Semantics: `KStream.filter`.
    ///
    /// ```
    /// use headwater_core::prelude::*;
    /// use headwater_testing::TopologyTestDriver;
    ///
    /// let builder = StreamsBuilder::new();
    /// builder
    ///     .stream("readings", Consumed::with(Utf8, F64))
    ///     .filter(|_device, celsius| *celsius > 40.0)
    ///     .to("hot", Produced::with(Utf8, F64));
    ///
    /// let mut driver = TopologyTestDriver::new(builder.build()?)?;
    /// driver.input("readings", Utf8, F64).push("pump", 39.5)?.push("pump", 41.0)?;
    /// assert_eq!(driver.output("hot", Utf8, F64).values()?, [41.0]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use = "a stream that nothing follows does nothing"]
    pub fn filter(self, keep: impl Fn(&K, &V) -> bool + Send + Sync + 'static) -> Self {
        let keep = Arc::new(keep);
        self.then(PREFIX, move |next| {
            let keep = Arc::clone(&keep);
            Box::new(Filter { keep, next })
        })
    }

    /// Drops the records for which `drop` holds. Semantics: `KStream.filterNot`.
    #[must_use = "a stream that nothing follows does nothing"]
    pub fn filter_not(self, drop: impl Fn(&K, &V) -> bool + Send + Sync + 'static) -> Self {
        self.filter(move |key, value| !drop(key, value))
    }
}

struct Filter<F, K, V> {
    keep: Arc<F>,
    next: Box<dyn Sink<K, V>>,
}

impl<K, V, F: Fn(&K, &V) -> bool> Sink<K, V> for Filter<F, K, V> {
    fn push(&mut self, record: Record<K, V>, task: &mut TaskContext) -> Step {
        if (self.keep)(&record.key, &record.value) {
            self.next.push(record, task)
        } else {
            Ok(())
        }
    }
}
