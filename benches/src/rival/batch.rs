//! The loop over librdkafka itself: take a batch, send each record by a topic handle.
#![allow(unsafe_code)] // the calls are not wrapped by rust-rdkafka, and are what is measured here

use std::ffi::{CString, c_int, c_void};
use std::ptr::{self, NonNull};
use std::slice;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, bail};
use rdkafka::consumer::Consumer;
use rdkafka::producer::Producer;
use rdkafka_sys as sys;
use sys::rd_kafka_resp_err_t as Code;
use sys::rd_kafka_vtype_t as Tag;

use super::{Rival, WAIT};

/// Records taken at a time.
const BATCH_RECORDS: usize = 2_000;
/// The partitioner chooses.
const ANY_PARTITION: i32 = -1;
/// How long a full queue of the producer is left to drain.
const QUEUE_FULL_WAIT: Duration = Duration::from_millis(5);

pub(super) fn run(mut rival: Rival<'_>) -> Result<()> {
    join(&mut rival)?;
    // Dropped before the clients of `rival`, which both handles belong to.
    let queue = Queue::of(&rival)?;
    let output = Output::open(&rival)?;
    let (mut batch, mut room) = (Vec::new(), Vec::new());
    while !rival.is_done() {
        queue.take(&mut batch)?;
        if batch.is_empty() {
            rival.idled()?;
            continue;
        }
        let records = batch.len() as u64;
        for message in batch.drain(..) {
            send(&rival, &output, &message, &mut room)?;
        }
        rival.advance(records);
        rival.turn()?;
    }
    drop((output, queue));
    rival.finish()
}

/// Polls until the group has given its partitions: assigning them is an event that rust-rdkafka
/// answers. The group has no other member, so that it happens once.
fn join(rival: &mut Rival<'_>) -> Result<()> {
    while rival.consumer.assignment()?.count() == 0 {
        if let Some(polled) = rival.consumer.poll(Duration::from_millis(1)) {
            polled.context("cannot join the group")?;
            bail!("a record came before its partition was assigned");
        }
        rival.idled()?;
    }
    Ok(())
}

fn send(rival: &Rival<'_>, output: &Output, message: &Message, room: &mut Vec<u8>) -> Result<()> {
    message.check()?;
    let value = rival.arguments.workload.apply(message.value(), room);
    let value = value.with_context(|| message.place())?;
    let mut headers = message.take_headers();
    loop {
        match output.produce(rival, message, value, headers) {
            Code::RD_KAFKA_RESP_ERR_NO_ERROR => return Ok(()),
            Code::RD_KAFKA_RESP_ERR__QUEUE_FULL => {
                rival.producer.poll(QUEUE_FULL_WAIT);
                rival.producer.context().check()?;
            }
            code => {
                destroy(&mut headers);
                return Err(anyhow!("cannot produce: {code:?}"));
            }
        }
    }
}

/// The queue of all assigned partitions.
struct Queue(NonNull<sys::rd_kafka_queue_t>);

impl Queue {
    fn of(rival: &Rival<'_>) -> Result<Self> {
        // SAFETY: the consumer is open.
        let queue =
            unsafe { sys::rd_kafka_queue_get_consumer(rival.consumer.client().native_ptr()) };
        NonNull::new(queue)
            .map(Self)
            .context("the consumer has no queue")
    }

    /// Waits for records and appends them to `batch`.
    fn take(&self, batch: &mut Vec<Message>) -> Result<()> {
        batch.reserve(BATCH_RECORDS);
        let wait_ms = c_int::try_from(WAIT.as_millis())?;
        // SAFETY: there is room for so many pointers, `Message` is one pointer
        // (`repr(transparent)`), and the first `count` of them are ours from here on.
        unsafe {
            let count = sys::rd_kafka_consume_batch_queue(
                self.0.as_ptr(),
                wait_ms,
                batch.spare_capacity_mut().as_mut_ptr().cast(),
                BATCH_RECORDS,
            );
            let count = usize::try_from(count).context("cannot consume")?;
            batch.set_len(batch.len() + count);
        }
        Ok(())
    }
}

impl Drop for Queue {
    fn drop(&mut self) {
        // SAFETY: ours, and its consumer is open.
        unsafe { sys::rd_kafka_queue_destroy(self.0.as_ptr()) };
    }
}

/// The output topic, looked up once.
struct Output(NonNull<sys::rd_kafka_topic_t>);

impl Output {
    fn open(rival: &Rival<'_>) -> Result<Self> {
        let name = CString::new(rival.arguments.out_topic.as_str())?;
        let client = rival.producer.client().native_ptr();
        // SAFETY: the producer is open, the name is copied, null is the default configuration.
        let topic = unsafe { sys::rd_kafka_topic_new(client, name.as_ptr(), ptr::null_mut()) };
        NonNull::new(topic)
            .map(Self)
            .with_context(|| format!("cannot open topic {}", rival.arguments.out_topic))
    }

    /// Copies key and value into the producer's queue; `headers` become its own if it takes them.
    fn produce(
        &self,
        rival: &Rival<'_>,
        message: &Message,
        value: Option<&[u8]>,
        headers: *mut sys::rd_kafka_headers_t,
    ) -> Code {
        let (key, key_len) = parts_of(message.key());
        let (value, value_len) = parts_of(value);
        // SAFETY: tags and arguments are the pairs that rdkafka.h lists for rd_kafka_producev.
        unsafe {
            sys::rd_kafka_producev(
                rival.producer.client().native_ptr(),
                Tag::RD_KAFKA_VTYPE_RKT,
                self.0.as_ptr(),
                Tag::RD_KAFKA_VTYPE_PARTITION,
                ANY_PARTITION,
                Tag::RD_KAFKA_VTYPE_MSGFLAGS,
                sys::RD_KAFKA_MSG_F_COPY as c_int,
                Tag::RD_KAFKA_VTYPE_KEY,
                key,
                key_len,
                Tag::RD_KAFKA_VTYPE_VALUE,
                value,
                value_len,
                Tag::RD_KAFKA_VTYPE_TIMESTAMP,
                message.timestamp_ms(),
                Tag::RD_KAFKA_VTYPE_HEADERS,
                headers,
                Tag::RD_KAFKA_VTYPE_END,
            )
        }
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        // SAFETY: ours, and its producer is open.
        unsafe { sys::rd_kafka_topic_destroy(self.0.as_ptr()) };
    }
}

/// A record in the client's memory.
#[repr(transparent)]
struct Message(NonNull<sys::rd_kafka_message_t>);

impl Message {
    fn parts(&self) -> &sys::rd_kafka_message_t {
        // SAFETY: alive until it is dropped, and written to by nobody.
        unsafe { self.0.as_ref() }
    }

    fn check(&self) -> Result<()> {
        match self.parts().err {
            Code::RD_KAFKA_RESP_ERR_NO_ERROR => Ok(()),
            code => Err(anyhow!("cannot consume: {code:?}")),
        }
    }

    fn place(&self) -> String {
        let parts = self.parts();
        format!("partition {} offset {}", parts.partition, parts.offset)
    }

    fn key(&self) -> Option<&[u8]> {
        // SAFETY: key and length belong together, for as long as the message is alive.
        unsafe { bytes_at(self.parts().key, self.parts().key_len) }
    }

    fn value(&self) -> Option<&[u8]> {
        // SAFETY: as for the key.
        unsafe { bytes_at(self.parts().payload, self.parts().len) }
    }

    /// 0, which is read as "now", if the record has none.
    fn timestamp_ms(&self) -> i64 {
        let mut kind = sys::rd_kafka_timestamp_type_t::RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
        // SAFETY: the message is alive.
        unsafe { sys::rd_kafka_message_timestamp(self.0.as_ptr(), &raw mut kind) }.max(0)
    }

    /// The headers, no longer the message's; null if it has none.
    fn take_headers(&self) -> *mut sys::rd_kafka_headers_t {
        let mut headers = ptr::null_mut();
        // SAFETY: the message is alive; without headers the pointer stays null.
        unsafe { sys::rd_kafka_message_detach_headers(self.0.as_ptr(), &raw mut headers) };
        headers
    }
}

impl Drop for Message {
    fn drop(&mut self) {
        // SAFETY: ours, and its consumer is open.
        unsafe { sys::rd_kafka_message_destroy(self.0.as_ptr()) };
    }
}

fn destroy(headers: &mut *mut sys::rd_kafka_headers_t) {
    if !headers.is_null() {
        // SAFETY: ours, as no producer took them.
        unsafe { sys::rd_kafka_headers_destroy(*headers) };
        *headers = ptr::null_mut();
    }
}

fn parts_of(bytes: Option<&[u8]>) -> (*const c_void, usize) {
    bytes.map_or((ptr::null(), 0), |bytes| {
        (bytes.as_ptr().cast(), bytes.len())
    })
}

/// # Safety
/// `start` is null or the start of `len` bytes that live as long as `'a`.
unsafe fn bytes_at<'a>(start: *const c_void, len: usize) -> Option<&'a [u8]> {
    if start.is_null() {
        return None;
    }
    // SAFETY: not null, and the rest is the caller's promise.
    Some(unsafe { slice::from_raw_parts(start.cast(), len) })
}
