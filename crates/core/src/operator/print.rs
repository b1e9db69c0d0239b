//! `print`: lines for a developer to read.

use std::fmt::Debug;
use std::io::Write;
use std::sync::{Arc, Mutex};

use crate::dsl::{Endpoint, Format, KStream, Printed};
use crate::failure::Step;
use crate::processor::{Sink, TaskContext};
use crate::record::Record;
use crate::topology::{NodeKind, Stages, Wired};

const PREFIX: &str = "KSTREAM-PRINTER-";

impl<'b, K: Debug + 'static, V: Debug + 'static> KStream<'b, K, V> {
    /// Prints each record as `[label]: key, value`; nothing follows.
    ///
    /// Semantics: `KStream.print`.
    ///
    /// ```
    /// use headwater_core::prelude::*;
    /// use headwater_core::dsl::Printed;
    /// use headwater_testing::TopologyTestDriver;
    /// use std::io::Read as _;
    ///
    /// let (mut printed, out) = std::io::pipe()?;
    /// let builder = StreamsBuilder::new();
    /// builder
    ///     .stream("in", Consumed::with(Utf8, I64))
    ///     .print(Printed::to(out).labelled("numbers"));
    ///
    /// let mut driver = TopologyTestDriver::new(builder.build()?)?;
    /// driver.input("in", Utf8, I64).push("a", 1)?;
    /// drop(driver);
    /// let mut text = String::new();
    /// printed.read_to_string(&mut text)?;
    /// assert_eq!(text, "[numbers]: \"a\", 1\n");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn print(self, printed: Printed<K, V>) -> Endpoint<'b> {
        let parent = self.node;
        let stages = Stages::sink(move |wiring, _| {
            let label = printed.label.clone();
            Wired::new(Box::new(Print {
                label: label.unwrap_or_else(|| wiring.name_of(parent).to_owned()),
                out: Arc::clone(&printed.out),
                format: printed.format.clone().unwrap_or_else(|| Arc::new(plain)),
            }) as Box<dyn Sink<K, V>>)
        });
        let kind = NodeKind::Processor;
        let node = self.builder.add(PREFIX, &[parent], kind, stages);
        Endpoint::new(self.builder, node)
    }
}

fn plain<K: Debug, V: Debug>(label: &str, key: &K, value: &V) -> String {
    format!("[{label}]: {key:?}, {value:?}")
}

struct Print<K, V> {
    label: String,
    out: Arc<Mutex<dyn Write + Send>>,
    format: Format<K, V>,
}

impl<K, V> Sink<K, V> for Print<K, V> {
    fn push(&mut self, record: Record<K, V>, _: &mut TaskContext) -> Step {
        let line = (self.format)(&self.label, &record.key, &record.value);
        Printed::<K, V>::print(&self.out, &line);
        Ok(())
    }
}
