//! merged types

use headwater_core::prelude::*;

fn main() {
    let builder = StreamsBuilder::new();
    let numbers = builder.stream("numbers", Consumed::with(Utf8, I64));
    let texts = builder.stream("texts", Consumed::with(Utf8, Utf8));
    numbers.merge(texts).to("both", Produced::with(Utf8, I64));
}
