//! Sources: bytes of a topic become records.

use std::sync::Arc;

use crate::codec::{Codec, CodecError, Part, Place};
use crate::dsl::{Consumed, KStream, StreamsBuilder};
use crate::error::TopologyError;
use crate::failure::{FailedStep, TaskFailure};
use crate::processor::{Sink, TaskContext};
use crate::record::{RawRecord, Record};
use crate::time::{ExtractContext, Extracted, Timestamp, TimestampExtractor};
use crate::topology::{
    InvalidTime, NodeId, NodeKind, SourceNode, SourceTopics, Staged, Stages, Wiring,
};

const PREFIX: &str = "KSTREAM-SOURCE-";

/// Adds a source node.
pub(crate) fn add<KC: Codec, VC: Codec>(
    builder: &StreamsBuilder,
    topics: SourceTopics,
    consumed: Consumed<KC, VC>,
) -> KStream<'_, KC::Item, VC::Item> {
    let stages = FromTopic::stages(
        Arc::new(consumed.key),
        Arc::new(consumed.value),
        consumed.extractor,
    );
    let invalid_pattern = match &topics {
        SourceTopics::Pattern(pattern) => regex_lite::Regex::new(pattern).err(),
        _ => None,
    };
    let kind = NodeKind::Source {
        topics: topics.clone(),
        reset: consumed.reset,
    };
    let node = builder.add(PREFIX, &[], kind, stages);
    if let Some(name) = &consumed.name {
        builder.rename(node, name);
    }
    builder.with_graph(|graph| match topics {
        SourceTopics::Named(names) => {
            for topic in names {
                graph.check(crate::topology::validate_name("topic", &topic));
            }
        }
        SourceTopics::Pattern(pattern) => {
            if let Some(error) = invalid_pattern {
                graph.report(TopologyError::InvalidPattern {
                    source_name: graph.node(node).name.clone(),
                    pattern,
                    reason: error.to_string(),
                });
            }
        }
        SourceTopics::Internal(_) => {}
    });
    KStream::new(builder, node)
}

/// Decodes the records of a topic, and keeps the head of each lane until its turn comes.
pub(crate) struct FromTopic<KC: Codec, VC: Codec> {
    key: Arc<KC>,
    value: Arc<VC>,
    extractor: TimestampExtractor<KC::Item, VC::Item>,
    name: String,
    /// By lane of the task; lanes of other sources stay empty.
    heads: Vec<Option<Record<KC::Item, VC::Item>>>,
    next: Box<dyn Sink<KC::Item, VC::Item>>,
}

impl<KC: Codec, VC: Codec> FromTopic<KC, VC> {
    pub(crate) fn stages(
        key: Arc<KC>,
        value: Arc<VC>,
        extractor: TimestampExtractor<KC::Item, VC::Item>,
    ) -> Stages {
        Stages::source(move |wiring, node| {
            let (key, value) = (Arc::clone(&key), Arc::clone(&value));
            Box::new(Self::wire(wiring, node, key, value, extractor.clone()))
        })
    }

    /// The source of one task.
    pub(crate) fn wire(
        wiring: &mut Wiring<'_>,
        node: NodeId,
        key: Arc<KC>,
        value: Arc<VC>,
        extractor: TimestampExtractor<KC::Item, VC::Item>,
    ) -> Self {
        Self {
            key,
            value,
            extractor,
            name: wiring.name_of(node).to_owned(),
            heads: Vec::new(),
            next: wiring.downstream(node),
        }
    }

    fn decode(
        &self,
        raw: &RawRecord<'_>,
        topic: &str,
    ) -> Result<(KC::Item, VC::Item), (Part, CodecError)> {
        let place = |part| Place { topic, part };
        let key = self.key.decode(raw.key, place(Part::Key));
        let key = key.map_err(|error| (Part::Key, error))?;
        let value = self.value.decode(raw.value, place(Part::Value));
        let value = value.map_err(|error| (Part::Value, error))?;
        Ok((key, value))
    }

    #[cold]
    fn refuse(
        &self,
        reason: Box<dyn std::error::Error + Send + Sync>,
        task: &mut TaskContext,
    ) -> Result<Staged, Box<TaskFailure>> {
        task.settle(FailedStep::Decode, &self.name, reason)?;
        Ok(Staged::Dropped)
    }
}

impl<KC: Codec, VC: Codec> SourceNode for FromTopic<KC, VC> {
    fn open_lane(&mut self, lane: usize) {
        if self.heads.len() <= lane {
            self.heads.resize_with(lane + 1, || None);
        }
    }

    fn stage(
        &mut self,
        lane: usize,
        raw: &mut RawRecord<'_>,
        partition_time: Timestamp,
        task: &mut TaskContext,
    ) -> Result<Staged, Box<TaskFailure>> {
        let topic = task.lanes().get(lane).map_or("", |read| &*read.topic);
        let (key, value) = match self.decode(raw, topic) {
            Ok(decoded) => decoded,
            Err((part, error)) => {
                let reason = format!("cannot read the {part}: {error}");
                return self.refuse(reason.into(), task);
            }
        };
        let times = ExtractContext {
            record: raw.timestamp,
            partition_time,
            wall_clock: task.wall_clock(),
        };
        let timestamp = match self.extractor.extract(&key, &value, &times) {
            Extracted::At(timestamp) => timestamp,
            Extracted::Skip => {
                task.drop_record(
                    "its timestamp is negative, or further ahead of the clock than allowed",
                );
                return Ok(Staged::Dropped);
            }
            Extracted::Fail => return self.refuse(Box::new(InvalidTime(raw.timestamp)), task),
        };
        if let Some(head) = self.heads.get_mut(lane) {
            *head = Some(Record {
                key,
                value,
                timestamp,
                headers: std::mem::take(&mut raw.headers),
            });
        }
        Ok(Staged::At(timestamp))
    }

    fn forward(&mut self, lane: usize, task: &mut TaskContext) -> Result<(), Box<TaskFailure>> {
        match self.heads.get_mut(lane).and_then(Option::take) {
            Some(head) => self.next.push(head, task),
            None => Ok(()),
        }
    }
}
