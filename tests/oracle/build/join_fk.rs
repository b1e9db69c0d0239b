//! Joins of tables by a foreign key.

use headwater_core::dsl::{Materialized, TableJoined};
use serde_json::Value as Json;

use super::{Build, materialized, name, or_none, text};
use crate::functions::Function;
use crate::value::{Value, ValueCodec};

impl Build<'_> {
    pub(super) fn join_fk(&mut self, op: &Json) -> Result<(), String> {
        let left = self.table_at(op, "from")?;
        let right = self.table_at(op, "with")?;
        let extractor = Function::from_json(&op["extractor"]);
        let joiner = Function::from_json(&op["joiner"]);
        let value = joiner.joiner_type(left.value, right.value)?;
        let mut options = TableJoined::with(ValueCodec(left.value), ValueCodec(right.value));
        if let Some(name) = name(op) {
            options = options.named(name);
        }
        let materialized =
            materialized(op, value).unwrap_or_else(|| Materialized::unspecified(ValueCodec(value)));
        // The extractor of a case sees no key.
        let extract = move |_: &Value, value: &Value| or_none(extractor.key(&Value::Null, value));
        let handle = match text(op, "type") {
            "inner" => left.handle.join_on_foreign_key(
                right.handle,
                extract,
                move |left: &Value, right: &Value| or_none(joiner.join(left, right)),
                options,
                materialized,
            ),
            "left" => left.handle.left_join_on_foreign_key(
                right.handle,
                extract,
                move |left: &Value, right: Option<&Value>| {
                    or_none(joiner.join(left, right.unwrap_or(&Value::Null)))
                },
                options,
                materialized,
            ),
            other => return Err(format!("join_fk {other}")),
        };
        self.keep_table(op, handle, left.key, value);
        Ok(())
    }
}
