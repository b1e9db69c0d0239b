//! Membership of a consumer in its group: subscription, assignment, committed offsets.

use std::ffi::{CStr, c_int};
use std::ptr;
use std::time::Duration;

use rdkafka_sys as sys;
use sys::{rd_kafka_resp_err_t, rd_kafka_t, rd_kafka_topic_partition_list_t};

use super::code::take_error;
use super::{Client, Code, PartitionList, Refusal, c_string, timeout_ms};

/// How the group hands partitions over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// All at once.
    Eager,
    /// Only what moves.
    Cooperative,
}

impl Client {
    pub(crate) fn subscribe(&self, topics: &PartitionList) -> Result<(), Refusal> {
        // SAFETY: the list is copied.
        Code::from(unsafe { sys::rd_kafka_subscribe(self.as_ptr(), topics.as_ptr()) }).check()
    }

    /// The protocol that the members of the group have agreed on; eager if there is none yet.
    pub(crate) fn rebalance_protocol(&self) -> Protocol {
        // SAFETY: the client is open; the answer is a constant of librdkafka's.
        unsafe { protocol_of(self.as_ptr()) }
    }

    /// Reads these partitions and no others.
    pub(crate) fn assign(&self, partitions: &PartitionList) -> Result<(), Refusal> {
        // SAFETY: the list is copied.
        Code::from(unsafe { sys::rd_kafka_assign(self.as_ptr(), partitions.as_ptr()) }).check()
    }

    /// Reads nothing any more.
    pub(crate) fn unassign(&self) -> Result<(), Refusal> {
        // SAFETY: null is the empty assignment.
        Code::from(unsafe { sys::rd_kafka_assign(self.as_ptr(), ptr::null()) }).check()
    }

    /// Reads these partitions too.
    pub(crate) fn assign_more(&self, partitions: &PartitionList) -> Result<(), Refusal> {
        // SAFETY: the list is copied, the error is ours.
        unsafe {
            take_error(sys::rd_kafka_incremental_assign(
                self.as_ptr(),
                partitions.as_ptr(),
            ))
        }
    }

    /// Reads these partitions no longer.
    pub(crate) fn unassign_some(&self, partitions: &PartitionList) -> Result<(), Refusal> {
        // SAFETY: the list is copied, the error is ours.
        unsafe {
            take_error(sys::rd_kafka_incremental_unassign(
                self.as_ptr(),
                partitions.as_ptr(),
            ))
        }
    }

    /// Reads these partitions from the offsets in the list on. With a zero timeout the answer is
    /// not waited for; what was fetched before is dropped at once all the same.
    pub(crate) fn seek(
        &self,
        partitions: &mut PartitionList,
        timeout: Duration,
    ) -> Result<(), Refusal> {
        // SAFETY: the list is ours and written to, the error is ours.
        unsafe {
            take_error(sys::rd_kafka_seek_partitions(
                self.as_ptr(),
                partitions.as_ptr(),
                timeout_ms(timeout),
            ))?;
        }
        if timeout.is_zero() {
            return Ok(());
        }
        partitions
            .entries()
            .iter()
            .try_for_each(|entry| entry.code.check())
    }

    /// Commits the offsets in the list and waits for the answer.
    pub(crate) fn commit(&self, offsets: &PartitionList) -> Result<(), Refusal> {
        type ByEnum = unsafe extern "C" fn(
            *mut rd_kafka_t,
            *const rd_kafka_topic_partition_list_t,
            c_int,
        ) -> rd_kafka_resp_err_t;
        type ByNumber = unsafe extern "C" fn(
            *mut rd_kafka_t,
            *const rd_kafka_topic_partition_list_t,
            c_int,
        ) -> i32;
        // SAFETY: the enum is `repr(i32)`, so both signatures call the same way; the answer may
        // be a broker's code that the enum does not have. The list is copied.
        let code = unsafe {
            let commit = std::mem::transmute::<ByEnum, ByNumber>(sys::rd_kafka_commit);
            commit(self.as_ptr(), offsets.as_ptr(), 0)
        };
        Code::new(code).check()
    }

    /// Fills the list with what is committed.
    pub(crate) fn committed(
        &self,
        partitions: &mut PartitionList,
        timeout: Duration,
    ) -> Result<(), Refusal> {
        // SAFETY: the list is ours and written to.
        let code = unsafe {
            sys::rd_kafka_committed(self.as_ptr(), partitions.as_ptr(), timeout_ms(timeout))
        };
        Code::from(code).check()
    }

    /// The offset after the newest record of a partition, as the last answer to a fetch had it.
    pub(crate) fn known_end(&self, topic: &str, partition: i32) -> Option<i64> {
        let topic = c_string(topic).ok()?;
        let (mut start, mut end) = (PartitionList::INVALID, PartitionList::INVALID);
        // SAFETY: the client is open; both offsets are ours and written to.
        let code = unsafe {
            sys::rd_kafka_get_watermark_offsets(
                self.as_ptr(),
                topic.as_ptr(),
                partition,
                &raw mut start,
                &raw mut end,
            )
        };
        (!Code::from(code).is_error() && end >= 0).then_some(end)
    }

    /// Replaces the times in the list by offsets.
    pub(crate) fn offsets_for_times(
        &self,
        times: &mut PartitionList,
        timeout: Duration,
    ) -> Result<(), Refusal> {
        // SAFETY: the list is ours and written to.
        let code = unsafe {
            sys::rd_kafka_offsets_for_times(self.as_ptr(), times.as_ptr(), timeout_ms(timeout))
        };
        Code::from(code).check()
    }

    /// Leaves the group and waits until that is done. Rebalances that come up on the way are
    /// answered in the callback.
    pub(crate) fn close(&self) -> Result<(), Refusal> {
        self.reports().start_closing();
        // SAFETY: the client is open; closing twice is answered with an error code.
        Code::from(unsafe { sys::rd_kafka_consumer_close(self.as_ptr()) }).check()
    }
}

/// # Safety
/// `client` is an open consumer.
pub(super) unsafe fn protocol_of(client: *mut rd_kafka_t) -> Protocol {
    // SAFETY: the answer is null or a constant string.
    let name = unsafe { sys::rd_kafka_rebalance_protocol(client) };
    // SAFETY: not null where it is read.
    if !name.is_null() && unsafe { CStr::from_ptr(name) } == c"COOPERATIVE" {
        Protocol::Cooperative
    } else {
        Protocol::Eager
    }
}
