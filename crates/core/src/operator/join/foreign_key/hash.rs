//! The hash that tells whether a left row has changed since it subscribed.

/// Bytes of a hash on the wire.
pub(super) const HASH_BYTES: usize = 16;

/// A hash of a left row's bytes: MurmurHash3, x64, 128 bits, with Kafka Streams' seed.
///
/// Part of the wire format: applications that share the topics must agree on it. Facts from
/// `org.apache.kafka.streams.state.internals.Murmur3.hash128`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hash(pub(super) [u8; HASH_BYTES]);

const SEED: u64 = 104_729;
const C1: u64 = 0x87c3_7b91_1142_53d5;
const C2: u64 = 0x4cf5_ad43_2745_937f;

impl Hash {
    pub(super) fn of(bytes: &[u8]) -> Self {
        let (mut low, mut high) = (SEED, SEED);
        let (blocks, tail) = bytes.as_chunks::<16>();
        for block in blocks {
            let (first, second) = halves(block);
            low ^= mix_low(first);
            low = low.rotate_left(27).wrapping_add(high);
            low = low.wrapping_mul(5).wrapping_add(0x52dc_e729);
            high ^= mix_high(second);
            high = high.rotate_left(31).wrapping_add(low);
            high = high.wrapping_mul(5).wrapping_add(0x3849_5ab5);
        }
        // Zero mixes to zero, so a tail may be filled up.
        let mut block = [0; 16];
        for (to, from) in block.iter_mut().zip(tail) {
            *to = *from;
        }
        let (first, second) = halves(&block);
        let length = bytes.len() as u64;
        low ^= mix_low(first) ^ length;
        high ^= mix_high(second) ^ length;

        low = low.wrapping_add(high);
        high = high.wrapping_add(low);
        low = finish(low);
        high = finish(high);
        low = low.wrapping_add(high);
        high = high.wrapping_add(low);
        Self(((u128::from(low) << 64) | u128::from(high)).to_be_bytes())
    }
}

/// The two little-endian numbers of a block.
#[expect(
    clippy::cast_possible_truncation,
    reason = "each half is taken for itself"
)]
const fn halves(block: &[u8; 16]) -> (u64, u64) {
    let both = u128::from_le_bytes(*block);
    (both as u64, (both >> 64) as u64)
}

const fn mix_low(half: u64) -> u64 {
    half.wrapping_mul(C1).rotate_left(31).wrapping_mul(C2)
}

const fn mix_high(half: u64) -> u64 {
    half.wrapping_mul(C2).rotate_left(33).wrapping_mul(C1)
}

const fn finish(mut hash: u64) -> u64 {
    hash ^= hash >> 33;
    hash = hash.wrapping_mul(0xff51_afd7_ed55_8ccd);
    hash ^= hash >> 33;
    hash = hash.wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    hash ^ (hash >> 33)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Vectors of an independent implementation (mmh3), with the same seed.
    #[test]
    fn hash_is_murmur3_for_tails_and_blocks() {
        let high: Vec<u8> = (200..=255).collect();
        let vectors: [(&[u8], u128); 6] = [
            (b"", 0x9d27_64a0_18e3_2942_8c3c_f3b0_3593_8518),
            (b"k1:A", 0xf99c_cbf4_6939_2443_f722_0265_2e61_97bd),
            (b"123456789", 0x5a3e_531c_14a5_f700_faf8_cf22_625f_37e7),
            (
                b"0123456789abcdef",
                0x1a6e_941e_c6a7_6967_d7d8_2808_f505_d6b1,
            ),
            (
                b"the quick brown fox jumps over the lazy dog",
                0x02c4_00fe_d0da_43be_df61_6562_4053_a941,
            ),
            (&high, 0x8882_fb40_9edf_c10c_7293_d281_a1b7_e02c),
        ];
        for (bytes, expected) in vectors {
            assert_eq!(Hash::of(bytes), Hash(expected.to_be_bytes()), "{bytes:?}");
        }
    }
}
