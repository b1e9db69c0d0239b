//! Processors on streams.

use headwater_core::dsl::{Processed, Stored};
use headwater_core::store::KeyValueStoreDef;
use serde_json::Value as Json;

use super::{Build, name, text};
use crate::processors::Stateless;
use crate::stateful::{Stateful, WithStore};
use crate::value::{Type, Value, ValueCodec};

impl Build<'_> {
    pub(super) fn process(&mut self, op: &Json) -> Result<(), String> {
        if let Some((processor, store)) = Stateful::from_json(&op["processor"]) {
            return self.process_with_store(op, processor, &store);
        }
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

    fn process_with_store(
        &mut self,
        op: &Json,
        processor: Stateful,
        store: &str,
    ) -> Result<(), String> {
        let from = self.from(op, "from")?;
        let value = processor.value_type(from.value);
        let definition = KeyValueStoreDef::<Value, Value>::named(store);
        if self.stores.insert(store.to_owned()) {
            let stored = Stored::with(ValueCodec(from.key), ValueCodec(Type::Long));
            self.builder.add_store(&definition, stored);
        }
        let processed = name(op).map_or_else(Processed::default, Processed::named);
        let new = move |store| WithStore {
            what: processor.clone(),
            store,
        };
        let handle = if text(op, "op") == "process" {
            from.handle.process_with_stores(processed, definition, new)
        } else {
            from.handle
                .process_values_with_stores(processed, definition, new)
        };
        self.keep(op, handle, from.key, value);
        Ok(())
    }
}
