//! Tables whose updates are held back.

use std::time::Duration;

use headwater_core::codec::Codec;
use headwater_core::dsl::{EagerBuffer, InWindow, StrictBuffer, Suppressed, SuppressionBuffer};
use serde_json::Value as Json;

use super::windowed_table::WindowedTable;
use super::{Build, name, text};
use crate::value::{Value, ValueCodec};

impl<'b> Build<'b> {
    pub(super) fn suppress(&mut self, op: &Json) -> Result<(), String> {
        if let Some(from) = self.windowed_tables.get(text(op, "from")).cloned() {
            return self.suppress_windowed(op, from);
        }
        let from = self.table_at(op, "from")?;
        let value = ValueCodec(from.value);
        let suppressed = match text(op, "until") {
            "time_limit" => until_time_limit(op, value),
            other => return Err(format!("suppress until {other}")),
        };
        let handle = from.handle.suppress(suppressed);
        self.keep_table(op, handle, from.key, from.value);
        Ok(())
    }

    fn suppress_windowed(&mut self, op: &Json, from: WindowedTable<'b>) -> Result<(), String> {
        let value = ValueCodec(from.value);
        let suppressed = match text(op, "until") {
            "time_limit" => until_time_limit(op, value),
            "window_close" => until_window_closes(op, value),
            other => return Err(format!("suppress until {other}")),
        };
        let handle = from.handle.suppress(suppressed);
        self.keep_windowed_table(op, handle, from.key, from.value);
        Ok(())
    }
}

fn until_time_limit<K>(op: &Json, value: ValueCodec) -> Suppressed<K, ValueCodec> {
    let limit = Duration::from_millis(op["ms"].as_u64().unwrap_or(0));
    with_options(op, Suppressed::until_time_limit(limit, buffer(op), value))
}

fn until_window_closes<K: InWindow>(op: &Json, value: ValueCodec) -> Suppressed<K, ValueCodec> {
    with_options(
        op,
        Suppressed::until_window_closes(strict_buffer(op), value),
    )
}

fn with_options<K, VC>(op: &Json, mut suppressed: Suppressed<K, VC>) -> Suppressed<K, VC>
where
    VC: Codec<Item = Value>,
{
    if let Some(name) = name(op) {
        suppressed = suppressed.named(name);
    }
    if op["buffer"]["logging"] == false {
        suppressed = suppressed.unlogged();
    }
    suppressed
}

fn buffer(op: &Json) -> SuppressionBuffer {
    let given = &op["buffer"];
    if given["unbounded"] == true || given["shutdown_when_full"] == true {
        return strict_buffer(op).into();
    }
    match (given["max_records"].as_u64(), given["max_bytes"].as_u64()) {
        (Some(records), None) => EagerBuffer::of_records(records).into(),
        (Some(records), Some(bytes)) => EagerBuffer::of_records(records).bytes_max(bytes).into(),
        (None, Some(bytes)) => EagerBuffer::of_bytes(bytes).into(),
        (None, None) => StrictBuffer::unbounded().into(),
    }
}

fn strict_buffer(op: &Json) -> StrictBuffer {
    let given = &op["buffer"];
    let mut buffer = StrictBuffer::unbounded();
    if let Some(records) = given["max_records"].as_u64() {
        buffer = buffer.records_max(records);
    }
    if let Some(bytes) = given["max_bytes"].as_u64() {
        buffer = buffer.bytes_max(bytes);
    }
    buffer
}
