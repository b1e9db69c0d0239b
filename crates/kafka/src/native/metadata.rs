//! What the cluster says about its topics.

use std::ptr;
use std::time::Duration;

use rdkafka_sys as sys;

use super::{Client, Code, Refusal, Topic, text_at, timeout_ms};

/// A topic in the cluster's answer.
#[derive(Clone, Debug)]
pub(crate) struct TopicMetadata {
    pub(crate) name: String,
    pub(crate) partitions: u32,
    pub(crate) code: Code,
}

impl Client {
    /// Every topic there is, or the one given; asks a broker. Asking for all creates none.
    pub(crate) fn metadata(
        &self,
        only: Option<&Topic>,
        timeout: Duration,
    ) -> Result<Vec<TopicMetadata>, Refusal> {
        let mut answer = ptr::null();
        let topic = only.map_or(ptr::null_mut(), Topic::as_ptr);
        // SAFETY: the client is open; the answer is set if there is no error.
        let code = unsafe {
            sys::rd_kafka_metadata(
                self.as_ptr(),
                i32::from(only.is_none()),
                topic,
                &raw mut answer,
                timeout_ms(timeout),
            )
        };
        Code::from(code).check()?;
        // SAFETY: the answer has `topic_cnt` topics; it is freed after it is read. Error codes
        // are read as numbers, because a broker may send one that the enum does not have.
        unsafe {
            let count = usize::try_from((*answer).topic_cnt).unwrap_or(0);
            let topics = (0..count)
                .map(|index| {
                    let topic = (*answer).topics.add(index);
                    TopicMetadata {
                        name: text_at((*topic).topic),
                        partitions: u32::try_from((*topic).partition_cnt).unwrap_or(0),
                        code: Code::new((&raw const (*topic).err).cast::<i32>().read()),
                    }
                })
                .collect();
            sys::rd_kafka_metadata_destroy(answer);
            Ok(topics)
        }
    }
}
