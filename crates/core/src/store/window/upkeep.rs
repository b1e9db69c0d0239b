//! A window store as its table and its task see it: flushed, restored, shown.

use headwater_state::engine::{Direction, KeyRange};
use headwater_state::key::{SEGMENT_BYTES, WindowKey};
use headwater_state::layer::ReadOld;

use super::{Duplicates, WindowRows};
use crate::processor::TaskContext;
use crate::record::{Change, Record};
use crate::store::content::{StoreContent, StoredEntry};
use crate::store::key_value::read_row;
use crate::store::task_store::{RestoreRecord, TaskStore};
use crate::store::{FlushTable, Flushed, StoreError};
use crate::window::{Window, Windowed};

impl<K: 'static, V: 'static> FlushTable<Windowed<K>, V> for WindowRows<K, V> {
    fn is_cached(&self) -> bool {
        self.rows.is_cached()
    }

    fn is_over_budget(&self) -> bool {
        self.rows.is_over_budget()
    }

    fn flush_next(
        &mut self,
        old: ReadOld,
        task: &mut TaskContext,
    ) -> Result<Option<Flushed<Windowed<K>, V>>, StoreError> {
        let format = self.rows.format();
        let (keys, values, size_ms) = (&self.keys, &self.values, self.setup.size_ms);
        let oldest_ms = self.oldest_ms();
        let is_shown = |local: &[u8]| {
            WindowKey::read_local(local).is_some_and(|found| found.start_ms >= oldest_ms)
        };
        let rows = &mut self.rows;
        let flushed = rows.flush_next_where(is_shown, old, task, |local, new, old, cause| {
            let read =
                |row: Option<&[u8]>| row.map(|row| read_row(values, format, row)).transpose();
            let (new, old) = (read(new)?, read(old)?);
            let timestamp = new.as_ref().map_or(cause.timestamp, |new| new.timestamp);
            let change = Change::new(new.map(|new| new.value), old.map(|old| old.value));
            let found = WindowKey::read_local(local);
            let found = found.expect("the store wrote this key itself");
            let window = Window::of_ms(found.start_ms, size_ms);
            Ok(Flushed {
                record: Record {
                    key: Windowed::new(keys.decode(found.key)?, window),
                    value: change,
                    timestamp,
                    headers: cause.headers,
                },
                in_hand: cause.in_hand,
            })
        });
        let flushed = flushed.map_err(|source| keys.failed(source))?;
        let flushed: Option<Flushed<Windowed<K>, V>> = flushed.transpose()?;
        // A deletion of what was never written is passed over, and does not count.
        if let Some(flushed) = &flushed {
            self.observe(flushed.record.key.window.start.as_millis())?;
        }
        Ok(flushed)
    }
}

impl<K: 'static, V: 'static> TaskStore for WindowRows<K, V> {
    fn flush(&mut self, task: &mut TaskContext) -> Result<(), StoreError> {
        let flushed = self.rows.flush_silently(task);
        flushed.map_err(|source| self.keys.failed(source))?;
        self.observe(self.newest_ms)
    }

    fn restore(&mut self, record: &RestoreRecord<'_>) -> Result<(), StoreError> {
        let Some(found) = WindowKey::read_logged(record.key) else {
            return Err(self.keys.malformed("a window's key", record.key.len()));
        };
        if self.setup.duplicates == Duplicates::Kept {
            self.kept.restored(found.sequence);
            self.logged.restored(found.sequence);
        }
        self.observe(found.start_ms)?;
        if self.is_expired(found.start_ms) {
            return Ok(());
        }
        self.local_key.clear();
        found.write_local(self.segments, &mut self.local_key);
        let restored = self
            .rows
            .restore(&self.local_key, record.value, record.timestamp)
            .and_then(|()| match (&mut self.closing, record.value) {
                (None, _) => Ok(()),
                (Some(closing), Some(_)) => closing.add(found.start_ms, found.key),
                (Some(closing), None) => closing.remove(found.start_ms, found.key),
            });
        restored.map_err(|source| self.keys.failed(source))
    }

    fn content(&self) -> Result<StoreContent, StoreError> {
        let failed = |source| self.keys.failed(source);
        let mut entries = Vec::new();
        let cursor = self.rows.scan(KeyRange::ALL, Direction::Forward);
        let mut cursor = cursor.map_err(failed)?;
        while let Some((local, row)) = cursor.entry() {
            if let Some(found) = WindowKey::read_local(local)
                && found.start_ms >= self.oldest_ms()
            {
                entries.push(StoredEntry {
                    key: local.get(SEGMENT_BYTES..).unwrap_or_default().to_vec(),
                    value: row.to_vec(),
                });
            }
            cursor.advance().map_err(failed)?;
        }
        Ok(StoreContent::Window(entries))
    }
}
