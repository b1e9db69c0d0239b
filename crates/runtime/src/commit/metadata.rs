//! The text kept beside a committed offset, in Kafka Streams' own form: the partition's time, and
//! what operators keep.
//!
//! Layout (`org.apache.kafka.streams.processor.internals.TopicPartitionMetadata`), in base64:
//! one byte of magic, 2, then the partition time as eight bytes big-endian. Where operators keep
//! anything, a map follows (`ProcessorMetadata`): `count(4)`, then for each the name of its store,
//! `length(4) ‖ UTF-8`, and `value(8)`. Magic 1 has the partition time alone.
//!
//! The layout is drawn in `docs/formats.md`, "Committed offsets".

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use headwater_core::processor::ProcessorMetadata;
use headwater_core::time::Timestamp;

const MAGIC_TIME: u8 = 1;
const MAGIC: u8 = 2;

/// What is kept beside the committed offset of a partition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartitionMetadata {
    /// Highest timestamp that was seen in the partition.
    pub partition_time: Timestamp,
    /// What the operators of its task keep.
    pub processors: ProcessorMetadata,
}

impl Default for PartitionMetadata {
    fn default() -> Self {
        Self {
            partition_time: Timestamp::UNKNOWN,
            processors: ProcessorMetadata::default(),
        }
    }
}

/// The text for a partition that has reached this time.
pub fn encode(partition_time: Timestamp, processors: &ProcessorMetadata) -> String {
    let mut bytes = vec![MAGIC];
    bytes.extend(partition_time.as_millis().to_be_bytes());
    if !processors.is_empty() {
        put_length(processors.iter().len(), &mut bytes);
        for (store, time_ms) in processors.iter() {
            put_length(store.len(), &mut bytes);
            bytes.extend(store.as_bytes());
            bytes.extend(time_ms.to_be_bytes());
        }
    }
    STANDARD.encode(bytes)
}

/// What a text says; nothing if it is of another form, as Kafka Streams takes it.
pub fn decode(metadata: &str) -> PartitionMetadata {
    let read = || {
        let bytes = STANDARD.decode(metadata).ok()?;
        let (&magic, mut rest) = bytes.split_first()?;
        let partition_time = Timestamp::from_millis(take_long(&mut rest)?);
        let processors = match magic {
            MAGIC_TIME => ProcessorMetadata::default(),
            MAGIC if rest.is_empty() => ProcessorMetadata::default(),
            MAGIC => take_map(rest)?,
            _ => return None,
        };
        Some(PartitionMetadata {
            partition_time,
            processors,
        })
    };
    read().unwrap_or_default()
}

fn put_length(length: usize, out: &mut Vec<u8>) {
    let length = i32::try_from(length).expect("stores and their names are few and short");
    out.extend(length.to_be_bytes());
}

/// Reads the map; entries are read one by one, so that a wrong count reserves nothing.
fn take_map(mut bytes: &[u8]) -> Option<ProcessorMetadata> {
    let count = take_int(&mut bytes)?;
    (0..count)
        .map(|_| {
            let length = usize::try_from(take_int(&mut bytes)?).ok()?;
            let (name, rest) = bytes.split_at_checked(length)?;
            bytes = rest;
            let name = std::str::from_utf8(name).ok()?;
            Some((name.to_owned(), take_long(&mut bytes)?))
        })
        .collect()
}

fn take_int(bytes: &mut &[u8]) -> Option<i32> {
    let (int, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(i32::from_be_bytes(*int))
}

fn take_long(bytes: &mut &[u8]) -> Option<i64> {
    let (long, rest) = bytes.split_first_chunk()?;
    *bytes = rest;
    Some(i64::from_be_bytes(*long))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn none() -> ProcessorMetadata {
        ProcessorMetadata::default()
    }

    fn of(stores: &[(&str, i64)]) -> ProcessorMetadata {
        let stores = stores.iter();
        stores.map(|&(name, at)| (name.to_owned(), at)).collect()
    }

    #[test]
    fn the_text_is_kafka_streams_own() {
        // Base64.getEncoder() over ByteBuffer.allocate(9).put((byte) 2).putLong(10).
        assert_eq!(encode(Timestamp::from_millis(10), &none()), "AgAAAAAAAAAK");
    }

    #[test]
    fn times_survive_the_round_trip() {
        for millis in [-1, 0, 1, 1_700_000_000_000, i64::MAX] {
            let time = Timestamp::from_millis(millis);
            let read = decode(&encode(time, &none()));
            assert_eq!((read.partition_time, read.processors), (time, none()));
        }
    }

    #[test]
    fn what_operators_keep_lies_behind_the_time() {
        let kept = of(&[("zählung", 7), ("a", -1)]);
        let text = encode(Timestamp::from_millis(77), &kept);
        let mut bytes = vec![2];
        bytes.extend(77_i64.to_be_bytes());
        bytes.extend([0, 0, 0, 2, 0, 0, 0, 1, b'a']);
        bytes.extend((-1_i64).to_be_bytes());
        bytes.extend([0, 0, 0, 8]);
        bytes.extend("zählung".as_bytes());
        bytes.extend(7_i64.to_be_bytes());
        assert_eq!(text, STANDARD.encode(&bytes));
        assert_eq!(decode(&text).processors, kept);
        for length in 10..bytes.len() {
            let cut = decode(&STANDARD.encode(&bytes[..length]));
            assert_eq!(cut, PartitionMetadata::default(), "{length}");
        }
    }

    #[test]
    fn other_texts_mean_nothing() {
        for text in ["", "A", "????", "BAAAAAAAAAAK", "AgAA"] {
            assert_eq!(decode(text), PartitionMetadata::default(), "{text:?}");
        }
    }

    #[test]
    fn an_empty_map_and_the_older_form_have_the_time_alone() {
        let time = Timestamp::from_millis(77);
        for (magic, rest) in [(2, &[0, 0, 0, 0][..]), (1, &[])] {
            let mut bytes = vec![magic];
            bytes.extend(77_i64.to_be_bytes());
            bytes.extend(rest);
            assert_eq!(decode(&STANDARD.encode(&bytes)).partition_time, time);
        }
    }
}
