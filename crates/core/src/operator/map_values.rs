//! `map_values` and its forms: another value under the same key.

use std::sync::Arc;

use crate::dsl::KStream;
use crate::failure::{FailedStep, Failure, Step};
use crate::processor::{Sink, TaskContext};
use crate::record::Record;

const PREFIX: &str = "KSTREAM-MAPVALUES-";

impl<'b, K: 'static, V: 'static> KStream<'b, K, V> {
    /// Makes another value out of each value.
    ///
    /// Key, timestamp and headers stay, so grouping by key later needs no repartition.
    /// Semantics: `KStream.mapValues`.
    ///
    /// ```
    /// use headwater_core::prelude::*;
    /// use headwater_testing::TopologyTestDriver;
    ///
    /// let builder = StreamsBuilder::new();
    /// builder
    ///     .stream("numbers", Consumed::with(Utf8, I64))
    ///     .map_values(|number| number * 2)
    ///     .to("doubled", Produced::with(Utf8, I64));
    ///
    /// let mut driver = TopologyTestDriver::new(builder.build()?)?;
    /// driver.input("numbers", Utf8, I64).push("a", 21)?;
    /// assert_eq!(driver.output("doubled", Utf8, I64).pairs()?, [("a".to_owned(), 42)]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use = "a stream that nothing follows does nothing"]
    pub fn map_values<V2: 'static>(
        self,
        map: impl Fn(V) -> V2 + Send + Sync + 'static,
    ) -> KStream<'b, K, V2> {
        self.map_values_with_key(move |_, value| map(value))
    }

    /// As [`map_values`](Self::map_values), looking at the key as well.
    #[must_use = "a stream that nothing follows does nothing"]
    pub fn map_values_with_key<V2: 'static>(
        self,
        map: impl Fn(&K, V) -> V2 + Send + Sync + 'static,
    ) -> KStream<'b, K, V2> {
        let map = Arc::new(map);
        self.then(PREFIX, move |next| {
            let map = Arc::clone(&map);
            Box::new(MapValues { map, next })
        })
        .with_values_changed()
    }

    /// As [`map_values`](Self::map_values), for code that can fail: the
    /// [`FailurePolicy`](crate::failure::FailurePolicy) decides about the record then.
    ///
    /// ```
    /// use headwater_core::prelude::*;
    /// use headwater_testing::TopologyTestDriver;
    ///
    /// let builder = StreamsBuilder::new();
    /// builder
    ///     .stream("texts", Consumed::with(Utf8, Utf8))
    ///     .try_map_values(|text| Ok(text.parse::<i64>()?))
    ///     .to("numbers", Produced::with(Utf8, I64));
    ///
    /// let mut driver = TopologyTestDriver::new(builder.build()?)?;
    /// driver.input("texts", Utf8, Utf8).push("a", "12")?;
    /// assert_eq!(driver.output("numbers", Utf8, I64).values()?, [12]);
    /// // Without a policy the first failure stops the task.
    /// assert!(driver.input("texts", Utf8, Utf8).push("a", "twelve").is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use = "a stream that nothing follows does nothing"]
    pub fn try_map_values<V2: 'static>(
        self,
        map: impl Fn(V) -> Result<V2, Failure> + Send + Sync + 'static,
    ) -> KStream<'b, K, V2> {
        self.try_map_values_with_key(move |_, value| map(value))
    }

    /// As [`try_map_values`](Self::try_map_values), looking at the key as well.
    #[must_use = "a stream that nothing follows does nothing"]
    pub fn try_map_values_with_key<V2: 'static>(
        self,
        map: impl Fn(&K, V) -> Result<V2, Failure> + Send + Sync + 'static,
    ) -> KStream<'b, K, V2> {
        let map = Arc::new(map);
        self.then_named(PREFIX, move |name, next| {
            let map = Arc::clone(&map);
            Box::new(TryMapValues { map, name, next })
        })
        .with_values_changed()
    }
}

struct MapValues<F, K, V2> {
    map: Arc<F>,
    next: Box<dyn Sink<K, V2>>,
}

impl<K, V, V2, F: Fn(&K, V) -> V2> Sink<K, V> for MapValues<F, K, V2> {
    fn push(&mut self, record: Record<K, V>, task: &mut TaskContext) -> Step {
        let value = (self.map)(&record.key, record.value);
        let record = Record {
            key: record.key,
            value,
            timestamp: record.timestamp,
            headers: record.headers,
        };
        self.next.push(record, task)
    }
}

struct TryMapValues<F, K, V2> {
    map: Arc<F>,
    name: String,
    next: Box<dyn Sink<K, V2>>,
}

impl<K, V, V2, F> Sink<K, V> for TryMapValues<F, K, V2>
where
    F: Fn(&K, V) -> Result<V2, Failure>,
{
    fn push(&mut self, record: Record<K, V>, task: &mut TaskContext) -> Step {
        match (self.map)(&record.key, record.value) {
            Ok(value) => {
                let record = Record {
                    key: record.key,
                    value,
                    timestamp: record.timestamp,
                    headers: record.headers,
                };
                self.next.push(record, task)
            }
            Err(failure) => task.settle(FailedStep::Process, &self.name, failure.into_inner()),
        }
    }
}
