//! The buffer of a join with grace: records wait until the table is likely to be complete.
//!
//! The layout is drawn in `docs/formats.md`, "Records that wait for a table".

use headwater_state::StateError;
use headwater_state::buffer::{Buffered, Footprint as _};
use headwater_state::engine::{Direction, KeyRange};

use super::buffer_value;
use super::content::{StoreContent, StoredEntry};
use super::rows::{Logged, RowFormat, Rows, RowsSetup, StoreOpening};
use super::task_store::{RestoreRecord, TaskStore};
use super::{Cause, Field, StoreError, all_entries};
use crate::codec::{Part, SharedCodec};
use crate::dsl::Changes;
use crate::processor::{Bytes, InHand, RecordContext, TaskContext};
use crate::record::{Headers, Record};
use crate::time::Timestamp;

/// What local keys begin with, and the changelog's too.
const PREFIX: u8 = 0;
const TIME_BYTES: usize = 8;
const SEQUENCE_BYTES: usize = 4;
const SEQUENCE_MAX: u32 = 0x7fff_ffff;
/// Rows end with these bytes, where Kafka Streams' other buffer logs a time.
const TRAILER: [u8; 8] = [0; 8];

/// The buffer of a join with grace, in the order of timestamps.
///
/// A row is `0x00 ‖ timestamp(8) ‖ key ‖ sequence(4)` → `buffered value ‖ 0(8)`. The sequence
/// keeps records of one key and time apart. Unlike Kafka Streams, the buffer is whole again
/// after a restart: rows are counted, and the sequence goes on.
///
/// Semantics: `org.apache.kafka.streams.state.internals.RocksDBTimeOrderedKeyValueBuffer`.
pub(crate) struct GraceBuffer<K, V> {
    keys: Field<K>,
    values: Field<V>,
    rows: Rows,
    grace_ms: i64,
    /// The largest timestamp that was put.
    stream_time_ms: i64,
    /// Nothing waits that is earlier.
    min_time_ms: i64,
    sequence: u32,
    records: u64,
    /// As Kafka Streams counts.
    bytes: u64,
    /// Kept between calls, so that encoding allocates nothing.
    key_bytes: Vec<u8>,
    row_bytes: Vec<u8>,
}

/// What became of a record that was put.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Put {
    /// It waits.
    Waits,
    /// It is older than the grace: it need not wait, and was not put.
    Late,
}

/// A record whose time has come.
pub(crate) struct Due<K, V> {
    pub(crate) record: Record<K, V>,
    pub(crate) context: RecordContext,
}

impl<K: 'static, V: 'static> GraceBuffer<K, V> {
    /// `codecs_topic` is what the codecs see as the topic: the join's name.
    pub(crate) fn open(
        opening: &StoreOpening,
        codecs_topic: &str,
        key: SharedCodec<K>,
        value: SharedCodec<V>,
        grace_ms: i64,
    ) -> Self {
        let (name, topic) = (&opening.name, codecs_topic.into());
        let setup = RowsSetup {
            format: RowFormat::Plain,
            headers: Logged::WithoutHeaders,
            unlogged_prefix: 0,
            cache: None,
            changes: Changes::All,
        };
        Self {
            keys: Field::new(name, &topic, Part::Key, key),
            values: Field::new(name, &topic, Part::Value, value),
            rows: Rows::open(opening, setup),
            grace_ms,
            stream_time_ms: Timestamp::UNKNOWN.as_millis(),
            min_time_ms: i64::MAX,
            sequence: 0,
            records: 0,
            bytes: 0,
            key_bytes: Vec::new(),
            row_bytes: Vec::new(),
        }
    }

    /// Lets a record wait, unless it is late.
    pub(crate) fn put(
        &mut self,
        record: &Record<K, V>,
        task: &mut TaskContext,
    ) -> Result<Put, StoreError> {
        let time_ms = record.timestamp.as_millis();
        if self.last_due_ms() > time_ms {
            return Ok(Put::Late);
        }
        self.sequence = self.sequence.wrapping_add(1) & SEQUENCE_MAX;
        self.key_bytes.clear();
        begin_key(time_ms, &mut self.key_bytes);
        self.keys.encode(&record.key, &mut self.key_bytes)?;
        self.key_bytes
            .extend_from_slice(&self.sequence.to_be_bytes());
        self.row_bytes.clear();
        self.values.encode(&record.value, &mut self.row_bytes)?;
        let context = task.record_context(record);
        let update = Buffered::new(None, None, Some(&self.row_bytes), context);
        self.row_bytes.clear();
        buffer_value::encode(&update, &mut self.row_bytes);
        self.row_bytes.extend_from_slice(&TRAILER);
        let row = Some(&*self.row_bytes);
        let put = self.rows.put(&self.key_bytes, row, unstamped(), task);
        put.map_err(|source| self.keys.failed(source))?;
        self.count(time_ms, size(&self.key_bytes, &update));
        Ok(Put::Waits)
    }

    /// Takes the earliest record whose time has come out of the buffer.
    pub(crate) fn take_due(
        &mut self,
        task: &mut TaskContext,
    ) -> Result<Option<Due<K, V>>, StoreError> {
        let update = self.take_row(task);
        let Some(update) = update.map_err(|source| self.keys.failed(source))? else {
            return Ok(None);
        };
        let key = self.key_bytes.get(1 + TIME_BYTES..);
        let key = key.and_then(|key| key.get(..key.len().checked_sub(SEQUENCE_BYTES)?));
        let value = update.new_value().unwrap_or_default();
        let context = update.cause.clone();
        Ok(Some(Due {
            record: Record {
                key: self.keys.decode(key.unwrap_or_default())?,
                value: self.values.decode(value)?,
                timestamp: context.timestamp,
                headers: context.headers.clone(),
            },
            context,
        }))
    }

    /// Removes the earliest row whose time has come; its key is in `key_bytes` then.
    fn take_row(
        &mut self,
        task: &mut TaskContext,
    ) -> Result<Option<Buffered<RecordContext>>, StateError> {
        let (mut from, mut to) = (Vec::new(), Vec::new());
        begin_key(self.min_time_ms.max(0), &mut from);
        begin_key(self.last_due_ms().saturating_add(1).max(0), &mut to);
        let found = {
            // One scan per record that leaves: the row is removed before the next is looked for.
            let range = KeyRange::half_open(&from, &to);
            let cursor = self.rows.scan(range, Direction::Forward)?;
            cursor.entry().map(|(key, row)| {
                self.key_bytes.clear();
                self.key_bytes.extend_from_slice(key);
                buffer_value::decode(&mut Bytes(row))
            })
        };
        let Some(update) = found else {
            self.min_time_ms = match self.records {
                0 => i64::MAX,
                _ => self.last_due_ms().saturating_add(1),
            };
            return Ok(None);
        };
        let update = update?;
        self.rows.put(&self.key_bytes, None, unstamped(), task)?;
        self.records -= 1;
        self.bytes -= size(&self.key_bytes, &update);
        Ok(Some(update))
    }

    /// Records of this time and before need not wait any longer.
    const fn last_due_ms(&self) -> i64 {
        self.stream_time_ms.saturating_sub(self.grace_ms)
    }

    fn count(&mut self, time_ms: i64, bytes: u64) {
        self.stream_time_ms = self.stream_time_ms.max(time_ms);
        self.min_time_ms = self.min_time_ms.min(time_ms);
        self.records += 1;
        self.bytes += bytes;
    }

    fn restore_row(&mut self, record: &RestoreRecord<'_>) -> Result<(), StateError> {
        let held = match self.rows.get(record.key)? {
            Some(row) => Some(buffer_value::decode(&mut Bytes(&row))?),
            None => None,
        };
        if let Some(held) = held {
            self.records -= 1;
            self.bytes -= size(record.key, &held);
        }
        let mut key = Bytes(record.key);
        let what = "the key of a buffered record";
        key.of_length(1, what)?;
        let time_ms = key.long(what)?;
        let sequence = key.0.last_chunk::<SEQUENCE_BYTES>();
        let sequence = sequence.map_or(0, |bytes| u32::from_be_bytes(*bytes));
        self.sequence = self.sequence.max(sequence);
        if let Some(value) = record.value {
            let update = buffer_value::decode(&mut Bytes(value))?;
            self.count(time_ms, size(record.key, &update));
        }
        self.stream_time_ms = self.stream_time_ms.max(time_ms);
        self.rows
            .restore(record.key, record.value, record.timestamp)
    }
}

fn begin_key(time_ms: i64, out: &mut Vec<u8>) {
    out.push(PREFIX);
    out.extend_from_slice(&time_ms.to_be_bytes());
}

/// `RocksDBTimeOrderedKeyValueBuffer.computeRecordSize`.
fn size(key: &[u8], update: &Buffered<RecordContext>) -> u64 {
    let value = update.new_value().map_or(0, <[u8]>::len);
    (key.len() + value) as u64 + update.cause.footprint_bytes()
}

/// The changelog is stamped when it is sent: no record causes the removal of a row.
fn unstamped() -> Cause {
    Cause {
        timestamp: Timestamp::UNKNOWN,
        headers: Headers::new(),
        in_hand: InHand::default(),
    }
}

impl<K: 'static, V: 'static> TaskStore for GraceBuffer<K, V> {
    /// Every write went through.
    fn flush(&mut self, _: &mut TaskContext) -> Result<(), StoreError> {
        Ok(())
    }

    fn restore(&mut self, record: &RestoreRecord<'_>) -> Result<(), StoreError> {
        let restored = self.restore_row(record);
        restored.map_err(|source| self.keys.failed(source))
    }

    /// Values as Kafka Streams keeps them locally: without the bytes that the changelog adds.
    fn content(&self) -> Result<StoreContent, StoreError> {
        let entries = all_entries(&self.rows, 0).map_err(|source| self.keys.failed(source))?;
        let entries = entries.into_iter().map(|mut entry| {
            let length = entry.value.len().saturating_sub(TRAILER.len());
            entry.value.truncate(length);
            entry
        });
        let entries: Vec<StoredEntry> = entries.collect();
        Ok(StoreContent::Buffer {
            entries,
            bytes: self.bytes,
            min_timestamp_ms: (self.min_time_ms != i64::MAX).then_some(self.min_time_ms),
        })
    }
}
