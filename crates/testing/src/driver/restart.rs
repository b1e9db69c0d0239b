//! Stopping the tasks and starting them anew from their changelogs and committed positions.

use headwater_core::record::{Offset, TopicPartition};
use headwater_core::topology::{InternalTopic, StoreLog};
use headwater_runtime::task::Task;

use super::TopologyTestDriver;
use crate::DriverError;
use crate::topic::OneRecord;

impl TopologyTestDriver {
    /// Stops every task in good order, after a commit, and starts it anew: its stores are
    /// restored from their changelogs, as after a move to another instance.
    ///
    /// ```
    /// use headwater_core::prelude::*;
    /// use headwater_testing::TopologyTestDriver;
    ///
    /// let builder = StreamsBuilder::new();
    /// builder
    ///     .stream("clicks", Consumed::with(Utf8, Utf8))
    ///     .group_by_key(Grouped::with(Utf8, Utf8))
    ///     .count_with(Materialized::named("clicks-per-user", I64))
    ///     .into_stream()
    ///     .to("counts", Produced::with(Utf8, I64.nullable()));
    ///
    /// let mut driver = TopologyTestDriver::new(builder.build()?)?;
    /// driver.input("clicks", Utf8, Utf8).push("ann", "/")?;
    /// driver.restart()?;
    /// driver.input("clicks", Utf8, Utf8).push("ann", "/buy")?;
    /// assert_eq!(driver.output("counts", Utf8, I64).values()?, [1, 2]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// If a task stops, or a changelog cannot be read back.
    pub fn restart(&mut self) -> Result<(), DriverError> {
        self.commit()?;
        let tasks = std::mem::take(&mut self.tasks);
        for task in tasks.into_values() {
            task.close();
        }
        self.start_again()
    }

    /// Ends every task on the spot, as if the process had been killed, and starts it anew: what
    /// was not committed is processed again, and what it had written is there twice.
    ///
    /// # Errors
    /// If a task stops, or a changelog cannot be read back.
    pub fn crash(&mut self) -> Result<(), DriverError> {
        self.tasks.clear();
        self.start_again()
    }

    fn start_again(&mut self) -> Result<(), DriverError> {
        self.stopped.clear();
        self.make_tasks()?;
        for task in self.tasks.values_mut() {
            let lanes = task.partitions().to_vec();
            for (lane, partition) in lanes.iter().enumerate() {
                let committed = self.committed.get(partition);
                let from = committed.map_or(Offset::new(0), |committed| committed.offset);
                let Some(topic) = self.topics.get(&*partition.topic) else {
                    continue;
                };
                let records = topic.records.iter();
                let waiting = records.filter(|record| {
                    record.partition == partition.partition && record.offset >= from
                });
                for record in waiting {
                    task.enqueue(lane, Box::new(OneRecord(record.clone())));
                }
            }
        }
        self.run()?;
        Ok(())
    }

    /// Fills the stores of a task from the topics that log them.
    pub(super) fn restore(&self, task: &mut Task) -> Result<(), DriverError> {
        let partition = task.id().partition;
        let stores = task.graph_mut().stores();
        let logged: Vec<(String, String, Option<Offset>)> = stores
            .filter_map(|(store, log)| {
                let (topic, until) = match log? {
                    StoreLog::Changelog(name) => {
                        (InternalTopic::decorated(name, &self.application_id), None)
                    }
                    // What is not committed comes again as input.
                    StoreLog::SourceTopic(name) => {
                        let source = TopicPartition::new(name.as_str(), partition);
                        let committed = self.committed.get(&source);
                        let until = committed.map_or(Offset::new(0), |committed| committed.offset);
                        (name.clone(), Some(until))
                    }
                };
                Some((store.to_owned(), topic, until))
            })
            .collect();
        for (store, topic, until) in logged {
            let records = self.topics.get(&topic).into_iter();
            let records = records.flat_map(|topic| &topic.records);
            let of_task = records.filter(|record| record.partition == partition);
            let of_task = of_task.filter(|record| until.is_none_or(|until| record.offset < until));
            for record in of_task {
                let Some(key) = &record.key else { continue };
                let (value, time) = (record.value.as_deref(), record.timestamp);
                let restored = task.graph_mut().restore(&store, key, value, time);
                restored.map_err(|source| DriverError::Restore {
                    topic: topic.clone(),
                    offset: record.offset,
                    source,
                })?;
            }
        }
        Ok(())
    }
}
