//! Window stores that keep several rows of one key and start, as stream-stream joins need it.
//!
//! Kafka Streams numbers such rows twice, in the store and in its changelog. The two counts part
//! where a row is logged and not kept.

use headwater_state::key::WindowKey;

use super::{Duplicates, PutWindow, WindowRows};
use crate::codec::IsNull;
use crate::dsl::StoreType;
use crate::processor::TaskContext;
use crate::store::{Cause, StoreError};
use crate::time::Timestamp;

/// A row as bytes, to be added later: what it was encoded from may be gone by then. Kept between
/// records, so that encoding allocates nothing.
#[derive(Debug, Default)]
pub(crate) struct EncodedRow {
    key: Vec<u8>,
    /// `None` for a null.
    row: Option<Vec<u8>>,
    /// Where the bytes of a row are while it is null.
    spare: Vec<u8>,
    local_key: Vec<u8>,
}

/// Numbers of rows that are equal otherwise. As in Kafka Streams they have 31 bits; unlike there
/// they go on after a restart, where a row would otherwise replace one of its key and time from
/// before it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sequence(u32);

impl Sequence {
    const fn next(&mut self) -> u32 {
        self.0 = (self.0 + 1) & 0x7fff_ffff;
        self.0
    }

    /// Notes a number that was restored.
    pub(super) const fn restored(&mut self, number: u32) {
        if number > self.0 {
            self.0 = number;
        }
    }
}

impl<K: 'static, V: 'static> WindowRows<K, V> {
    /// Encodes a row, replacing what `row` held.
    pub(crate) fn encode(
        &self,
        key: &K,
        value: &V,
        timestamp: Timestamp,
        row: &mut EncodedRow,
    ) -> Result<(), StoreError> {
        row.key.clear();
        self.keys.encode(key, &mut row.key)?;
        let bytes = row.row.take();
        let mut bytes = bytes.unwrap_or_else(|| std::mem::take(&mut row.spare));
        bytes.clear();
        self.rows.format().begin(timestamp, &mut bytes);
        match self.values.encode(value, &mut bytes)? {
            IsNull::Yes => row.spare = bytes,
            IsNull::No => row.row = Some(bytes),
        }
        Ok(())
    }

    /// Adds a row beside those of the same key and start. A null is logged, and not kept.
    pub(crate) fn add(
        &mut self,
        row: &mut EncodedRow,
        start_ms: i64,
        cause: &Cause,
        task: &mut TaskContext,
    ) -> Result<PutWindow, StoreError> {
        debug_assert_eq!(
            self.setup.duplicates,
            Duplicates::Kept,
            "rows are added where duplicates are kept"
        );
        let kept = self.keep(row, start_ms)?;
        let sequence = self.logged.next();
        self.locate_duplicate(row, start_ms, sequence);
        self.rows
            .log_only(&row.local_key, row.row.as_deref(), cause, task);
        Ok(kept)
    }

    /// A store on disk takes no notice of nulls; one in memory takes their time, and numbers
    /// only what it keeps.
    fn keep(&mut self, row: &mut EncodedRow, start_ms: i64) -> Result<PutWindow, StoreError> {
        let is_persistent = self.setup.store_type == StoreType::Persistent;
        if is_persistent && row.row.is_none() {
            return Ok(PutWindow::Kept);
        }
        self.newest_ms = self.newest_ms.max(start_ms);
        self.observe(start_ms)?;
        let is_expired = self.is_expired(start_ms);
        if is_persistent || (!is_expired && row.row.is_some()) {
            self.kept.next();
        }
        if is_expired {
            return Ok(PutWindow::Expired);
        }
        self.locate_duplicate(row, start_ms, self.kept.0);
        if let Some(bytes) = &row.row {
            let put = self.rows.put_unlogged(&row.local_key, bytes);
            put.map_err(|source| self.keys.failed(source))?;
        }
        Ok(PutWindow::Kept)
    }

    fn locate_duplicate(&self, row: &mut EncodedRow, start_ms: i64, sequence: u32) {
        row.local_key.clear();
        let key = WindowKey {
            key: &row.key,
            start_ms,
            sequence,
        };
        key.write_local(self.segments, &mut row.local_key);
    }
}
