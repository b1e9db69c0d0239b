//! Creating topics and deleting records.

use std::ffi::c_char;
use std::ptr;
use std::time::Duration;

use rdkafka_sys as sys;
use sys::rd_kafka_admin_op_t as Operation;

use super::code::Code;
use super::list::{Entry, entries_of};
use super::{Client, PartitionList, Refusal, c_count, c_string, text_at, timeout_ms};

/// The request itself may take so much longer than what it waits for at the broker.
const ANSWER_GRACE: Duration = Duration::from_secs(1);

/// A topic to create.
#[derive(Debug)]
pub(crate) struct TopicToCreate<'a> {
    pub(crate) name: &'a str,
    pub(crate) partitions: u32,
    pub(crate) replication_factor: Option<u16>,
    pub(crate) config: &'a [(String, String)],
}

/// What became of a topic to create, by name.
pub(crate) type CreatedTopic = (String, Result<(), Refusal>);

impl Client {
    /// Creates topics.
    pub(crate) fn create_topics(
        &self,
        topics: &[TopicToCreate<'_>],
        timeout: Duration,
    ) -> Result<Vec<CreatedTopic>, Refusal> {
        let mut requested = Vec::with_capacity(topics.len());
        let built = topics.iter().try_for_each(|topic| {
            requested.push(new_topic(topic)?);
            Ok(())
        });
        let outcome = built.and_then(|()| {
            // SAFETY: the topics are copied by the request; the result is read while its event
            // is alive.
            unsafe {
                self.ask(
                    Operation::RD_KAFKA_ADMIN_OP_CREATETOPICS,
                    timeout,
                    |options, queue| {
                        sys::rd_kafka_CreateTopics(
                            self.as_ptr(),
                            requested.as_mut_ptr(),
                            requested.len(),
                            options,
                            queue,
                        );
                    },
                    |event| created(event),
                )
            }
        });
        // SAFETY: these are ours; the request has copied them.
        unsafe { sys::rd_kafka_NewTopic_destroy_array(requested.as_mut_ptr(), requested.len()) };
        outcome
    }

    /// Deletes what lies before the offsets in the list; the list with an error each.
    pub(crate) fn delete_records(
        &self,
        before: &PartitionList,
        timeout: Duration,
    ) -> Result<Vec<Entry>, Refusal> {
        // SAFETY: the list is copied into the request, the request by the call; the result is
        // read while its event is alive.
        unsafe {
            let mut request = sys::rd_kafka_DeleteRecords_new(before.as_ptr());
            let outcome = self.ask(
                Operation::RD_KAFKA_ADMIN_OP_DELETERECORDS,
                timeout,
                |options, queue| {
                    sys::rd_kafka_DeleteRecords(self.as_ptr(), &raw mut request, 1, options, queue);
                },
                |event| {
                    let result = sys::rd_kafka_event_DeleteRecords_result(event);
                    if result.is_null() {
                        Vec::new()
                    } else {
                        entries_of(sys::rd_kafka_DeleteRecords_result_offsets(result))
                    }
                },
            );
            sys::rd_kafka_DeleteRecords_destroy(request);
            outcome
        }
    }

    /// Sends a request and waits for its event.
    ///
    /// # Safety
    /// `send` makes the request with the options and the queue given, `read` reads its event.
    unsafe fn ask<T>(
        &self,
        operation: Operation,
        timeout: Duration,
        send: impl FnOnce(*const sys::rd_kafka_AdminOptions_t, *mut sys::rd_kafka_queue_t),
        read: impl FnOnce(*mut sys::rd_kafka_event_t) -> T,
    ) -> Result<T, Refusal> {
        let mut message = [0 as c_char; 256];
        // SAFETY: options and queue are ours; the event is read before it is destroyed.
        unsafe {
            let options = sys::rd_kafka_AdminOptions_new(self.as_ptr(), operation);
            for set in [
                sys::rd_kafka_AdminOptions_set_request_timeout,
                sys::rd_kafka_AdminOptions_set_operation_timeout,
            ] {
                let wait = timeout_ms(timeout).max(1);
                set(options, wait, message.as_mut_ptr(), message.len());
            }
            let queue = sys::rd_kafka_queue_new(self.as_ptr());
            send(options, queue);
            let event = sys::rd_kafka_queue_poll(queue, timeout_ms(timeout + ANSWER_GRACE));
            let outcome = if event.is_null() {
                Err(Code::TIMED_OUT.into())
            } else {
                let code: Code = sys::rd_kafka_event_error(event).into();
                let outcome = if code.is_error() {
                    Err(Refusal {
                        code,
                        reason: text_at(sys::rd_kafka_event_error_string(event)),
                    })
                } else {
                    Ok(read(event))
                };
                sys::rd_kafka_event_destroy(event);
                outcome
            };
            sys::rd_kafka_queue_destroy(queue);
            sys::rd_kafka_AdminOptions_destroy(options);
            outcome
        }
    }
}

fn new_topic(topic: &TopicToCreate<'_>) -> Result<*mut sys::rd_kafka_NewTopic_t, Refusal> {
    let name = c_string(topic.name)?;
    let config = topic
        .config
        .iter()
        .map(|(key, value)| Ok((c_string(key)?, c_string(value)?)))
        .collect::<Result<Vec<_>, Refusal>>()?;
    let partitions = c_count(topic.partitions as usize);
    let replication = topic.replication_factor.map_or(-1, i32::from);
    let mut message = [0 as c_char; 256];
    // SAFETY: strings are copied; the message's size is given.
    unsafe {
        let made = sys::rd_kafka_NewTopic_new(
            name.as_ptr(),
            partitions,
            replication,
            message.as_mut_ptr(),
            message.len(),
        );
        if made.is_null() {
            return Err(Refusal {
                code: Code::INVALID_ARGUMENT,
                reason: text_at(message.as_ptr()),
            });
        }
        for (key, value) in &config {
            sys::rd_kafka_NewTopic_set_config(made, key.as_ptr(), value.as_ptr());
        }
        Ok(made)
    }
}

/// # Safety
/// `event` is alive.
unsafe fn created(event: *mut sys::rd_kafka_event_t) -> Vec<CreatedTopic> {
    let mut count = 0;
    let mut topics = ptr::null_mut();
    // SAFETY: the result belongs to the event and has `count` topics.
    unsafe {
        let result = sys::rd_kafka_event_CreateTopics_result(event);
        if !result.is_null() {
            topics = sys::rd_kafka_CreateTopics_result_topics(result, &raw mut count);
        }
        (0..count)
            .map(|index| {
                let topic = *topics.add(index);
                let code: Code = sys::rd_kafka_topic_result_error(topic).into();
                let outcome = if code.is_error() {
                    let reason = text_at(sys::rd_kafka_topic_result_error_string(topic));
                    Err(Refusal { code, reason })
                } else {
                    Ok(())
                };
                (text_at(sys::rd_kafka_topic_result_name(topic)), outcome)
            })
            .collect()
    }
}
