//! Joins.

use serde_json::Value as Json;

use super::{Build, text};

impl Build<'_> {
    pub(super) fn join(&mut self, op: &Json) -> Result<(), String> {
        match text(op, "op") {
            "join_stream" => self.join_stream(op),
            "join_fk" => self.join_fk(op),
            what => Err(format!("operator {what}")),
        }
    }
}
