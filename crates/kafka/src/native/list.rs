//! Lists of partitions with offsets.

use std::fmt;
use std::ptr::{self, NonNull};

use headwater_core::record::{Partition, TopicPartition};
use rdkafka_sys as sys;

use super::{Code, Refusal, c_count, c_string, text_at};

/// Partitions with an offset, metadata and an error each.
pub(crate) struct PartitionList(NonNull<sys::rd_kafka_topic_partition_list_t>);

// SAFETY: a list is plain memory with one owner.
unsafe impl Send for PartitionList {}

impl PartitionList {
    /// In place of an offset: the committed one, else where `auto.offset.reset` says.
    pub(crate) const STORED: i64 = sys::RD_KAFKA_OFFSET_STORED as i64;
    /// In place of an offset: the oldest record.
    pub(crate) const BEGINNING: i64 = sys::RD_KAFKA_OFFSET_BEGINNING as i64;
    /// In place of an offset: after the newest record.
    pub(crate) const END: i64 = sys::RD_KAFKA_OFFSET_END as i64;
    /// In place of an offset: none.
    pub(crate) const INVALID: i64 = sys::RD_KAFKA_OFFSET_INVALID as i64;
    /// In place of a partition: any, as in a subscription.
    pub(crate) const ANY_PARTITION: i32 = -1;

    pub(crate) fn with_capacity(count: usize) -> Self {
        // SAFETY: no pointers; the result is ours.
        let list = unsafe { sys::rd_kafka_topic_partition_list_new(c_count(count)) };
        Self(NonNull::new(list).expect("librdkafka aborts rather than run out of memory"))
    }

    /// Partitions without offsets.
    pub(crate) fn of<'a>(
        partitions: impl ExactSizeIterator<Item = &'a TopicPartition>,
    ) -> Result<Self, Refusal> {
        let mut list = Self::with_capacity(partitions.len());
        for partition in partitions {
            list.add(
                &partition.topic,
                partition.partition.index(),
                Self::INVALID,
                "",
            )?;
        }
        Ok(list)
    }

    pub(super) fn as_ptr(&self) -> *mut sys::rd_kafka_topic_partition_list_t {
        self.0.as_ptr()
    }

    pub(crate) fn add(
        &mut self,
        topic: &str,
        partition: i32,
        offset: i64,
        metadata: &str,
    ) -> Result<(), Refusal> {
        let topic = c_string(topic)?;
        // SAFETY: the list is ours and copies the name. The metadata is freed with the list by
        // the allocator that it is taken from here.
        unsafe {
            let entry =
                sys::rd_kafka_topic_partition_list_add(self.as_ptr(), topic.as_ptr(), partition);
            (*entry).offset = offset;
            if !metadata.is_empty() {
                let copy = sys::rd_kafka_mem_malloc(ptr::null_mut(), metadata.len());
                ptr::copy_nonoverlapping(metadata.as_ptr(), copy.cast::<u8>(), metadata.len());
                (*entry).metadata = copy;
                (*entry).metadata_size = metadata.len();
            }
        }
        Ok(())
    }

    pub(crate) fn is_empty(&self) -> bool {
        // SAFETY: the list is ours.
        unsafe { (*self.as_ptr()).cnt == 0 }
    }

    /// The entries, in the order they were added.
    pub(crate) fn entries(&self) -> Vec<Entry> {
        // SAFETY: the list is ours.
        unsafe { entries_of(self.as_ptr()) }
    }
}

/// One entry of a [`PartitionList`], copied out.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) partition: TopicPartition,
    pub(crate) offset: i64,
    pub(crate) metadata: String,
    pub(crate) code: Code,
}

/// # Safety
/// `list` is null or a list that nobody changes meanwhile.
pub(super) unsafe fn entries_of(list: *const sys::rd_kafka_topic_partition_list_t) -> Vec<Entry> {
    if list.is_null() {
        return Vec::new();
    }
    // SAFETY: the list has `cnt` elements; texts are zero-terminated, metadata is sized. The
    // code is read as a number because brokers may send one that the enum does not have.
    unsafe {
        let count = usize::try_from((*list).cnt).unwrap_or(0);
        (0..count)
            .map(|index| {
                let entry = (*list).elems.add(index);
                let metadata = (*entry).metadata;
                let metadata = if metadata.is_null() {
                    String::new()
                } else {
                    let bytes =
                        std::slice::from_raw_parts(metadata.cast::<u8>(), (*entry).metadata_size);
                    String::from_utf8_lossy(bytes).into_owned()
                };
                Entry {
                    partition: TopicPartition::new(
                        text_at((*entry).topic),
                        Partition::new((*entry).partition),
                    ),
                    offset: (*entry).offset,
                    metadata,
                    code: Code::new((&raw const (*entry).err).cast::<i32>().read()),
                }
            })
            .collect()
    }
}

impl Drop for PartitionList {
    fn drop(&mut self) {
        // SAFETY: ours.
        unsafe { sys::rd_kafka_topic_partition_list_destroy(self.as_ptr()) };
    }
}

impl fmt::Debug for PartitionList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.entries()).finish()
    }
}
