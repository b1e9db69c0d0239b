//! The key or the value of a store: its codec, and where its errors point.

use std::sync::Arc;

use headwater_state::StateError;

use super::StoreError;
use crate::codec::{CodecError, IsNull, Part, Place, SharedCodec};

/// One part of a store's entries.
pub(crate) struct Field<T> {
    store: Arc<str>,
    /// The changelog's name: codecs that ask a schema registry name their subject by it.
    topic: Arc<str>,
    part: Part,
    codec: SharedCodec<T>,
}

impl<T: 'static> Field<T> {
    pub(crate) fn new(
        store: &Arc<str>,
        topic: &Arc<str>,
        part: Part,
        codec: SharedCodec<T>,
    ) -> Self {
        Self {
            store: Arc::clone(store),
            topic: Arc::clone(topic),
            part,
            codec,
        }
    }

    pub(crate) fn decode(&self, bytes: &[u8]) -> Result<T, StoreError> {
        let decoded = self.codec.decode(Some(bytes), self.place());
        decoded.map_err(|source| self.refused(source))
    }

    /// Appends the bytes of an item.
    pub(crate) fn encode(&self, item: &T, out: &mut Vec<u8>) -> Result<IsNull, StoreError> {
        let encoded = self.codec.encode(item, out, self.place());
        encoded.map_err(|source| self.refused(source))
    }

    /// An error of the engine, with the store it happened in.
    #[cold]
    pub(crate) fn failed(&self, source: StateError) -> StoreError {
        StoreError::State {
            store: self.store.to_string(),
            source,
        }
    }

    /// Bytes of a changelog that are not of the store's form.
    #[cold]
    pub(crate) fn malformed(&self, what: &'static str, bytes: usize) -> StoreError {
        self.failed(StateError::Malformed { what, bytes })
    }

    fn place(&self) -> Place<'_> {
        Place {
            topic: &self.topic,
            part: self.part,
        }
    }

    #[cold]
    fn refused(&self, source: CodecError) -> StoreError {
        StoreError::Codec {
            store: self.store.to_string(),
            part: self.part,
            source,
        }
    }
}
