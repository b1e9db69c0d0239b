//! Bytes from one topic to another, unchanged.

use headwater::codec::{CodecExt as _, RawBytes};
use headwater::prelude::{Consumed, Produced, StreamsBuilder};

use super::Random;

const VALUE_BYTES: usize = 100;

pub(super) fn describe(builder: &StreamsBuilder, from: &str, to: &str) {
    let bytes = RawBytes.nullable();
    builder
        .stream(from, Consumed::with(bytes, bytes))
        .to(to, Produced::with(bytes, bytes));
}

pub(super) fn write_value(random: &mut Random, value: &mut Vec<u8>) {
    while value.len() < VALUE_BYTES {
        value.extend_from_slice(&random.next().to_le_bytes());
    }
    value.truncate(VALUE_BYTES);
}
