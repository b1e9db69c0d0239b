//! `for_each`: the end of a stream in user code.

use std::sync::Arc;

use crate::dsl::{Endpoint, KStream};
use crate::failure::Step;
use crate::processor::{Sink, TaskContext};
use crate::record::Record;

const PREFIX: &str = "KSTREAM-FOREACH-";

impl<'b, K: 'static, V: 'static> KStream<'b, K, V> {
    /// Calls `act` on each record; nothing follows.
    ///
    /// At-least-once processing may call it again for a record after a crash, and exactly-once
    /// processing does not reach into `act`. Semantics: `KStream.foreach`.
    ///
    /// ```
    /// use headwater_core::prelude::*;
    /// use headwater_testing::TopologyTestDriver;
    /// use std::sync::mpsc::sync_channel;
    ///
    /// let (sender, receiver) = sync_channel(100);
    /// let builder = StreamsBuilder::new();
    /// builder
    ///     .stream("in", Consumed::with(Utf8, I64))
    ///     .for_each(move |key, value| drop(sender.send((key, value))));
    ///
    /// let mut driver = TopologyTestDriver::new(builder.build()?)?;
    /// driver.input("in", Utf8, I64).push("a", 1)?;
    /// assert_eq!(receiver.try_recv(), Ok(("a".to_owned(), 1)));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn for_each(self, act: impl Fn(K, V) + Send + Sync + 'static) -> Endpoint<'b> {
        let act = Arc::new(act);
        self.end(PREFIX, move || {
            let act = Arc::clone(&act);
            Box::new(ForEach { act })
        })
    }
}

struct ForEach<F> {
    act: Arc<F>,
}

impl<K, V, F: Fn(K, V)> Sink<K, V> for ForEach<F> {
    fn push(&mut self, record: Record<K, V>, _: &mut TaskContext) -> Step {
        (self.act)(record.key, record.value);
        Ok(())
    }
}
