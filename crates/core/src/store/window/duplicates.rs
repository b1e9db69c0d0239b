//! Window stores that keep several rows of one key and start, as stream-stream joins need it.
//!
//! Kafka Streams numbers such rows twice, in the store and in its changelog. The two counts part
//! where a row is logged and not kept.

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
    row: Vec<u8>,
    is_null: bool,
}

/// Numbers of rows that are equal otherwise. As in Kafka Streams it has 31 bits, and begins anew
/// with each task.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Sequence(u32);

impl Sequence {
    const fn next(&mut self) -> u32 {
        self.0 = (self.0 + 1) & 0x7fff_ffff;
        self.0
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
        row.row.clear();
        self.rows.format().begin(timestamp, &mut row.row);
        row.is_null = self.values.encode(value, &mut row.row)? == IsNull::Yes;
        Ok(())
    }

    /// Adds a row beside those of the same key and start. A null is logged, and not kept.
    pub(crate) fn add(
        &mut self,
        row: &EncodedRow,
        start_ms: i64,
        cause: &Cause,
        task: &mut TaskContext,
    ) -> Result<PutWindow, StoreError> {
        debug_assert_eq!(
            self.setup.duplicates,
            Duplicates::Kept,
            "rows are added where duplicates are kept"
        );
        self.key_bytes.clone_from(&row.key);
        let kept = self.keep(row, start_ms)?;
        let sequence = self.logged.next();
        self.set_local_key(start_ms, sequence);
        let logged = (!row.is_null).then_some(&*row.row);
        self.rows.log_only(&self.local_key, logged, cause, task);
        Ok(kept)
    }

    /// A store on disk takes no notice of nulls, one in memory takes their time and numbers only
    /// what it keeps.
    fn keep(&mut self, row: &EncodedRow, start_ms: i64) -> Result<PutWindow, StoreError> {
        let sequence = match self.setup.store_type {
            StoreType::Persistent if row.is_null => return Ok(PutWindow::Kept),
            StoreType::Persistent => self.kept.next(),
            StoreType::InMemory => 0,
        };
        self.observe(start_ms)?;
        if self.is_expired(start_ms) {
            return Ok(PutWindow::Expired);
        }
        if row.is_null {
            return Ok(PutWindow::Kept);
        }
        let sequence = match self.setup.store_type {
            StoreType::Persistent => sequence,
            StoreType::InMemory => self.kept.next(),
        };
        self.set_local_key(start_ms, sequence);
        let put = self.rows.put_unlogged(&self.local_key, &row.row);
        put.map_err(|source| self.keys.failed(source))?;
        Ok(PutWindow::Kept)
    }
}
