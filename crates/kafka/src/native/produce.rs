//! Handing records to a producer and learning what became of them.

use std::ffi::{c_int, c_void};
use std::fmt;
use std::ptr::{self, NonNull};
use std::sync::Arc;
use std::time::Duration;

use headwater_core::record::Headers;
use rdkafka_sys as sys;
use sys::rd_kafka_vtype_t as Tag;

use super::{Client, Code, Refusal, c_string, text_at, timeout_ms};

/// A topic that sending looks up no more.
pub(crate) struct Topic {
    topic: NonNull<sys::rd_kafka_topic_t>,
    client: Arc<Client>,
}

// SAFETY: a topic handle is counted and guarded by librdkafka, bound to no thread.
unsafe impl Send for Topic {}

/// What a record consists of, in librdkafka's terms.
#[derive(Debug)]
pub(crate) struct RecordParts<'a> {
    /// -1 for the partitioner's choice.
    pub(crate) partition: i32,
    pub(crate) key: Option<&'a [u8]>,
    pub(crate) value: Option<&'a [u8]>,
    /// 0 for now.
    pub(crate) timestamp_ms: i64,
    pub(crate) headers: &'a Headers,
}

/// The first record that was not delivered.
#[derive(Clone, Debug)]
pub(crate) struct DeliveryFailure {
    pub(crate) code: Code,
    pub(crate) topic: String,
    pub(crate) partition: i32,
    pub(crate) bytes: usize,
}

impl Topic {
    pub(crate) fn new(client: &Arc<Client>, name: &str) -> Result<Self, Refusal> {
        let name = c_string(name)?;
        // SAFETY: the client is open, the name is copied, null is the default configuration.
        let topic =
            unsafe { sys::rd_kafka_topic_new(client.as_ptr(), name.as_ptr(), ptr::null_mut()) };
        let Some(topic) = NonNull::new(topic) else {
            // SAFETY: reads the error number of this thread.
            return Err(Code::from(unsafe { sys::rd_kafka_last_error() }).into());
        };
        Ok(Self {
            topic,
            client: Arc::clone(client),
        })
    }

    pub(super) fn as_ptr(&self) -> *mut sys::rd_kafka_topic_t {
        self.topic.as_ptr()
    }

    /// Copies the record into the producer's queue.
    pub(crate) fn produce(&self, record: &RecordParts<'_>) -> Result<(), Code> {
        let (key, key_len) = parts_of(record.key);
        let (value, value_len) = parts_of(record.value);
        let headers = list_of(record.headers);
        // SAFETY: tags and arguments are the pairs that rdkafka.h lists for rd_kafka_producev;
        // key and value are copied; the headers become librdkafka's if it takes the record.
        let code: Code = unsafe {
            let code = sys::rd_kafka_producev(
                self.client.as_ptr(),
                Tag::RD_KAFKA_VTYPE_RKT,
                self.topic.as_ptr(),
                Tag::RD_KAFKA_VTYPE_PARTITION,
                record.partition,
                Tag::RD_KAFKA_VTYPE_MSGFLAGS,
                sys::RD_KAFKA_MSG_F_COPY as c_int,
                Tag::RD_KAFKA_VTYPE_KEY,
                key,
                key_len,
                Tag::RD_KAFKA_VTYPE_VALUE,
                value,
                value_len,
                Tag::RD_KAFKA_VTYPE_TIMESTAMP,
                record.timestamp_ms,
                Tag::RD_KAFKA_VTYPE_HEADERS,
                headers,
                Tag::RD_KAFKA_VTYPE_END,
            );
            let code = Code::from(code);
            if code.is_error() && !headers.is_null() {
                sys::rd_kafka_headers_destroy(headers);
            }
            code
        };
        if code.is_error() { Err(code) } else { Ok(()) }
    }
}

fn parts_of(bytes: Option<&[u8]>) -> (*const c_void, usize) {
    bytes.map_or((ptr::null(), 0), |bytes| {
        (bytes.as_ptr().cast::<c_void>(), bytes.len())
    })
}

/// Headers for librdkafka, which allocates them one by one; null for none, as most records have.
fn list_of(headers: &Headers) -> *mut sys::rd_kafka_headers_t {
    if headers.is_empty() {
        return ptr::null_mut();
    }
    // SAFETY: the list is ours until it is handed over; names and values are copied.
    unsafe {
        let list = sys::rd_kafka_headers_new(headers.len());
        for header in headers {
            let (value, len) = parts_of(header.value.as_deref());
            sys::rd_kafka_header_add(
                list,
                header.name.as_ptr().cast(),
                header.name.len().cast_signed(),
                value,
                len.cast_signed(),
            );
        }
        list
    }
}

impl Drop for Topic {
    fn drop(&mut self) {
        // SAFETY: ours, and the client is still open.
        unsafe { sys::rd_kafka_topic_destroy(self.topic.as_ptr()) };
    }
}

impl fmt::Debug for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Topic").finish_non_exhaustive()
    }
}

impl Client {
    /// Serves callbacks and delivery reports, waiting at most `timeout` for the first; the
    /// first failure among them.
    pub(crate) fn serve_deliveries(&self, timeout: Duration) -> Option<DeliveryFailure> {
        let mut first = None;
        let mut wait = timeout_ms(timeout);
        // SAFETY: the queue is ours for the loop; an event is read before it is destroyed, and
        // its messages with it.
        unsafe {
            let queue = sys::rd_kafka_queue_get_main(self.as_ptr());
            loop {
                let event = sys::rd_kafka_queue_poll(queue, wait);
                if event.is_null() {
                    break;
                }
                wait = 0;
                // A queue that is read by events brings errors as such, not to the callback.
                if sys::rd_kafka_event_type(event) == sys::RD_KAFKA_EVENT_ERROR {
                    let code = Code::from(sys::rd_kafka_event_error(event));
                    let fatal = sys::rd_kafka_event_error_is_fatal(event) != 0;
                    let code = if fatal { Code::FATAL } else { code };
                    let reason = text_at(sys::rd_kafka_event_error_string(event));
                    self.reports().note_error(code, reason);
                }
                loop {
                    let message = sys::rd_kafka_event_message_next(event);
                    if message.is_null() {
                        break;
                    }
                    first = first.or_else(|| failure_of(message));
                }
                sys::rd_kafka_event_destroy(event);
            }
            sys::rd_kafka_queue_destroy(queue);
        }
        first
    }

    /// Waits until nothing is under way, ignoring `linger.ms`; whether that came true in time.
    /// Failures count as under way until [`serve_deliveries`](Self::serve_deliveries) has
    /// brought them.
    pub(crate) fn flush(&self, timeout: Duration) -> bool {
        // SAFETY: the client is open.
        let code: Code = unsafe { sys::rd_kafka_flush(self.as_ptr(), timeout_ms(timeout)) }.into();
        !code.is_error()
    }

    /// Gives up whatever is under way.
    pub(crate) fn purge(&self) {
        let all = sys::RD_KAFKA_PURGE_F_QUEUE
            | sys::RD_KAFKA_PURGE_F_INFLIGHT
            | sys::RD_KAFKA_PURGE_F_NON_BLOCKING;
        // SAFETY: the client is open.
        unsafe { sys::rd_kafka_purge(self.as_ptr(), all) };
    }
}

/// # Safety
/// `message` is alive.
unsafe fn failure_of(message: *const sys::rd_kafka_message_t) -> Option<DeliveryFailure> {
    // SAFETY: by the caller's promise. The code is read as a number, because a broker may have
    // sent one that the enum does not have.
    unsafe {
        let code = Code::new((&raw const (*message).err).cast::<i32>().read());
        code.is_error().then(|| DeliveryFailure {
            code,
            topic: text_at(sys::rd_kafka_topic_name((*message).rkt)),
            partition: (*message).partition,
            bytes: (*message).len + (*message).key_len,
        })
    }
}
