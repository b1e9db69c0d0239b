//! `split`: each record to the first branch that wants it.

use std::sync::Arc;

use crate::dsl::{BranchedStream, KStream, StreamsBuilder};
use crate::failure::Step;
use crate::processor::{Sink, TaskContext};
use crate::record::Record;
use crate::topology::{NodeId, NodeKind, Stages, Wired};

const PREFIX: &str = "KSTREAM-BRANCH-";

/// Whether a branch wants a record.
pub(crate) type Predicate<K, V> = Arc<dyn Fn(&K, &V) -> bool + Send + Sync>;

impl<'b, K: 'static, V: 'static> KStream<'b, K, V> {
    /// Splits the stream: each record goes to one branch at most.
    ///
    /// Semantics: `KStream.split` (KIP-418).
    ///
    /// ```
    /// use headwater_core::prelude::*;
    /// use headwater_testing::TopologyTestDriver;
    ///
    /// let builder = StreamsBuilder::new();
    /// let mut split = builder.stream("numbers", Consumed::with(Utf8, I64)).split();
    /// split.branch(|_, number| *number < 0).to("negative", Produced::with(Utf8, I64));
    /// split.branch(|_, number| number % 2 == 0).to("even", Produced::with(Utf8, I64));
    /// split.default_branch().to("odd", Produced::with(Utf8, I64));
    ///
    /// let mut driver = TopologyTestDriver::new(builder.build()?)?;
    /// driver.input("numbers", Utf8, I64).push("a", -2)?.push("b", 4)?.push("c", 5)?;
    /// assert_eq!(driver.output("negative", Utf8, I64).values()?, [-2]);
    /// assert_eq!(driver.output("even", Utf8, I64).values()?, [4]);
    /// assert_eq!(driver.output("odd", Utf8, I64).values()?, [5]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn split(self) -> BranchedStream<'b, K, V> {
        let stages = stages::<K, V>(&[]);
        let kind = NodeKind::Processor;
        let node = self.builder.add(PREFIX, &[self.node], kind, stages);
        BranchedStream::new(self.builder, node)
    }
}

/// Adds the last of `branches` as a child of the splitter.
pub(crate) fn add<'b, K: 'static, V: 'static>(
    builder: &'b StreamsBuilder,
    splitter: NodeId,
    suffix: &str,
    branches: &[Option<Predicate<K, V>>],
) -> KStream<'b, K, V> {
    let pass = Stages::sink(|wiring, node| Wired::new(wiring.downstream::<K, V>(node)));
    let node = builder.add(PREFIX, &[splitter], NodeKind::Processor, pass);
    let name = builder.with_graph(|graph| {
        graph.node_mut(splitter).stages = stages(branches);
        format!("{}{suffix}", graph.node(splitter).name)
    });
    builder.rename(node, &name);
    KStream::new(builder, node)
}

fn stages<K: 'static, V: 'static>(branches: &[Option<Predicate<K, V>>]) -> Stages {
    let branches = branches.to_vec();
    Stages::sink(move |wiring, node| {
        let outlets = wiring.outlets::<K, V>(node);
        let branches = branches.iter().cloned().zip(outlets).collect();
        Wired::new(Box::new(Branch { branches }) as Box<dyn Sink<K, V>>)
    })
}

/// Where a branch leads, and what it wants; without a predicate it takes every record.
type Outlet<K, V> = (Option<Predicate<K, V>>, Box<dyn Sink<K, V>>);

/// The branches in order of declaration.
struct Branch<K, V> {
    branches: Vec<Outlet<K, V>>,
}

impl<K, V> Sink<K, V> for Branch<K, V> {
    fn push(&mut self, record: Record<K, V>, task: &mut TaskContext) -> Step {
        let mut branches = self.branches.iter_mut();
        let chosen = branches.find(|(predicate, _)| match predicate {
            Some(holds) => holds(&record.key, &record.value),
            None => true,
        });
        match chosen {
            Some((_, sink)) => sink.push(record, task),
            None => Ok(()),
        }
    }
}
