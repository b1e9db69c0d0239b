//! `merge`: two streams as one.

use crate::dsl::KStream;
use crate::topology::{NodeKind, Stages, Wired};

const PREFIX: &str = "KSTREAM-MERGE-";

impl<K: 'static, V: 'static> KStream<'_, K, V> {
    /// Interleaves two streams. Records of each stay in order; between the two there is none
    /// beyond what the task's choice of the earlier timestamp gives.
    ///
    /// Semantics: `KStream.merge` (KIP-202).
    ///
    /// ```
    /// use headwater_core::prelude::*;
    /// use headwater_testing::TopologyTestDriver;
    ///
    /// let builder = StreamsBuilder::new();
    /// let left = builder.stream("left", Consumed::with(Utf8, I64));
    /// let right = builder.stream("right", Consumed::with(Utf8, I64));
    /// left.merge(right).to("both", Produced::with(Utf8, I64));
    ///
    /// let mut driver = TopologyTestDriver::new(builder.build()?)?;
    /// driver.input("right", Utf8, I64).push("a", 1)?;
    /// driver.input("left", Utf8, I64).push("b", 2)?;
    /// assert_eq!(driver.output("both", Utf8, I64).values()?, [1, 2]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use = "a stream that nothing follows does nothing"]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "a handle is used up by what follows it, here two of them"
    )]
    pub fn merge(self, other: Self) -> Self {
        let pass = Stages::sink(|wiring, node| Wired::new(wiring.downstream::<K, V>(node)));
        let parents = [self.node, self.builder.own(other.builder, other.node)];
        let node = self
            .builder
            .add(PREFIX, &parents, NodeKind::Processor, pass);
        self.builder
            .with_graph(|graph| graph.node_mut(node).traits.merges = true);
        Self::new(self.builder, node)
    }
}
