//! `peek`: look at records that pass.

use std::sync::Arc;

use crate::dsl::KStream;
use crate::failure::Step;
use crate::processor::{Sink, TaskContext};
use crate::record::Record;

const PREFIX: &str = "KSTREAM-PEEK-";

impl<K: 'static, V: 'static> KStream<'_, K, V> {
    /// Calls `look` on each record and passes it on unchanged.
    ///
    /// At-least-once processing may call it again for a record after a crash.
    /// Semantics: `KStream.peek`.
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
    ///     .peek(move |_, value| drop(sender.send(*value)))
    ///     .to("out", Produced::with(Utf8, I64));
    ///
    /// let mut driver = TopologyTestDriver::new(builder.build()?)?;
    /// driver.input("in", Utf8, I64).push("a", 1)?;
    /// assert_eq!(receiver.try_recv(), Ok(1));
    /// assert_eq!(driver.output("out", Utf8, I64).values()?, [1]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use = "a stream that nothing follows does nothing; use `for_each` for effects alone"]
    pub fn peek(self, look: impl Fn(&K, &V) + Send + Sync + 'static) -> Self {
        let look = Arc::new(look);
        self.then(PREFIX, move |next| {
            let look = Arc::clone(&look);
            Box::new(Peek { look, next })
        })
    }
}

struct Peek<F, K, V> {
    look: Arc<F>,
    next: Box<dyn Sink<K, V>>,
}

impl<K, V, F: Fn(&K, &V)> Sink<K, V> for Peek<F, K, V> {
    fn push(&mut self, record: Record<K, V>, task: &mut TaskContext) -> Step {
        (self.look)(&record.key, &record.value);
        self.next.push(record, task)
    }
}
