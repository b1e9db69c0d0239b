//! A workload: a topology, what it reads, and its name.

use headwater_core::prelude::*;

use crate::feed::Feed;

/// One thing to measure.
pub(crate) struct Workload {
    /// Group and name, with a slash between them.
    pub(crate) name: String,
    pub(crate) inputs: &'static [&'static str],
    describe: Box<dyn Fn(&StreamsBuilder)>,
}

impl Workload {
    /// A topology over these topics.
    pub(crate) fn new(
        name: impl Into<String>,
        inputs: &'static [&'static str],
        describe: impl Fn(&StreamsBuilder) + 'static,
    ) -> Self {
        Self {
            name: name.into(),
            inputs,
            describe: Box::new(describe),
        }
    }

    /// A task of the topology, with nothing in its stores.
    pub(crate) fn start(&self) -> Feed {
        let builder = StreamsBuilder::new();
        (self.describe)(&builder);
        let topology = builder.build().expect("the benchmark's topology is valid");
        Feed::of(&topology, self.inputs)
    }
}
