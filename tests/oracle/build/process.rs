//! Processors on streams.

use headwater_core::dsl::Processed;
use serde_json::Value as Json;

use super::{Build, name, text};
use crate::processors::Stateless;

impl Build<'_> {
    pub(super) fn process(&mut self, op: &Json) -> Result<(), String> {
        let from = self.from(op, "from")?;
        let processor = Stateless::from_json(&op["processor"])?;
        let value = processor.value_type(from.value);
        let processed = name(op).map_or_else(Processed::default, Processed::named);
        let handle = if text(op, "op") == "process" {
            from.handle
                .process_with(processed, move || processor.clone())
        } else {
            from.handle
                .process_values_with(processed, move || processor.clone())
        };
        self.keep(op, handle, from.key, value);
        Ok(())
    }
}
