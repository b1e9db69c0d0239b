//! Queues of a client: one for group matters and errors, one for each assigned partition.

use std::ffi::c_void;
use std::fmt;
use std::ptr::{self, NonNull};
use std::sync::Arc;

use rdkafka_sys as sys;

use super::{Client, Message, Refusal, Signal, c_string};

/// A queue that raises a [`Signal`] when something arrives in it while it is empty.
pub(crate) struct Queue {
    handle: NonNull<sys::rd_kafka_queue_t>,
    /// Its address is librdkafka's while the event is enabled, which is as long as this lives.
    _signal: Arc<Signal>,
    _client: Arc<Client>,
}

// SAFETY: librdkafka guards its queues with mutexes; the pointer is bound to no thread.
unsafe impl Send for Queue {}

impl Queue {
    /// The queue of everything but records.
    pub(crate) fn of_consumer(client: &Arc<Client>, signal: &Arc<Signal>) -> Self {
        // SAFETY: the client is open.
        let queue = unsafe { sys::rd_kafka_queue_get_consumer(client.as_ptr()) };
        Self::new(queue, client, signal)
    }

    /// The queue of one partition, cut off from the consumer's.
    ///
    /// To be made before the partition is assigned: the cut marks the queue as the
    /// application's, and the start of fetching leaves such a queue alone
    /// (`rd_kafka_toppar_op_fetch_start`).
    pub(crate) fn of_partition(
        client: &Arc<Client>,
        topic: &str,
        partition: i32,
        signal: &Arc<Signal>,
    ) -> Result<Self, Refusal> {
        let topic = c_string(topic)?;
        // SAFETY: the client is open, the name outlives the call, null ends the forwarding.
        let queue = unsafe {
            let queue =
                sys::rd_kafka_queue_get_partition(client.as_ptr(), topic.as_ptr(), partition);
            sys::rd_kafka_queue_forward(queue, ptr::null_mut());
            queue
        };
        Ok(Self::new(queue, client, signal))
    }

    fn new(queue: *mut sys::rd_kafka_queue_t, client: &Arc<Client>, signal: &Arc<Signal>) -> Self {
        let handle = NonNull::new(queue).expect("a consumer that is open has its queues");
        // SAFETY: the signal is kept alive by the `Queue`, which disables the event on drop.
        unsafe {
            sys::rd_kafka_queue_cb_event_enable(
                handle.as_ptr(),
                Some(on_arrival),
                Arc::as_ptr(signal).cast_mut().cast::<c_void>(),
            );
        }
        Self {
            handle,
            _signal: Arc::clone(signal),
            _client: Arc::clone(client),
        }
    }

    /// Appends at most `records_max` messages that are there already, and serves callbacks.
    pub(crate) fn take(&self, records_max: usize, messages: &mut Vec<Message>) {
        messages.reserve(records_max);
        let room = messages.spare_capacity_mut().as_mut_ptr();
        // SAFETY: there is room for `records_max` pointers, `Message` is one pointer
        // (`repr(transparent)`), and librdkafka gives the first `count` of them to us.
        unsafe {
            let count = sys::rd_kafka_consume_batch_queue(
                self.handle.as_ptr(),
                0,
                room.cast::<*mut sys::rd_kafka_message_t>(),
                records_max,
            );
            let count = usize::try_from(count).unwrap_or(0);
            messages.set_len(messages.len() + count);
        }
    }
}

impl Drop for Queue {
    fn drop(&mut self) {
        // SAFETY: ours. The event is disabled under the queue's lock, under which it also
        // fires, so the signal is not touched after this.
        unsafe {
            sys::rd_kafka_queue_cb_event_enable(self.handle.as_ptr(), None, ptr::null_mut());
            sys::rd_kafka_queue_destroy(self.handle.as_ptr());
        }
    }
}

impl fmt::Debug for Queue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Queue").finish_non_exhaustive()
    }
}

/// Runs on librdkafka's threads, under the queue's lock: raises a flag and nothing else.
unsafe extern "C" fn on_arrival(_client: *mut sys::rd_kafka_t, signal: *mut c_void) {
    // SAFETY: the pointer was made from an `Arc<Signal>` that outlives the event.
    let signal = unsafe { &*signal.cast_const().cast::<Signal>() };
    signal.arrived();
}
