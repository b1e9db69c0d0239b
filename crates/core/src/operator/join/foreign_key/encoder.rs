//! One part of a record as bytes, for comparing and hashing.

use std::sync::Arc;

use crate::codec::{CodecError, Part, Place, SharedCodec};
use crate::topology::Wiring;

/// Encodes for a topic that need not exist: codecs that ask a schema registry name their subject
/// by it.
pub(super) struct Encoder<T> {
    codec: SharedCodec<T>,
    topic: Arc<str>,
    part: Part,
    /// Kept between calls, so that encoding allocates nothing.
    bytes: Vec<u8>,
}

impl<T: 'static> Encoder<T> {
    /// For an internal topic, named without the application id before it.
    pub(super) fn wire(
        wiring: &Wiring<'_>,
        codec: &SharedCodec<T>,
        topic: &str,
        part: Part,
    ) -> Self {
        Self {
            codec: SharedCodec::clone(codec),
            topic: wiring.internal_topic_name(topic).into(),
            part,
            bytes: Vec::new(),
        }
    }

    /// The bytes of an item, until the next is encoded.
    pub(super) fn encode(&mut self, item: &T) -> Result<&[u8], CodecError> {
        self.bytes.clear();
        let place = Place {
            topic: &self.topic,
            part: self.part,
        };
        self.codec.encode(item, &mut self.bytes, place)?;
        Ok(&self.bytes)
    }

    /// The item that the bytes mean.
    pub(super) fn decode(&self, bytes: &[u8]) -> Result<T, CodecError> {
        let place = Place {
            topic: &self.topic,
            part: self.part,
        };
        self.codec.decode(Some(bytes), place)
    }
}
