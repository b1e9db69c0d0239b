//! `map` and `try_map`: another key and value for each record.

use std::sync::Arc;

use crate::dsl::KStream;
use crate::failure::{FailedStep, Failure, Step};
use crate::processor::{Sink, TaskContext};
use crate::record::Record;

const PREFIX: &str = "KSTREAM-MAP-";

impl<'b, K: 'static, V: 'static> KStream<'b, K, V> {
    /// Makes a key and a value out of each record.
    ///
    /// Timestamp and headers stay. Use [`map_values`](Self::map_values) where the key stays.
    /// Semantics: `KStream.map`.
    ///
    /// ```
    /// use headwater_core::prelude::*;
    /// use headwater_testing::TopologyTestDriver;
    ///
    /// let builder = StreamsBuilder::new();
    /// builder
    ///     .stream("in", Consumed::with(Utf8, I64))
    ///     .map(|name, number| (number, name))
    ///     .to("swapped", Produced::with(I64, Utf8));
    ///
    /// let mut driver = TopologyTestDriver::new(builder.build()?)?;
    /// driver.input("in", Utf8, I64).push("one", 1)?;
    /// assert_eq!(driver.output("swapped", I64, Utf8).pairs()?, [(1, "one".to_owned())]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use = "a stream that nothing follows does nothing"]
    pub fn map<K2: 'static, V2: 'static>(
        self,
        map: impl Fn(K, V) -> (K2, V2) + Send + Sync + 'static,
    ) -> KStream<'b, K2, V2> {
        let map = Arc::new(map);
        self.then(PREFIX, move |next| {
            let map = Arc::clone(&map);
            Box::new(Map { map, next })
        })
        .with_keys_changed()
    }

    /// As [`map`](Self::map), for code that can fail: the
    /// [`FailurePolicy`](crate::failure::FailurePolicy) decides about the record then.
    #[must_use = "a stream that nothing follows does nothing"]
    pub fn try_map<K2: 'static, V2: 'static>(
        self,
        map: impl Fn(K, V) -> Result<(K2, V2), Failure> + Send + Sync + 'static,
    ) -> KStream<'b, K2, V2> {
        let map = Arc::new(map);
        self.then_named(PREFIX, move |name, next| {
            let map = Arc::clone(&map);
            Box::new(TryMap { map, name, next })
        })
        .with_keys_changed()
    }
}

struct Map<F, K2, V2> {
    map: Arc<F>,
    next: Box<dyn Sink<K2, V2>>,
}

impl<K, V, K2, V2, F: Fn(K, V) -> (K2, V2)> Sink<K, V> for Map<F, K2, V2> {
    fn push(&mut self, record: Record<K, V>, task: &mut TaskContext) -> Step {
        let (key, value) = (self.map)(record.key, record.value);
        let record = Record {
            key,
            value,
            timestamp: record.timestamp,
            headers: record.headers,
        };
        self.next.push(record, task)
    }
}

struct TryMap<F, K2, V2> {
    map: Arc<F>,
    name: String,
    next: Box<dyn Sink<K2, V2>>,
}

impl<K, V, K2, V2, F> Sink<K, V> for TryMap<F, K2, V2>
where
    F: Fn(K, V) -> Result<(K2, V2), Failure>,
{
    fn push(&mut self, record: Record<K, V>, task: &mut TaskContext) -> Step {
        match (self.map)(record.key, record.value) {
            Ok((key, value)) => {
                let record = Record {
                    key,
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
