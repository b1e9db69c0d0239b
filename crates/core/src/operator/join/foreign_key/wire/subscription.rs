//! What a left row sends to the row it names.
//!
//! ```text
//! version(1, 0x80 set: no hash) ‖ instruction(1) ‖ [hash(16)] ‖ primary key ‖ partition(4, from version 1)
//! ```
//!
//! Facts from `SubscriptionWrapper` and `SubscriptionWrapperSerde`.

use std::sync::Arc;

use super::{Hash, Head};
use crate::codec::{Codec, CodecError, IsNull, Part, Place, SharedCodec};
use crate::record::Partition;

/// What the right side is to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Instruction {
    /// End the subscription, say nothing.
    DeleteSilently = 0,
    /// End the subscription, answer with null.
    DeleteAndRespond = 1,
    /// Subscribe; answer with null if there is no such row.
    RespondAlways = 2,
    /// Subscribe; answer only if there is such a row.
    RespondIfMatched = 3,
}

impl Instruction {
    fn read(byte: u8) -> Result<Self, CodecError> {
        match byte {
            0 => Ok(Self::DeleteSilently),
            1 => Ok(Self::DeleteAndRespond),
            2 => Ok(Self::RespondAlways),
            3 => Ok(Self::RespondIfMatched),
            other => Err(CodecError::format(format!(
                "a subscription has the unknown instruction {other}"
            ))),
        }
    }
}

/// Both versions are read. Kafka Streams 4.3 writes the newer one whatever `upgrade.from` says:
/// nothing hands its serializer the configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Version {
    /// Without the partition, as versions before 3.4 write it.
    Zero = 0,
    /// With the partition of the left row.
    One = 1,
}

/// A subscription of a left row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Subscription<K> {
    /// Hash of the left row; none if it is deleted.
    pub(in super::super) hash: Option<Hash>,
    pub(in super::super) instruction: Instruction,
    pub(in super::super) primary_key: K,
    /// Where the answer goes; version 0 does not say.
    pub(in super::super) primary_partition: Option<Partition>,
}

/// A subscription as bytes, with the primary key unread.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) struct SubscriptionBytes<'a> {
    pub(in super::super) hash: Option<Hash>,
    pub(in super::super) instruction: Instruction,
    pub(in super::super) primary_key: &'a [u8],
    pub(in super::super) primary_partition: Option<Partition>,
}

impl<'a> SubscriptionBytes<'a> {
    pub(in super::super) fn read(bytes: &'a [u8]) -> Result<Self, CodecError> {
        let (head, rest) = Head::split("a subscription", Version::One as u8, bytes)?;
        let (&instruction, rest) = rest.split_first().ok_or(CodecError::length(2, 1))?;
        let (hash, rest) = head.split_hash(rest)?;
        let (primary_key, primary_partition) = if head.version == Version::Zero as u8 {
            (rest, None)
        } else {
            let split = rest.split_last_chunk::<4>();
            let (key, partition) = split.ok_or(CodecError::length(4, rest.len()))?;
            let partition = Partition::new(i32::from_be_bytes(*partition));
            (key, Some(partition))
        };
        Ok(Self {
            hash,
            instruction: Instruction::read(instruction)?,
            primary_key,
            primary_partition,
        })
    }
}

/// Reads and writes subscriptions.
pub(in super::super) struct SubscriptionCodec<K> {
    primary_key: SharedCodec<K>,
    /// What the codec of the primary key is told to be its topic.
    topic: Arc<str>,
}

impl<K: 'static> SubscriptionCodec<K> {
    pub(in super::super) fn new(primary_key: &SharedCodec<K>, topic: Arc<str>) -> Self {
        Self {
            primary_key: SharedCodec::clone(primary_key),
            topic,
        }
    }

    fn place(&self) -> Place<'_> {
        Place {
            topic: &self.topic,
            part: Part::Key,
        }
    }
}

impl<K: 'static> Codec for SubscriptionCodec<K> {
    type Item = Subscription<K>;

    fn decode(&self, bytes: Option<&[u8]>, _: Place<'_>) -> Result<Self::Item, CodecError> {
        let read = SubscriptionBytes::read(bytes.ok_or(CodecError::null())?)?;
        let primary_key = self
            .primary_key
            .decode(Some(read.primary_key), self.place())?;
        Ok(Subscription {
            hash: read.hash,
            instruction: read.instruction,
            primary_key,
            primary_partition: read.primary_partition,
        })
    }

    fn encode(
        &self,
        item: &Self::Item,
        out: &mut Vec<u8>,
        _: Place<'_>,
    ) -> Result<IsNull, CodecError> {
        let partition = item.primary_partition;
        let version = match partition {
            Some(_) => Version::One,
            None => Version::Zero,
        };
        out.push(Head::of(version as u8, item.hash.as_ref()).byte());
        out.push(item.instruction as u8);
        if let Some(Hash(hash)) = &item.hash {
            out.extend_from_slice(hash);
        }
        self.primary_key
            .encode(&item.primary_key, out, self.place())?;
        if let Some(partition) = partition {
            out.extend_from_slice(&partition.index().to_be_bytes());
        }
        Ok(IsNull::No)
    }
}
