//! The handle of an open client.

use std::ffi::c_char;
use std::fmt;
use std::ptr::NonNull;

use rdkafka_sys as sys;

use super::callbacks::Reports;
use super::{Code, Refusal, text_at};

/// An open client; destroyed when the last owner lets go.
pub(crate) struct Client {
    handle: NonNull<sys::rd_kafka_t>,
    /// What the callbacks write to; its address is librdkafka's until the handle is destroyed.
    reports: Box<Reports>,
}

// SAFETY: librdkafka's calls on a handle are thread-safe (INTRODUCTION.md, "Threads and
// callbacks"); what its callbacks touch of ours is behind mutexes and atomics.
unsafe impl Send for Client {}
// SAFETY: as above.
unsafe impl Sync for Client {}

impl Client {
    pub(super) fn new(handle: NonNull<sys::rd_kafka_t>, reports: Box<Reports>) -> Self {
        Self { handle, reports }
    }

    pub(super) fn as_ptr(&self) -> *mut sys::rd_kafka_t {
        self.handle.as_ptr()
    }

    /// What the callbacks have told.
    pub(crate) fn reports(&self) -> &Reports {
        &self.reports
    }

    /// Why the client cannot go on, if it cannot.
    pub(crate) fn fatal_error(&self) -> Option<Refusal> {
        let mut message = [0 as c_char; 512];
        // SAFETY: the message's size is given, and it is zero-terminated on return.
        let (code, reason) = unsafe {
            let code: Code =
                sys::rd_kafka_fatal_error(self.as_ptr(), message.as_mut_ptr(), message.len())
                    .into();
            (code, text_at(message.as_ptr()))
        };
        code.is_error().then_some(Refusal { code, reason })
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // SAFETY: all queues, messages and topics hold this client, so none is left. A consumer
        // that was to leave its group has been closed; one that was only dropped goes at once.
        unsafe {
            sys::rd_kafka_destroy_flags(self.as_ptr(), sys::RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
        }
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").finish_non_exhaustive()
    }
}
