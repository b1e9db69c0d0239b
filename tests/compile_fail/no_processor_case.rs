//! no processor

use headwater_core::prelude::*;

struct Double;

fn main() {
    let builder = StreamsBuilder::new();
    let numbers = builder.stream("numbers", Consumed::with(Utf8, I64));
    numbers.process(|| Double).to("doubled", Produced::with(Utf8, I64));
}
