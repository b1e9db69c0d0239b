//! `select_key`: another key for the same value.

use std::sync::Arc;

use crate::dsl::KStream;
use crate::failure::Step;
use crate::processor::{Sink, TaskContext};
use crate::record::Record;

const PREFIX: &str = "KSTREAM-KEY-SELECT-";

impl<'b, K: 'static, V: 'static> KStream<'b, K, V> {
    /// Gives each record a new key.
    ///
    /// Value, timestamp and headers stay. The record stays on its partition until a
    /// [`repartition`](Self::repartition) or a topic. Semantics: `KStream.selectKey`.
    ///
    /// ```
    /// use headwater_core::prelude::*;
    /// use headwater_testing::TopologyTestDriver;
    ///
    /// let builder = StreamsBuilder::new();
    /// builder
    ///     .stream("words", Consumed::with(IgnoreKey, Utf8))
    ///     .select_key(|(), word| i64::try_from(word.len()).unwrap_or(i64::MAX))
    ///     .to("by-length", Produced::with(I64, Utf8));
    ///
    /// let mut driver = TopologyTestDriver::new(builder.build()?)?;
    /// driver.input("words", IgnoreKey, Utf8).push((), "rose")?;
    /// assert_eq!(driver.output("by-length", I64, Utf8).pairs()?, [(4, "rose".to_owned())]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use = "a stream that nothing follows does nothing"]
    pub fn select_key<K2: 'static>(
        self,
        select: impl Fn(&K, &V) -> K2 + Send + Sync + 'static,
    ) -> KStream<'b, K2, V> {
        let select = Arc::new(select);
        self.then(PREFIX, move |next| {
            let select = Arc::clone(&select);
            Box::new(SelectKey { select, next })
        })
        .with_keys_changed()
    }
}

struct SelectKey<F, K2, V> {
    select: Arc<F>,
    next: Box<dyn Sink<K2, V>>,
}

impl<K, V, K2, F: Fn(&K, &V) -> K2> Sink<K, V> for SelectKey<F, K2, V> {
    fn push(&mut self, record: Record<K, V>, task: &mut TaskContext) -> Step {
        let key = (self.select)(&record.key, &record.value);
        self.next.push(record.with_key(key), task)
    }
}
