//! Joins.

use serde_json::Value as Json;

use super::{Build, text};

impl Build<'_> {
    pub(super) fn join(&mut self, op: &Json) -> Result<(), String> {
        Err(format!("operator {}", text(op, "op")))
    }
}
