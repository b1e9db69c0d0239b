//! selected key codec

use headwater_core::prelude::*;

fn main() {
    let builder = StreamsBuilder::new();
    let words = builder.stream("words", Consumed::with(Utf8, Utf8));
    words.group_by(|_, word| word.len() as i64, Grouped::with(Utf8, Utf8));
}
