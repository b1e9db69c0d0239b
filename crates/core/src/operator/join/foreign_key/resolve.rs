//! The left side's end: a response becomes a row of the result, unless it is stale.

use super::Join;
use super::encoder::Encoder;
use super::hash::Hash;
use super::wire::Response;
use crate::codec::CodecError;
use crate::failure::{FailedStep, Step};
use crate::processor::{Lookup, Sink, TaskContext};
use crate::record::{Record, Stamped};

/// Joins the left row as it is now with the right row that a response brings.
///
/// Semantics: `ResponseJoinProcessorSupplier`.
pub(super) struct Resolve<K, V, VO, VR> {
    pub(super) name: String,
    pub(super) table: Box<dyn Lookup<K, V>>,
    pub(super) values: Encoder<V>,
    pub(super) join: Join<V, VO, VR>,
    pub(super) next: Box<dyn Sink<Option<K>, Option<VR>>>,
}

impl<K, V: 'static, VO, VR> Resolve<K, V, VO, VR> {
    fn is_stale(
        &mut self,
        row: Option<&Stamped<V>>,
        sent: Option<Hash>,
    ) -> Result<bool, CodecError> {
        let current = row.map(|row| self.values.encode(&row.value).map(Hash::of));
        Ok(current.transpose()? != sent)
    }
}

impl<K, V: 'static, VO, VR> Sink<K, Response<VO>> for Resolve<K, V, VO, VR> {
    fn push(&mut self, record: Record<K, Response<VO>>, task: &mut TaskContext) -> Step {
        let row = match self.table.get(&record.key) {
            Ok(row) => row,
            Err(error) => return task.settle_store(&self.name, error),
        };
        match self.is_stale(row.as_ref(), record.value.hash) {
            Ok(false) => {}
            Ok(true) => {
                task.drop_record("its left row has changed since; the change brings its own");
                return Ok(());
            }
            Err(error) => return task.settle(FailedStep::Process, &self.name, error.into()),
        }
        let joined = match &row {
            None => Ok(None),
            Some(row) => (self.join)(&row.value, record.value.value.as_ref()),
        };
        let joined = match joined {
            Ok(joined) => joined,
            Err(failure) => return task.settle_failure(&self.name, failure),
        };
        let result = Record {
            key: Some(record.key),
            value: joined,
            timestamp: record.timestamp,
            headers: record.headers,
        };
        self.next.push(result, task)
    }
}
