//! The text kept beside a committed offset: the partition's time, in Kafka Streams' own form.
//!
//! Layout (`org.apache.kafka.streams.processor.internals.TopicPartitionMetadata`), in base64:
//! one byte of magic, 2, then the partition time as eight bytes big-endian; a map of processor
//! metadata may follow. Magic 1 has the time alone.
//!
//! The layout is drawn in `docs/formats.md`, "Committed offsets".

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use headwater_core::time::Timestamp;

const MAGIC: u8 = 2;

/// The text for a partition that has reached this time.
pub fn encode(partition_time: Timestamp) -> String {
    let mut bytes = [0; 9];
    let (magic, time) = bytes.split_at_mut(1);
    magic.copy_from_slice(&[MAGIC]);
    time.copy_from_slice(&partition_time.as_millis().to_be_bytes());
    STANDARD.encode(bytes)
}

/// The time in a text; unknown if it is of another form, as Kafka Streams takes it.
pub fn decode(metadata: &str) -> Timestamp {
    let time = || {
        let bytes = STANDARD.decode(metadata).ok()?;
        let (&magic, rest) = bytes.split_first()?;
        let time: [u8; 8] = rest.get(..8)?.try_into().ok()?;
        matches!(magic, 1 | MAGIC).then(|| i64::from_be_bytes(time))
    };
    time().map_or(Timestamp::UNKNOWN, Timestamp::from_millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_is_kafka_streams_own() {
        // Base64.getEncoder() over ByteBuffer.allocate(9).put((byte) 2).putLong(10).
        assert_eq!(encode(Timestamp::from_millis(10)), "AgAAAAAAAAAK");
    }

    #[test]
    fn times_survive_the_round_trip() {
        for millis in [-1, 0, 1, 1_700_000_000_000, i64::MAX] {
            let time = Timestamp::from_millis(millis);
            assert_eq!(decode(&encode(time)), time);
        }
    }

    #[test]
    fn other_texts_mean_no_time() {
        for text in ["", "A", "????", "BAAAAAAAAAAK", "AgAA"] {
            assert_eq!(decode(text), Timestamp::UNKNOWN, "{text:?}");
        }
    }

    #[test]
    fn a_map_after_the_time_is_passed_over() {
        let mut bytes = vec![2];
        bytes.extend(77_i64.to_be_bytes());
        bytes.extend([0, 0, 0, 0]);
        assert_eq!(decode(&STANDARD.encode(&bytes)), Timestamp::from_millis(77));
    }
}
