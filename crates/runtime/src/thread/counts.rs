//! Partition counts of output topics, asked through the worker's producer.

use std::cell::RefCell;
use std::collections::HashMap;
use std::error::Error;
use std::rc::Rc;

use headwater_core::processor::PartitionCounts;

use crate::port::Producer;

/// Asks the producer once per topic and task: a partitioner of the user needs the count for
/// every record. A topic that grows is seen when its tasks are made anew.
pub(crate) struct ProducerCounts {
    producer: Rc<RefCell<Box<dyn Producer>>>,
    known: HashMap<String, u32>,
}

impl ProducerCounts {
    pub(crate) fn new(producer: Rc<RefCell<Box<dyn Producer>>>) -> Self {
        Self {
            producer,
            known: HashMap::new(),
        }
    }
}

impl PartitionCounts for ProducerCounts {
    fn partitions(&mut self, topic: &str) -> Result<u32, Box<dyn Error + Send + Sync>> {
        if let Some(&known) = self.known.get(topic) {
            return Ok(known);
        }
        let count = self.producer.borrow_mut().partitions(topic)?;
        self.known.insert(topic.to_owned(), count);
        Ok(count)
    }
}
