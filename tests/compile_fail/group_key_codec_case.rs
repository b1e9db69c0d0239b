//! group key codec

use headwater_core::prelude::*;

fn main() {
    let builder = StreamsBuilder::new();
    let words = builder.stream("words", Consumed::with(Utf8, Utf8));
    words.group_by_key(Grouped::with(I64, Utf8));
}
