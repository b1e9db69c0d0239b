//! Records as librdkafka has fetched them, not copied.

use std::sync::Arc;

use headwater_core::record::{Offset, RawRecord};
use headwater_runtime::port::FetchedBatch;

use crate::native::{Client, Message};

/// Records of one partition. Holding it holds their fetch buffers and the client.
#[derive(Debug)]
pub(crate) struct MessageBatch {
    messages: Vec<Message>,
    /// Dropped after the messages, which are this client's memory.
    _client: Arc<Client>,
}

impl MessageBatch {
    /// `messages` is not empty and has no errors in it.
    pub(crate) fn new(messages: Vec<Message>, client: &Arc<Client>) -> Self {
        debug_assert!(!messages.is_empty(), "a batch has a record");
        Self {
            messages,
            _client: Arc::clone(client),
        }
    }
}

impl FetchedBatch for MessageBatch {
    fn len(&self) -> usize {
        self.messages.len()
    }

    fn record(&self, index: usize) -> RawRecord<'_> {
        let message = self
            .messages
            .get(index)
            .expect("the index is less than the length");
        RawRecord {
            key: message.key(),
            value: message.value(),
            timestamp: message.timestamp(),
            offset: Offset::new(message.offset()),
            headers: message.headers(),
        }
    }
}
