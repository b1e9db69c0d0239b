//! `to` and `to_dynamic`: records become bytes for a topic.

use std::sync::Arc;

use crate::codec::{Codec, CodecError, IsNull, Part, Place};
use crate::dsl::{Endpoint, KStream, Produced, StreamsBuilder};
use crate::error::TopologyError;
use crate::failure::{FailedStep, Step};
use crate::partition::{Partitioner, Partitioning};
use crate::processor::{Sink, TaskContext};
use crate::record::{Headers, Partition, Record, TopicIndex};
use crate::time::Timestamp;
use crate::topology::{NodeId, NodeKind, SinkTopic, Stages, Wired, validate_name};

const PREFIX: &str = "KSTREAM-SINK-";

impl<K: 'static, V: 'static> KStream<'_, K, V> {
    /// Writes the stream to a topic, with each record's timestamp and headers.
    ///
    /// The topic must exist, unless the broker creates topics. Semantics: `KStream.to`.
    ///
    /// ```
    /// use headwater_core::prelude::*;
    /// use headwater_testing::TopologyTestDriver;
    ///
    /// let builder = StreamsBuilder::new();
    /// builder.stream("in", Consumed::with(Utf8, I64)).to("out", Produced::with(Utf8, I64));
    ///
    /// let mut driver = TopologyTestDriver::new(builder.build()?)?;
    /// driver.input("in", Utf8, I64).push("a", 1)?;
    /// assert_eq!(driver.output("out", Utf8, I64).pairs()?, [("a".to_owned(), 1)]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn to<KC, VC>(self, topic: &str, produced: Produced<KC, VC>)
    where
        KC: Codec<Item = K>,
        VC: Codec<Item = V>,
    {
        let kind = NodeKind::Sink(SinkTopic::Named(topic.to_owned()));
        let topic = topic.to_owned();
        let (key, value) = (Arc::new(produced.key), Arc::new(produced.value));
        let partitioner = produced.partitioner;
        let stages = Stages::sink(move |wiring, node| {
            Wired::new::<K, V>(Box::new(ToTopic {
                topic: wiring.output_topic(&topic),
                topic_name: topic.as_str().into(),
                key: Arc::clone(&key),
                value: Arc::clone(&value),
                partitioner: partitioner.clone(),
                null_keys: NullKeys::Kept,
                name: wiring.name_of(node).to_owned(),
            }))
        });
        let node = self.builder.add(PREFIX, &[self.node], kind, stages);
        name_sink(self.builder, node, produced.name.as_deref());
    }

    /// Writes each record to the topic that `choose` names for it.
    ///
    /// The topics must exist; a name that is none stops the task or is skipped, by policy.
    /// Semantics: `KStream.to(TopicNameExtractor)` (KIP-303).
    ///
    /// ```
    /// use headwater_core::prelude::*;
    /// use headwater_testing::TopologyTestDriver;
    ///
    /// let builder = StreamsBuilder::new();
    /// builder
    ///     .stream("orders", Consumed::with(Utf8, Utf8))
    ///     .to_dynamic(|order| format!("orders-{}", order.key), Produced::with(Utf8, Utf8));
    ///
    /// let mut driver = TopologyTestDriver::new(builder.build()?)?;
    /// driver.input("orders", Utf8, Utf8).push("eu", "tea")?.push("us", "mugs")?;
    /// assert_eq!(driver.output("orders-us", Utf8, Utf8).values()?, ["mugs"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn to_dynamic<KC, VC>(
        self,
        choose: impl Fn(&Record<K, V>) -> String + Send + Sync + 'static,
        produced: Produced<KC, VC>,
    ) where
        KC: Codec<Item = K>,
        VC: Codec<Item = V>,
    {
        let choose = Arc::new(choose);
        let (key, value) = (Arc::new(produced.key), Arc::new(produced.value));
        let partitioner = produced.partitioner;
        let stages = Stages::sink(move |wiring, node| {
            Wired::new::<K, V>(Box::new(ToDynamic {
                choose: Arc::clone(&choose),
                key: Arc::clone(&key),
                value: Arc::clone(&value),
                partitioner: partitioner.clone(),
                name: wiring.name_of(node).to_owned(),
                current: None,
            }))
        });
        let kind = NodeKind::Sink(SinkTopic::Dynamic);
        let node = self.builder.add(PREFIX, &[self.node], kind, stages);
        name_sink(self.builder, node, produced.name.as_deref());
    }
}

fn name_sink(builder: &StreamsBuilder, node: NodeId, name: Option<&str>) {
    if let Some(name) = name {
        Endpoint::new(builder, node).named(name);
    }
}

/// What becomes of records whose key is null.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NullKeys {
    /// They go to any partition.
    Kept,
    /// They vanish: nothing downstream could be found by them.
    Dropped,
}

/// Encodes records for one topic.
pub(crate) struct ToTopic<KC: Codec, VC: Codec> {
    pub(crate) topic: TopicIndex,
    pub(crate) topic_name: Arc<str>,
    pub(crate) key: Arc<KC>,
    pub(crate) value: Arc<VC>,
    pub(crate) partitioner: Option<Partitioner<KC::Item, VC::Item>>,
    pub(crate) null_keys: NullKeys,
    pub(crate) name: String,
}

/// Why a record was not appended.
enum NotAppended {
    NullKey,
    Codec(Part, CodecError),
}

impl<KC: Codec, VC: Codec> ToTopic<KC, VC> {
    fn append(
        &self,
        record: &Record<KC::Item, VC::Item>,
        headers: Headers,
        partition: Option<Partition>,
        task: &mut TaskContext,
    ) -> Step {
        let place = |part| Place {
            topic: &self.topic_name,
            part,
        };
        let appended = task.outputs.append(
            self.topic,
            partition,
            record.timestamp,
            headers,
            |out| match self.key.encode(&record.key, out, place(Part::Key)) {
                Ok(IsNull::Yes) if self.null_keys == NullKeys::Dropped => Err(NotAppended::NullKey),
                encoded => encoded.map_err(|error| NotAppended::Codec(Part::Key, error)),
            },
            |out| {
                let encoded = self.value.encode(&record.value, out, place(Part::Value));
                encoded.map_err(|error| NotAppended::Codec(Part::Value, error))
            },
        );
        match appended {
            Ok(()) => {
                task.count_produced();
                Ok(())
            }
            Err(NotAppended::NullKey) => Ok(()),
            Err(NotAppended::Codec(part, error)) => {
                let reason = format!(
                    "cannot write the {part} for topic {}: {error}",
                    self.topic_name
                );
                task.settle(FailedStep::Produce, &self.name, reason.into())
            }
        }
    }

    /// Asks the user's partitioner, which may send the record to several partitions or none.
    fn push_partitioned(
        &self,
        record: Record<KC::Item, VC::Item>,
        partitioner: &Partitioner<KC::Item, VC::Item>,
        task: &mut TaskContext,
    ) -> Step {
        if self.null_keys == NullKeys::Dropped && self.has_null_key(&record) {
            return Ok(());
        }
        let partitions = match task.partitions_of(&self.topic_name) {
            Ok(partitions) => partitions,
            // A topic that cannot be looked up is no fault of the record.
            Err(error) => return task.stop(FailedStep::Produce, &self.name, error),
        };
        let chosen = partitioner.choose(&record.key, &record.value, &self.topic_name, partitions);
        let all = match chosen {
            Partitioning::Default => return self.push_default(record, task),
            Partitioning::Drop => return Ok(()),
            Partitioning::To(partition) => vec![partition],
            Partitioning::ToAll(partitions) => partitions,
        };
        for partition in all {
            if usize::try_from(partition.index()).is_ok_and(|index| index < partitions as usize) {
                self.append(&record, record.headers.clone(), Some(partition), task)?;
            } else {
                let reason = OutOfRange {
                    partition,
                    partitions,
                    topic: self.topic_name.to_string(),
                };
                task.settle(FailedStep::Produce, &self.name, Box::new(reason))?;
            }
        }
        Ok(())
    }

    /// Whether the key is written as null. Only asked before a partitioner of the user, which
    /// must not see such records; costs a second encoding.
    fn has_null_key(&self, record: &Record<KC::Item, VC::Item>) -> bool {
        let place = Place {
            topic: &self.topic_name,
            part: Part::Key,
        };
        let encoded = self.key.encode(&record.key, &mut Vec::new(), place);
        matches!(encoded, Ok(IsNull::Yes))
    }

    fn push_default(&self, mut record: Record<KC::Item, VC::Item>, task: &mut TaskContext) -> Step {
        let headers = std::mem::take(&mut record.headers);
        self.append(&record, headers, None, task)
    }

    fn deliver(&self, record: Record<KC::Item, VC::Item>, task: &mut TaskContext) -> Step {
        if record.timestamp < Timestamp::from_millis(0) {
            let reason = format!(
                "the timestamp {} is negative, which topic {} cannot hold",
                record.timestamp, self.topic_name
            );
            return task.settle(FailedStep::Produce, &self.name, reason.into());
        }
        match &self.partitioner {
            None => self.push_default(record, task),
            Some(partitioner) => self.push_partitioned(record, partitioner, task),
        }
    }
}

impl<KC: Codec, VC: Codec> Sink<KC::Item, VC::Item> for ToTopic<KC, VC> {
    fn push(&mut self, record: Record<KC::Item, VC::Item>, task: &mut TaskContext) -> Step {
        self.deliver(record, task)
    }
}

struct ToDynamic<F, KC: Codec, VC: Codec> {
    choose: Arc<F>,
    key: Arc<KC>,
    value: Arc<VC>,
    partitioner: Option<Partitioner<KC::Item, VC::Item>>,
    name: String,
    /// The topic of the last record: runs of one topic are common.
    current: Option<ToTopic<KC, VC>>,
}

impl<F, KC: Codec, VC: Codec> ToDynamic<F, KC, VC> {
    /// The sink for a topic, if its name is one.
    fn open(&self, topic: &str, task: &mut TaskContext) -> Result<ToTopic<KC, VC>, TopologyError> {
        validate_name("topic", topic)?;
        Ok(ToTopic {
            topic: task.outputs.topic(topic),
            topic_name: topic.into(),
            key: Arc::clone(&self.key),
            value: Arc::clone(&self.value),
            partitioner: self.partitioner.clone(),
            null_keys: NullKeys::Kept,
            name: self.name.clone(),
        })
    }
}

impl<F, KC, VC> Sink<KC::Item, VC::Item> for ToDynamic<F, KC, VC>
where
    KC: Codec,
    VC: Codec,
    F: Fn(&Record<KC::Item, VC::Item>) -> String,
{
    fn push(&mut self, record: Record<KC::Item, VC::Item>, task: &mut TaskContext) -> Step {
        let topic = (self.choose)(&record);
        let current = self.current.take();
        let to = match current.filter(|current| *current.topic_name == *topic) {
            Some(current) => current,
            // Another topic than the last: it is looked up by its name.
            None => match self.open(&topic, task) {
                Ok(opened) => opened,
                Err(error) => {
                    return task.settle(FailedStep::Produce, &self.name, Box::new(error));
                }
            },
        };
        self.current.insert(to).deliver(record, task)
    }
}

#[derive(Debug, thiserror::Error)]
#[error("the partitioner chose partition {partition} of topic {topic}, which has {partitions}")]
struct OutOfRange {
    partition: Partition,
    partitions: u32,
    topic: String,
}
