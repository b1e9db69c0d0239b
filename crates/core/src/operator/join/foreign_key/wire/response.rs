//! What a row of the right table answers.
//!
//! ```text
//! version(1, 0x80 set: no hash) ‖ [hash(16)] ‖ right value (no bytes: null)
//! ```
//!
//! A value that is written as no bytes at all therefore reads as null, as in Kafka Streams.
//! Facts from `SubscriptionResponseWrapper` and `SubscriptionResponseWrapperSerde`.

use super::{Hash, Head};
use crate::codec::{Codec, CodecError, IsNull, Place, SharedCodec};
use crate::record::Partition;

const VERSION: u8 = 0;

/// An answer to a subscription.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Response<V> {
    /// The hash that the subscription came with.
    pub(in super::super) hash: Option<Hash>,
    /// The right row, if there is one.
    pub(in super::super) value: Option<V>,
    /// Where it goes to, if the subscription said so; not written.
    pub(in super::super) primary_partition: Option<Partition>,
}

/// Reads and writes responses.
pub(in super::super) struct ResponseCodec<V>(pub(in super::super) SharedCodec<V>);

impl<V: 'static> Codec for ResponseCodec<V> {
    type Item = Response<V>;

    fn decode(&self, bytes: Option<&[u8]>, place: Place<'_>) -> Result<Self::Item, CodecError> {
        let bytes = bytes.ok_or(CodecError::null())?;
        let (head, rest) = Head::split("a response", VERSION, bytes)?;
        let (hash, value) = head.split_hash(rest)?;
        let value = match value {
            [] => None,
            value => Some(self.0.decode(Some(value), place)?),
        };
        Ok(Response {
            hash,
            value,
            primary_partition: None,
        })
    }

    fn encode(
        &self,
        item: &Self::Item,
        out: &mut Vec<u8>,
        place: Place<'_>,
    ) -> Result<IsNull, CodecError> {
        out.push(Head::of(VERSION, item.hash.as_ref()).byte());
        if let Some(Hash(hash)) = &item.hash {
            out.extend_from_slice(hash);
        }
        if let Some(value) = &item.value {
            let start = out.len();
            if self.0.encode(value, out, place)? == IsNull::Yes {
                out.truncate(start);
            }
        }
        Ok(IsNull::No)
    }
}
