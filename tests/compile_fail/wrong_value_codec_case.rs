//! wrong value codec

use headwater_core::prelude::*;

fn main() {
    let builder = StreamsBuilder::new();
    builder
        .stream("numbers", Consumed::with(Utf8, I64))
        .to("doubled", Produced::with(Utf8, Utf8));
}
