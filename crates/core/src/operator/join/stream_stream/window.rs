//! Keeps the records of one side, for those of the other to find.

use std::cell::RefCell;
use std::rc::Rc;

use crate::codec::SharedCodec;
use crate::failure::Step;
use crate::processor::{Sink, TaskContext};
use crate::record::Record;
use crate::store::{EncodedRow, PutWindow, WindowRows};

/// Passes each record on to be joined, then keeps it: a record does not find itself.
///
/// Semantics: `KStreamJoinWindow`. A record with a key but no value is logged, and not kept.
pub(super) struct KeepForPartners<K, V> {
    pub(super) key: SharedCodec<K>,
    pub(super) store: Rc<RefCell<WindowRows<K, V>>>,
    /// The record in bytes, while what follows consumes it.
    pub(super) row: EncodedRow,
    pub(super) name: String,
    pub(super) next: Box<dyn Sink<K, V>>,
}

impl<K: 'static, V: 'static> Sink<K, V> for KeepForPartners<K, V> {
    fn push(&mut self, record: Record<K, V>, task: &mut TaskContext) -> Step {
        if self.key.is_null(&record.key) {
            return self.next.push(record, task);
        }
        let (timestamp, cause) = (record.timestamp, task.cause(&record));
        let encoded = {
            let store = self.store.borrow();
            store.encode(&record.key, &record.value, timestamp, &mut self.row)
        };
        self.next.push(record, task)?;
        let kept = encoded.and_then(|()| {
            let mut store = self.store.borrow_mut();
            store.add(&mut self.row, timestamp.as_millis(), &cause, task)
        });
        match kept {
            Ok(PutWindow::Kept | PutWindow::Unchanged) => Ok(()),
            Ok(PutWindow::Expired) => {
                task.drop_record("it is too old to be kept for partners");
                Ok(())
            }
            Err(error) => task.settle_store(&self.name, error),
        }
    }
}
