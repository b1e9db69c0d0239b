//! Looking topics up, creating them, trimming them.

use std::sync::Arc;
use std::thread::Builder;
use std::time::Duration;

use headwater_core::record::{Offset, TopicPartition};
use headwater_runtime::port::{Admin, ClientError, ClientErrorKind, NewTopic, TopicDescription};

use crate::error::{client_error, kind_of, unanswered};
use crate::native::{Client, PartitionList, Refusal, TopicToCreate};

/// An admin client.
#[derive(Debug)]
pub(crate) struct KafkaAdmin {
    /// There until the drop.
    client: Option<Arc<Client>>,
    address: String,
}

impl KafkaAdmin {
    pub(crate) fn new(client: Arc<Client>, address: &str) -> Self {
        Self {
            client: Some(client),
            address: address.to_owned(),
        }
    }

    fn client(&self) -> &Client {
        let client = self.client.as_ref();
        client.expect("the client is there until the drop")
    }

    fn error(&self, context: &str, refusal: &Refusal) -> ClientError {
        // What the connections have suffered arrives through the queue.
        self.client().serve_deliveries(Duration::ZERO);
        unanswered(self.client(), &self.address, context, refusal)
    }
}

/// Ends the client behind the back of whoever is done with it: one that has only just connected
/// takes librdkafka up to a second to end, and that is what most admin clients have.
impl Drop for KafkaAdmin {
    fn drop(&mut self) {
        let client = self.client.take();
        let thread = Builder::new().name("headwater-admin-end".to_owned());
        // Without a thread it ends here and now.
        let _ = thread.spawn(move || drop(client));
    }
}

impl Admin for KafkaAdmin {
    fn topics(&self, timeout: Duration) -> Result<Vec<TopicDescription>, ClientError> {
        let topics = self
            .client()
            .metadata(None, timeout)
            .map_err(|refusal| self.error("listing topics", &refusal))?;
        Ok(topics
            .into_iter()
            .filter(|topic| !topic.code.is_error())
            .map(|topic| TopicDescription {
                name: topic.name,
                partitions: topic.partitions,
            })
            .collect())
    }

    /// Asks for all topics: asking for one by name may create it, where the broker does that.
    fn describe(
        &self,
        names: &[&str],
        timeout: Duration,
    ) -> Result<Vec<Option<TopicDescription>>, ClientError> {
        let topics = self
            .client()
            .metadata(None, timeout)
            .map_err(|refusal| self.error("describing topics", &refusal))?;
        names
            .iter()
            .map(|&name| {
                let Some(topic) = topics.iter().find(|topic| topic.name == name) else {
                    return Ok(None);
                };
                match topic.code.check() {
                    Ok(()) => Ok(Some(TopicDescription {
                        name: name.to_owned(),
                        partitions: topic.partitions,
                    })),
                    Err(refusal) if kind_of(refusal.code) == ClientErrorKind::UnknownTopic => {
                        Ok(None)
                    }
                    Err(refusal) => Err(client_error(format!("describing topic {name}"), &refusal)),
                }
            })
            .collect()
    }

    fn create(&self, topics: &[NewTopic], timeout: Duration) -> Result<(), ClientError> {
        if topics.is_empty() {
            return Ok(());
        }
        let requested: Vec<_> = topics
            .iter()
            .map(|topic| TopicToCreate {
                name: &topic.name,
                partitions: topic.partitions,
                replication_factor: topic.replication_factor,
                config: &topic.config,
            })
            .collect();
        let outcomes = self
            .client()
            .create_topics(&requested, timeout)
            .map_err(|refusal| self.error("creating topics", &refusal))?;
        for (name, outcome) in outcomes {
            match outcome {
                Err(refusal) if kind_of(refusal.code) != ClientErrorKind::TopicExists => {
                    return Err(client_error(format!("creating topic {name}"), &refusal));
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn delete_records(
        &self,
        before: &[(TopicPartition, Offset)],
        timeout: Duration,
    ) -> Result<(), ClientError> {
        if before.is_empty() {
            return Ok(());
        }
        let context = "deleting records";
        let mut list = PartitionList::with_capacity(before.len());
        for (partition, offset) in before {
            list.add(
                &partition.topic,
                partition.partition.index(),
                offset.number(),
                "",
            )
            .map_err(|refusal| client_error(context, &refusal))?;
        }
        let outcomes = self
            .client()
            .delete_records(&list, timeout)
            .map_err(|refusal| self.error(context, &refusal))?;
        for entry in outcomes {
            entry.code.check().map_err(|refusal| {
                client_error(format!("{context} of {}", entry.partition), &refusal)
            })?;
        }
        Ok(())
    }
}
