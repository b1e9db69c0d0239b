//! The only unsafe code of this crate: thin safe wrappers around librdkafka's C interface.
//!
//! Every wrapper owns what it points to and frees it on drop; whatever librdkafka hands out
//! holds the [`Client`] it came from, so a client is destroyed last.
#![allow(unsafe_code)]

mod admin;
mod callbacks;
mod client;
mod code;
mod conf;
mod group;
mod list;
mod message;
mod metadata;
mod mock;
mod produce;
mod queue;
mod signal;

pub(crate) use admin::TopicToCreate;
pub(crate) use callbacks::{RebalanceNotice, Reports};
pub(crate) use client::Client;
pub(crate) use code::{Code, Refusal};
pub(crate) use conf::{Conf, Role};
pub(crate) use group::Protocol;
pub(crate) use list::PartitionList;
pub(crate) use message::Message;
pub(crate) use mock::MockCluster;
pub(crate) use produce::{DeliveryFailure, RecordParts, Topic};
pub(crate) use queue::Queue;
pub(crate) use signal::Signal;

use std::ffi::{CStr, CString, c_char};
use std::time::Duration;

/// librdkafka's timeouts are milliseconds in an `int`; -1 would mean for ever, so it is never made.
fn timeout_ms(timeout: Duration) -> i32 {
    i32::try_from(timeout.as_millis()).unwrap_or(i32::MAX)
}

/// A count for C; lists here are far below the limit.
fn c_count(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

fn c_string(text: &str) -> Result<CString, Refusal> {
    CString::new(text).map_err(|_| Refusal {
        code: Code::INVALID_ARGUMENT,
        reason: format!("{text:?} has a zero byte in it"),
    })
}

/// The text at `text`, or nothing if it is null.
///
/// # Safety
/// `text` is null or a zero-terminated string.
unsafe fn text_at(text: *const c_char) -> String {
    if text.is_null() {
        return String::new();
    }
    // SAFETY: not null, and zero-terminated by the caller's promise.
    unsafe { CStr::from_ptr(text) }
        .to_string_lossy()
        .into_owned()
}
