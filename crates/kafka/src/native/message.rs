//! A fetched message in librdkafka's memory.

use std::ffi::c_void;
use std::ptr::{self, NonNull};

use headwater_core::record::{Header, Headers};
use headwater_core::time::Timestamp;
use rdkafka_sys as sys;

use super::{Code, text_at};

/// A message or an error about a partition. Its owner keeps the client alive beside it.
#[derive(Debug)]
#[repr(transparent)]
pub(crate) struct Message(NonNull<sys::rd_kafka_message_t>);

// SAFETY: a message is memory that nobody else writes to, and is freed from any thread.
unsafe impl Send for Message {}

impl Message {
    /// What is wrong, if this is no record.
    pub(crate) fn code(&self) -> Code {
        // SAFETY: the message is alive. The code is read as a number because a broker may have
        // sent one that the enum of the bindings has no variant for.
        Code::new(unsafe { (&raw const (*self.0.as_ptr()).err).cast::<i32>().read() })
    }

    /// In words what is wrong.
    pub(crate) fn reason(&self) -> String {
        // SAFETY: the message is alive; its error text is zero-terminated.
        unsafe { text_at(sys::rd_kafka_message_errstr(self.0.as_ptr())) }
    }

    /// The topic; empty for errors that are about none.
    pub(crate) fn topic(&self) -> String {
        // SAFETY: the message is alive and holds its topic.
        unsafe {
            let topic = (*self.0.as_ptr()).rkt;
            if topic.is_null() {
                return String::new();
            }
            text_at(sys::rd_kafka_topic_name(topic))
        }
    }

    pub(crate) fn partition(&self) -> i32 {
        // SAFETY: the message is alive.
        unsafe { (*self.0.as_ptr()).partition }
    }

    pub(crate) fn offset(&self) -> i64 {
        // SAFETY: the message is alive.
        unsafe { (*self.0.as_ptr()).offset }
    }

    pub(crate) fn key(&self) -> Option<&[u8]> {
        // SAFETY: the message is alive; key and length belong together, for as long as it is.
        unsafe { bytes_at((*self.0.as_ptr()).key, (*self.0.as_ptr()).key_len) }
    }

    pub(crate) fn value(&self) -> Option<&[u8]> {
        // SAFETY: as for the key.
        unsafe { bytes_at((*self.0.as_ptr()).payload, (*self.0.as_ptr()).len) }
    }

    pub(crate) fn timestamp(&self) -> Timestamp {
        let mut kind = sys::rd_kafka_timestamp_type_t::RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
        // SAFETY: the message is alive.
        let millis = unsafe { sys::rd_kafka_message_timestamp(self.0.as_ptr(), &raw mut kind) };
        match kind {
            sys::rd_kafka_timestamp_type_t::RD_KAFKA_TIMESTAMP_NOT_AVAILABLE => Timestamp::UNKNOWN,
            _ => Timestamp::from_millis(millis),
        }
    }

    /// The headers, copied. Most records have none, and then nothing is allocated.
    pub(crate) fn headers(&self) -> Headers {
        if self.surely_has_no_headers() {
            debug_assert!(self.parsed_headers().is_empty(), "the header count was 0");
            return Headers::new();
        }
        self.parsed_headers()
    }

    /// Whether the record's own bytes say that it has no headers.
    ///
    /// Asking librdkafka makes it allocate and free a buffer for every record without headers,
    /// which is a sixth of the cost of passing records through (`cargo xtask bench`).
    fn surely_has_no_headers(&self) -> bool {
        let message = self.0.as_ptr();
        // SAFETY: the message is alive. A leader epoch is in batches of magic 2 only. There the
        // count of the headers, a varint of at least one byte, follows the value within the
        // record (apache/kafka clients/src/main/java/org/apache/kafka/common/record/DefaultRecord.java),
        // brokers refuse records that end before it, and a value that is not empty points into
        // the fetched batch, which lives as long as the message.
        unsafe {
            let value = (*message).payload.cast::<u8>();
            !value.is_null()
                && (*message).len > 0
                && sys::rd_kafka_message_leader_epoch(message) >= 0
                && value.add((*message).len).read() == 0
        }
    }

    fn parsed_headers(&self) -> Headers {
        let mut headers = Headers::new();
        let mut list = ptr::null_mut();
        // SAFETY: the message is alive; the list stays its own and is not freed here.
        let found = unsafe { sys::rd_kafka_message_headers(self.0.as_ptr(), &raw mut list) };
        if Code::from(found).is_error() {
            return headers;
        }
        for index in 0.. {
            let (mut name, mut value, mut size) = (ptr::null(), ptr::null(), 0);
            // SAFETY: the list belongs to the message; past its end the call says so.
            let header = unsafe {
                let found = sys::rd_kafka_header_get_all(
                    list,
                    index,
                    &raw mut name,
                    &raw mut value,
                    &raw mut size,
                );
                if Code::from(found).is_error() {
                    break;
                }
                Header {
                    name: text_at(name).into(),
                    value: bytes_at(value, size).map(|bytes| bytes.to_vec().into()),
                }
            };
            headers.push(header);
        }
        headers
    }
}

impl Drop for Message {
    fn drop(&mut self) {
        // SAFETY: ours, and the owner keeps the client alive.
        unsafe { sys::rd_kafka_message_destroy(self.0.as_ptr()) };
    }
}

/// # Safety
/// `start` is null or the start of `len` bytes that live as long as `'a`.
unsafe fn bytes_at<'a>(start: *const c_void, len: usize) -> Option<&'a [u8]> {
    if start.is_null() {
        return None;
    }
    // SAFETY: not null, and the rest is the caller's promise.
    Some(unsafe { std::slice::from_raw_parts(start.cast::<u8>(), len) })
}
