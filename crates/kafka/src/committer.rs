//! Committed offsets, from any thread.

use std::sync::Arc;
use std::time::Duration;

use headwater_core::record::{Offset, TopicPartition};
use headwater_runtime::port::{
    ClientError, ClientErrorKind, Committed, OffsetCommitter, OffsetToCommit,
};

use crate::error::{client_error, kind_of, unanswered};
use crate::native::{Client, PartitionList, Refusal};

/// Commits as the member that the consumer is.
#[derive(Debug)]
pub(crate) struct Committer {
    client: Arc<Client>,
    address: String,
    group_id: String,
}

impl Committer {
    pub(crate) fn new(client: &Arc<Client>, address: &str, group_id: &str) -> Self {
        Self {
            client: Arc::clone(client),
            address: address.to_owned(),
            group_id: group_id.to_owned(),
        }
    }

    fn commit_error(&self, refusal: &Refusal) -> ClientError {
        let context = format!("committing for group {}", self.group_id);
        match kind_of(refusal.code) {
            // A connection that broke says nothing about what the coordinator has done.
            ClientErrorKind::Unreachable | ClientErrorKind::TimedOut => ClientError::new(
                ClientErrorKind::TimedOut,
                format!("{context}: outcome unknown: {}", refusal.reason),
            ),
            _ => client_error(context, refusal),
        }
    }
}

impl OffsetCommitter for Committer {
    fn commit(&self, offsets: &[OffsetToCommit]) -> Result<(), ClientError> {
        if offsets.is_empty() {
            return Ok(());
        }
        let mut list = PartitionList::with_capacity(offsets.len());
        for entry in offsets {
            let partition = &entry.partition;
            list.add(
                &partition.topic,
                partition.partition.index(),
                entry.offset.number(),
                &entry.metadata,
            )
            .map_err(|refusal| self.commit_error(&refusal))?;
        }
        self.client
            .commit(&list)
            .map_err(|refusal| self.commit_error(&refusal))
    }

    fn committed(
        &self,
        partitions: &[TopicPartition],
        timeout: Duration,
    ) -> Result<Vec<Option<Committed>>, ClientError> {
        if partitions.is_empty() {
            return Ok(Vec::new());
        }
        let context = || format!("reading committed offsets of group {}", self.group_id);
        let mut list = PartitionList::of(partitions.iter())
            .map_err(|refusal| client_error(context(), &refusal))?;
        self.client
            .committed(&mut list, timeout)
            .map_err(|refusal| unanswered(&self.client, &self.address, context(), &refusal))?;
        list.entries()
            .into_iter()
            .map(|entry| {
                entry.code.check().map_err(|refusal| {
                    client_error(format!("{}, {}", context(), entry.partition), &refusal)
                })?;
                Ok((entry.offset >= 0).then(|| Committed {
                    offset: Offset::new(entry.offset),
                    metadata: entry.metadata,
                }))
            })
            .collect()
    }
}
