//! The names that a foreign-key join takes.

use crate::topology::{Graph, RepartitionNames, validate_name};

const TOPIC_SUFFIX: &str = "-topic";

/// Gives names in the order in which they are asked for: the join's own with a suffix, or
/// generated ones. A number is taken in either case.
///
/// Semantics: `NamedInternal.suffixWithOrElseGet`.
pub(super) struct Names {
    pub(super) given: Option<String>,
}

impl Names {
    pub(super) fn next(&self, graph: &mut Graph, suffix: &str, prefix: &str) -> String {
        let generated = graph.names.next(prefix);
        match &self.given {
            None => generated,
            Some(given) => {
                let name = format!("{given}{suffix}");
                graph.check(validate_name("node", &name));
                name
            }
        }
    }

    /// The name of a topic, without the application id before it.
    pub(super) fn topic(&self, graph: &mut Graph, suffix: &str, prefix: &str) -> String {
        let name = self.next(graph, suffix, prefix);
        let topic = format!("{name}{TOPIC_SUFFIX}");
        if self.given.is_none() {
            let what = "the topic of a foreign-key join";
            graph.refuse_generated(what, &name, &topic, "TableJoined::named");
        }
        topic
    }

    /// The nodes that write and read a topic.
    pub(super) fn through(
        &self,
        graph: &mut Graph,
        (sink, source): (&str, &str),
        topic: String,
    ) -> RepartitionNames {
        RepartitionNames {
            filter: None,
            sink: self.next(graph, sink, "KTABLE-SINK-"),
            source: self.next(graph, source, "KTABLE-SOURCE-"),
            topic,
            partitions: None,
        }
    }
}
