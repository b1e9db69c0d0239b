//! A configuration being built, and the names librdkafka knows.

use std::ffi::{c_char, c_void};
use std::ptr;
use std::sync::Arc;

use rdkafka_sys as sys;

use super::callbacks::{self, Reports};
use super::{Client, Code, Refusal, c_string, text_at};

/// Room for librdkafka's messages; longer ones it cuts itself.
const MESSAGE_BYTES: usize = 512;

/// What a client is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// Reads as a member of a group.
    Consumer,
    /// Writes, or administers.
    Producer,
}

/// Properties on their way to a client.
#[derive(Debug)]
pub(crate) struct Conf(ptr::NonNull<sys::rd_kafka_conf_t>);

impl Conf {
    pub(crate) fn new() -> Self {
        // SAFETY: no arguments; the result is ours until `into_client`.
        let conf = unsafe { sys::rd_kafka_conf_new() };
        Self(ptr::NonNull::new(conf).expect("librdkafka aborts rather than run out of memory"))
    }

    /// Sets one property. The error is librdkafka's, which names the property.
    pub(crate) fn set(&mut self, name: &str, value: &str) -> Result<(), Refusal> {
        let (name, value) = (c_string(name)?, c_string(value)?);
        let mut message = [0 as c_char; MESSAGE_BYTES];
        // SAFETY: the strings and the message outlive the call, and the message's size is given.
        let outcome = unsafe {
            sys::rd_kafka_conf_set(
                self.0.as_ptr(),
                name.as_ptr(),
                value.as_ptr(),
                message.as_mut_ptr(),
                message.len(),
            )
        };
        match outcome {
            sys::rd_kafka_conf_res_t::RD_KAFKA_CONF_OK => Ok(()),
            _ => Err(Refusal {
                code: Code::INVALID_ARGUMENT,
                // SAFETY: librdkafka has written a zero-terminated message.
                reason: unsafe { text_at(message.as_ptr()) },
            }),
        }
    }

    /// Opens a client with these properties.
    pub(crate) fn into_client(self, role: Role, reports: Reports) -> Result<Arc<Client>, Refusal> {
        let conf = self.0.as_ptr();
        let reports = Box::new(reports);
        let opaque = ptr::from_ref::<Reports>(&reports)
            .cast_mut()
            .cast::<c_void>();
        let mut message = [0 as c_char; MESSAGE_BYTES];
        // SAFETY: `conf` is ours. The callbacks get `opaque`, which lives in a box that the
        // client keeps until after it is destroyed; if there is no client, there are no calls.
        let client = unsafe {
            sys::rd_kafka_conf_set_opaque(conf, opaque);
            sys::rd_kafka_conf_set_log_cb(conf, Some(callbacks::on_log));
            sys::rd_kafka_conf_set_error_cb(conf, Some(callbacks::on_error));
            let kind = match role {
                Role::Consumer => {
                    sys::rd_kafka_conf_set_rebalance_cb(conf, Some(callbacks::on_rebalance));
                    sys::rd_kafka_type_t::RD_KAFKA_CONSUMER
                }
                Role::Producer => {
                    // Reports as events: a flush then waits on a condition of librdkafka's
                    // instead of polling in steps of 10 ms (rd_kafka_flush).
                    sys::rd_kafka_conf_set_events(conf, sys::RD_KAFKA_EVENT_DR);
                    sys::rd_kafka_type_t::RD_KAFKA_PRODUCER
                }
            };
            sys::rd_kafka_new(kind, conf, message.as_mut_ptr(), message.len())
        };
        let Some(client) = ptr::NonNull::new(client) else {
            return Err(Refusal {
                code: Code::INVALID_ARGUMENT,
                // SAFETY: librdkafka has written a zero-terminated message.
                reason: unsafe { text_at(message.as_ptr()) },
            });
        };
        // librdkafka has taken the configuration over.
        std::mem::forget(self);
        let client = Client::new(client, reports);
        if role == Role::Consumer {
            // SAFETY: the client is open. From here on one queue carries all but the records.
            unsafe { sys::rd_kafka_poll_set_consumer(client.as_ptr()) };
        }
        Ok(Arc::new(client))
    }

    /// The name of every property there is.
    pub(crate) fn known_names() -> Vec<String> {
        let mut names = Vec::new();
        let conf = Self::new();
        // SAFETY: the dumps are arrays of `count` strings, name and value in turn, freed after
        // they are read; the topic configuration is ours.
        unsafe {
            let mut count = 0;
            let dump = sys::rd_kafka_conf_dump(conf.0.as_ptr(), &raw mut count);
            names_of(dump, count, &mut names);
            sys::rd_kafka_conf_dump_free(dump, count);
            let topic = sys::rd_kafka_topic_conf_new();
            let dump = sys::rd_kafka_topic_conf_dump(topic, &raw mut count);
            names_of(dump, count, &mut names);
            sys::rd_kafka_conf_dump_free(dump, count);
            sys::rd_kafka_topic_conf_destroy(topic);
        }
        names
    }
}

/// # Safety
/// `dump` is an array of `count` strings, name and value in turn.
unsafe fn names_of(dump: *mut *const c_char, count: usize, names: &mut Vec<String>) {
    for index in (0..count).step_by(2) {
        // SAFETY: `index` is within the array.
        names.push(unsafe { text_at(*dump.add(index)) });
    }
}

impl Drop for Conf {
    fn drop(&mut self) {
        // SAFETY: ours; `into_client` forgets it when librdkafka has taken it.
        unsafe { sys::rd_kafka_conf_destroy(self.0.as_ptr()) };
    }
}
