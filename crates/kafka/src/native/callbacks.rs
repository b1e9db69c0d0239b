//! What librdkafka calls: each callback notes what happened and returns; none unwinds into C.

use std::collections::VecDeque;
use std::ffi::{c_char, c_int, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use headwater_core::record::TopicPartition;
use rdkafka_sys as sys;
use sys::rd_kafka_resp_err_t as Native;

use super::group::protocol_of;
use super::list::entries_of;
use super::{Code, Protocol, Refusal, text_at};

/// At most so many alarms wait to be told; the same one is told once.
const ALARMS_MAX: usize = 16;

/// A step of a rebalance that waits for an answer.
#[derive(Debug)]
pub(crate) enum RebalanceNotice {
    Assigned(Vec<TopicPartition>),
    Revoked(Vec<TopicPartition>, Protocol),
    Lost(Vec<TopicPartition>),
}

/// What the callbacks of one client have to tell.
#[derive(Debug)]
pub(crate) struct Reports {
    address: String,
    rebalances: Mutex<VecDeque<RebalanceNotice>>,
    alarms: Mutex<VecDeque<Refusal>>,
    trouble: Mutex<Option<Refusal>>,
    trouble_count: AtomicU64,
    closing: AtomicBool,
}

impl Reports {
    /// Nothing yet, about the cluster at `address`.
    pub(crate) fn new(address: &str) -> Self {
        Self {
            address: address.to_owned(),
            rebalances: Mutex::default(),
            alarms: Mutex::default(),
            trouble: Mutex::default(),
            trouble_count: AtomicU64::new(0),
            closing: AtomicBool::new(false),
        }
    }

    pub(crate) fn next_rebalance(&self) -> Option<RebalanceNotice> {
        lock(&self.rebalances).pop_front()
    }

    /// The next error that polling on does not cure.
    pub(crate) fn next_alarm(&self) -> Option<Refusal> {
        lock(&self.alarms).pop_front()
    }

    /// The latest trouble with the connections, to explain why an answer does not come.
    pub(crate) fn latest_trouble(&self) -> Option<Refusal> {
        lock(&self.trouble).clone()
    }

    /// From here on rebalances are answered in the callback, with an empty assignment.
    pub(crate) fn start_closing(&self) {
        self.closing.store(true, Ordering::Release);
    }

    pub(super) fn note_error(&self, code: Code, reason: String) {
        let refusal = Refusal { code, reason };
        let known = lock(&self.trouble).as_ref() == Some(&refusal);
        let incurable = code == Code::FATAL
            || code.is(Native::RD_KAFKA_RESP_ERR__AUTHENTICATION)
            || code.is(Native::RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED);
        if incurable && !known {
            let mut alarms = lock(&self.alarms);
            if alarms.len() < ALARMS_MAX {
                alarms.push_back(refusal.clone());
            }
        }
        self.log(&refusal, incurable && !known);
        if incurable || is_connection_trouble(code) {
            *lock(&self.trouble) = Some(refusal);
        }
    }

    /// Logs trouble. Without a clock the rate is bounded by logging the 1st, 2nd, 4th, 8th … time
    /// only; that all brokers are down only follows from what was logged for each.
    fn log(&self, refusal: &Refusal, is_news: bool) {
        let (address, reason) = (&self.address, &refusal.reason);
        if is_news {
            tracing::error!(target: "librdkafka", %address, "{reason}");
        } else if refusal.code.is(Native::RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) {
            tracing::debug!(target: "librdkafka", %address, "{reason}");
        } else {
            let count = self.trouble_count.fetch_add(1, Ordering::Relaxed) + 1;
            if count.is_power_of_two() {
                tracing::warn!(target: "librdkafka", %address, count, "{reason}");
            }
        }
    }
}

/// Whether this explains why no answer comes; other errors follow from one of these.
fn is_connection_trouble(code: Code) -> bool {
    [
        Native::RD_KAFKA_RESP_ERR__TRANSPORT,
        Native::RD_KAFKA_RESP_ERR__RESOLVE,
        Native::RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN,
        Native::RD_KAFKA_RESP_ERR__SSL,
    ]
    .into_iter()
    .any(|native| code.is(native))
}

/// # Safety
/// `opaque` is the [`Reports`] of the client that calls, which outlive it.
unsafe fn reports_at<'a>(opaque: *mut c_void) -> &'a Reports {
    // SAFETY: by the caller's promise; reports are only ever shared.
    unsafe { &*opaque.cast_const().cast::<Reports>() }
}

/// Called from any of librdkafka's threads.
pub(super) unsafe extern "C" fn on_log(
    _client: *const sys::rd_kafka_t,
    level: c_int,
    facility: *const c_char,
    line: *const c_char,
) {
    // SAFETY: both are zero-terminated for the time of the call.
    let (facility, line) = unsafe { (text_at(facility), text_at(line)) };
    // Properties without a prefix go to every kind of client, so those of another kind are no
    // news; neither are lost connections, which the error callback reports with the address.
    let expected = (facility == "CONFWARN" && line.contains("will be ignored by"))
        || matches!(facility.as_str(), "FAIL" | "ERROR");
    // A subscriber that panics must not take the process down through C frames.
    let _ = catch_unwind(AssertUnwindSafe(|| match level {
        _ if expected => tracing::debug!(target: "librdkafka", %facility, "{line}"),
        0..=3 => tracing::error!(target: "librdkafka", %facility, "{line}"),
        4 => tracing::warn!(target: "librdkafka", %facility, "{line}"),
        5 | 6 => tracing::info!(target: "librdkafka", %facility, "{line}"),
        _ => tracing::debug!(target: "librdkafka", %facility, "{line}"),
    }));
}

/// Called by the thread that serves the client's queue.
pub(super) unsafe extern "C" fn on_error(
    client: *mut sys::rd_kafka_t,
    code: c_int,
    reason: *const c_char,
    opaque: *mut c_void,
) {
    // SAFETY: librdkafka passes the opaque of the configuration and a zero-terminated reason.
    let (reports, mut reason) = unsafe { (reports_at(opaque), text_at(reason)) };
    let code = Code::new(code);
    if code == Code::FATAL {
        let mut message = [0 as c_char; 512];
        // SAFETY: the message's size is given, and it is zero-terminated on return.
        reason = unsafe {
            sys::rd_kafka_fatal_error(client, message.as_mut_ptr(), message.len());
            text_at(message.as_ptr())
        };
    }
    let _ = catch_unwind(AssertUnwindSafe(|| reports.note_error(code, reason)));
}

/// Called by the thread that serves the consumer's queue. Nothing is assigned here: librdkafka
/// waits, also after the callback, until the application assigns (`rd_kafka_poll_cb` only calls).
pub(super) unsafe extern "C" fn on_rebalance(
    client: *mut sys::rd_kafka_t,
    code: sys::rd_kafka_resp_err_t,
    partitions: *mut sys::rd_kafka_topic_partition_list_t,
    opaque: *mut c_void,
) {
    // SAFETY: librdkafka passes the opaque of the configuration and a list for the call's time.
    let (reports, entries) = unsafe { (reports_at(opaque), entries_of(partitions)) };
    let partitions: Vec<_> = entries.into_iter().map(|entry| entry.partition).collect();
    let code = Code::from(code);
    let assigned = code.is(Native::RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS);
    let revoked = code.is(Native::RD_KAFKA_RESP_ERR__REVOKE_PARTITIONS);
    if reports.closing.load(Ordering::Acquire) || !(assigned || revoked) {
        // SAFETY: the client is open; null is the empty assignment.
        unsafe { sys::rd_kafka_assign(client, std::ptr::null()) };
        return;
    }
    let notice = if assigned {
        RebalanceNotice::Assigned(partitions)
        // SAFETY: the client is open.
    } else if unsafe { sys::rd_kafka_assignment_lost(client) } != 0 {
        RebalanceNotice::Lost(partitions)
    } else {
        // SAFETY: the client is open.
        RebalanceNotice::Revoked(partitions, unsafe { protocol_of(client) })
    };
    lock(&reports.rebalances).push_back(notice);
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
