//! Answers to rebalances, and where reading starts.

use std::time::Duration;

use headwater_core::record::TopicPartition;
use headwater_runtime::port::{ClientError, ClientErrorKind, StartAt};

use super::KafkaConsumer;
use super::reader::Reader;
use crate::error::{client_error, unanswered};
use crate::native::{PartitionList, Protocol, Queue, Refusal};

/// How long finding the offsets of times, or a seek, may take.
const LOOKUP_TIMEOUT: Duration = Duration::from_secs(30);

impl KafkaConsumer {
    /// Cuts off the queues of new partitions, then lets them be read.
    pub(super) fn start_reading(
        &mut self,
        partitions: &[TopicPartition],
        starts: &[(TopicPartition, StartAt)],
    ) -> Result<(), ClientError> {
        let protocol = self.client.rebalance_protocol();
        match protocol {
            Protocol::Eager => self.readers.clear(),
            Protocol::Cooperative => self.hold_positions(&[]),
        }
        let refused = |refusal: Refusal| client_error("assigning partitions", &refusal);
        let starts_at = |partition: &TopicPartition| {
            let found = starts.iter().find(|(started, _)| started == partition);
            found.map_or(StartAt::Committed, |&(_, start)| start)
        };
        let times =
            self.offsets_of_times(partitions.iter().filter_map(|partition| {
                match starts_at(partition) {
                    StartAt::Time(time) => Some((partition, time.as_millis())),
                    _ => None,
                }
            }))?;
        let mut list = PartitionList::with_capacity(partitions.len());
        for partition in partitions {
            let (topic, index) = (&partition.topic, partition.partition.index());
            let offset = match starts_at(partition) {
                StartAt::Committed => PartitionList::STORED,
                StartAt::Beginning => PartitionList::BEGINNING,
                StartAt::End => PartitionList::END,
                StartAt::Offset(offset) => offset.number(),
                StartAt::Time(_) => times
                    .iter()
                    .find(|(found, _)| found == partition)
                    .map_or(PartitionList::END, |&(_, offset)| offset),
            };
            let queue =
                Queue::of_partition(&self.client, topic, index, &self.signal).map_err(refused)?;
            let mut reader = Reader::new(queue);
            reader.moved_to((offset >= 0).then_some(offset));
            self.readers.insert(partition.clone(), reader);
            list.add(topic, index, offset, "").map_err(refused)?;
        }
        match protocol {
            Protocol::Eager => self.client.assign(&list),
            Protocol::Cooperative => self.client.assign_more(&list),
        }
        .map_err(refused)
    }

    /// Lets partitions go.
    pub(super) fn stop_reading(
        &mut self,
        partitions: &[TopicPartition],
        protocol: Protocol,
    ) -> Result<(), ClientError> {
        let refused = |refusal: Refusal| client_error("giving partitions back", &refusal);
        if protocol == Protocol::Eager {
            self.readers.clear();
            return self.client.unassign().map_err(refused);
        }
        self.hold_positions(partitions);
        for partition in partitions {
            self.readers.remove(partition);
        }
        let list = PartitionList::of(partitions.iter()).map_err(refused)?;
        self.client.unassign_some(&list).map_err(refused)
    }

    /// Tells librdkafka, for the partitions that stay, how far they were handed out.
    ///
    /// An incremental rebalance pauses every partition and later resumes it at librdkafka's own
    /// idea of that, which reading in batches leaves one too high after each end-of-partition
    /// mark (fixed in 2.13.2, librdkafka#5213): the next record would be skipped. The partitions
    /// are still paused here, so the position is in place when they resume.
    fn hold_positions(&self, leaving: &[TopicPartition]) {
        let mut list = PartitionList::with_capacity(self.readers.len());
        for (partition, reader) in &self.readers {
            let Some(offset) = reader.next_offset() else {
                continue;
            };
            if !leaving.contains(partition) {
                // The name came from librdkafka, so it goes back into it.
                let _ = list.add(&partition.topic, partition.partition.index(), offset, "");
            }
        }
        if list.is_empty() {
            return;
        }
        // Without waiting: what was fetched before is outdated on return.
        if let Err(refusal) = self.client.seek(&mut list, Duration::ZERO) {
            let reason = refusal.reason;
            tracing::warn!(group = %self.group_id, %reason, "positions not held over a rebalance");
        }
    }

    /// Reads an assigned partition from another place on.
    pub(super) fn read_from(
        &mut self,
        partition: &TopicPartition,
        start: StartAt,
    ) -> Result<(), ClientError> {
        if !self.readers.contains_key(partition) {
            return Err(ClientError::new(
                ClientErrorKind::NotOwner,
                format!("seeking in {partition}, which is not assigned"),
            ));
        }
        let context = format!("seeking in {partition}");
        let offset = match start {
            StartAt::Committed => self.committed_offset(partition)?.unwrap_or(self.reset_to),
            StartAt::Beginning => PartitionList::BEGINNING,
            StartAt::End => PartitionList::END,
            StartAt::Offset(offset) => offset.number(),
            StartAt::Time(time) => self
                .offsets_of_times(std::iter::once((partition, time.as_millis())))?
                .first()
                .map_or(PartitionList::END, |&(_, offset)| offset),
        };
        let mut list = PartitionList::with_capacity(1);
        list.add(&partition.topic, partition.partition.index(), offset, "")
            .and_then(|()| self.client.seek(&mut list, LOOKUP_TIMEOUT))
            .map_err(|refusal| client_error(context, &refusal))?;
        if let Some(reader) = self.readers.get_mut(partition) {
            reader.moved_to((offset >= 0).then_some(offset));
        }
        Ok(())
    }

    fn committed_offset(&self, partition: &TopicPartition) -> Result<Option<i64>, ClientError> {
        let mut list = PartitionList::of(std::iter::once(partition))
            .map_err(|refusal| client_error("reading committed offsets", &refusal))?;
        self.client
            .committed(&mut list, LOOKUP_TIMEOUT)
            .map_err(|refusal| self.no_answer("reading committed offsets", &refusal))?;
        let offset = list.entries().first().map(|entry| entry.offset);
        Ok(offset.filter(|&offset| offset >= 0))
    }

    /// For each partition the offset of the first record at its time or later, or its end.
    fn offsets_of_times<'a>(
        &self,
        times: impl Iterator<Item = (&'a TopicPartition, i64)>,
    ) -> Result<Vec<(TopicPartition, i64)>, ClientError> {
        let context = "finding the offsets of times";
        let mut list = PartitionList::with_capacity(0);
        for (partition, millis) in times {
            // Negative times are places to librdkafka (-1 the end, -2 the beginning).
            let millis = millis.max(0);
            list.add(&partition.topic, partition.partition.index(), millis, "")
                .map_err(|refusal| client_error(context, &refusal))?;
        }
        if list.is_empty() {
            return Ok(Vec::new());
        }
        self.client
            .offsets_for_times(&mut list, LOOKUP_TIMEOUT)
            .map_err(|refusal| self.no_answer(context, &refusal))?;
        list.entries()
            .into_iter()
            .map(|entry| match entry.code.check() {
                Ok(()) => Ok((entry.partition, entry.offset)),
                Err(refusal) => Err(client_error(
                    format!("{context}, {}", entry.partition),
                    &refusal,
                )),
            })
            .collect()
    }

    fn no_answer(&self, context: &str, refusal: &Refusal) -> ClientError {
        unanswered(&self.client, &self.address, context, refusal)
    }
}
