//! Murmur2 as Kafka's clients compute it, so that keys land where Java would send them.

use crate::record::Partition;

const SEED: u32 = 0x9747_b28c;
const MULTIPLIER: u32 = 0x5bd1_e995;
const SHIFT: u32 = 24;

/// The hash of key bytes.
///
/// Semantics: `org.apache.kafka.common.utils.Utils.murmur2`.
#[allow(clippy::cast_possible_truncation)] // the length of a record's key is an i32 in Kafka
pub fn murmur2(bytes: &[u8]) -> i32 {
    let (words, rest) = bytes.as_chunks::<4>();
    let mut hash = SEED ^ bytes.len() as u32;
    for word in words {
        let mut mixed = u32::from_le_bytes(*word).wrapping_mul(MULTIPLIER);
        mixed ^= mixed >> SHIFT;
        hash = hash.wrapping_mul(MULTIPLIER) ^ mixed.wrapping_mul(MULTIPLIER);
    }
    if !rest.is_empty() {
        for (place, byte) in rest.iter().enumerate() {
            hash ^= u32::from(*byte) << (8 * place);
        }
        hash = hash.wrapping_mul(MULTIPLIER);
    }
    hash ^= hash >> 13;
    hash = hash.wrapping_mul(MULTIPLIER);
    (hash ^ (hash >> 15)).cast_signed()
}

/// The partition of a key among `partitions`, as Java's default partitioner has it.
///
/// Semantics: `org.apache.kafka.clients.producer.internals.BuiltInPartitioner.partitionForKey`.
///
/// # Panics
/// If `partitions` is 0: a topic has at least one.
///
/// ```
/// use headwater_core::partition::partition_for_key;
/// use headwater_core::record::Partition;
///
/// assert_eq!(partition_for_key(b"headwater", 12), Partition::new(7));
/// ```
pub fn partition_for_key(key: &[u8], partitions: u32) -> Partition {
    assert!(partitions > 0, "a topic has at least one partition");
    let positive = murmur2(key).cast_unsigned() & 0x7fff_ffff;
    Partition::new((positive % partitions).cast_signed())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Key, hash, partition of 7, partition of 12: printed by `Utils.murmur2` of
    /// `kafka-clients-4.3.1.jar`.
    #[rustfmt::skip]
    const GOLDEN: &[(&[u8], i32, i32, i32)] = &[
        (b"", 275_646_681, 2, 9),
        (b"h", 1_489_429_165, 0, 1),
        (b"he", 1_875_444_622, 2, 10),
        (b"hea", -1_666_048_198, 6, 10),
        (b"head", -806_193_796, 0, 4),
        (b"headw", -113_401_310, 1, 6),
        (b"headwa", 1_958_386_895, 3, 11),
        (b"headwat", 1_714_219_758, 6, 6),
        (b"headwate", -1_224_078_293, 5, 3),
        (b"headwater", 2_077_856_671, 2, 7),
        (b"headwater-", 855_618_269, 2, 5),
        (b"headwater-0", -2_106_740_969, 5, 3),
        (b"headwater-01", 1_371_939_749, 5, 5),
        (b"headwater-012", 618_116_174, 4, 2),
        (b"headwater-0123", 1_031_412_391, 2, 7),
        (b"headwater-01234", -1_806_623_063, 2, 9),
        (b"headwater-012345", 67_114_858, 6, 10),
        (b"headwater-0123456", -180_425_193, 5, 11),
        (b"headwater-01234567", -1_405_940_067, 2, 5),
        (b"headwater-012345678", 1_744_723_254, 1, 6),
        (b"headwater-0123456789", 606_910_382, 1, 2),
        (b"Gr\xc3\xbc\xc3\x9fe", 1_190_824_359, 4, 3),
        (b"\xe6\xb0\xb4\xe6\xba\x90", -264_996_774, 2, 2),
        (b"\xf0\x9f\xa6\x80\xf0\x9f\x8c\x8a", -1_367_966_286, 1, 2),
        (b"\x00", 375_494_588, 0, 8),
        (b"\x00\x00\x00\x00", 850_957_120, 6, 4),
        (b"\xff", -311_467_685, 5, 3),
        (b"\xff\xfe\xfd\xfc\xfb", 524_068_735, 1, 7),
        (b"\x80\x00\x81\x01\x82\x02\x83", 923_277_585, 6, 9),
        (b"5\x9dA", 187_731_819, 2, 3),
        (b"\xf7\x8a\xfe\x0d\xe1\xbb\xe7\xae", -1_106_997_108, 2, 8),
        (b"(\xc0E\x0c\xe4<\x08OK\xbb+\xf1\x83", -1_926_720_816, 3, 8),
        (b"m\x85,\xb5\xbeja\xaa\x9a\x0ca\x17\xbdgC\xe7\xdc\x97\x85s\x99\x8eh^\x88\x5c\xb3a\xf8l\x97", -490_620_619, 3, 1),
        (b" \xbe\xbf\xb0\x11\x00\xb2vTW\x18\xc3\x0f@l\xc8\xe3\xa1\x88\xff\xf1\x10Y\xebo\xbc\xe6&U\xdf\xbdo", 284_867_684, 3, 8),
        (b"\x83\xb8\x96p\xd6\xd9\xf9\xbfR\xd8=\xee\xdc\x0b\xf6b\x05\x83\x5c\xcc\x16\xadh-\x8cG\x8a&\xf4P'\x98I", 2_079_092_786, 1, 2),
    ];

    #[test]
    fn oracle_keys_hash_as_in_java() {
        for &(key, hash, of_seven, of_twelve) in GOLDEN {
            assert_eq!(murmur2(key), hash, "{key:?}");
            assert_eq!(
                partition_for_key(key, 7),
                Partition::new(of_seven),
                "{key:?}"
            );
            assert_eq!(
                partition_for_key(key, 12),
                Partition::new(of_twelve),
                "{key:?}"
            );
        }
    }

    #[test]
    fn one_partition_takes_every_key() {
        for &(key, ..) in GOLDEN {
            assert_eq!(partition_for_key(key, 1), Partition::new(0));
        }
    }

    proptest::proptest! {
        #[test]
        fn partition_is_one_the_topic_has(key: Vec<u8>, partitions in 1..=i32::MAX) {
            let partition = partition_for_key(&key, partitions.cast_unsigned());
            proptest::prop_assert!((0..partitions).contains(&partition.index()));
        }
    }
}
