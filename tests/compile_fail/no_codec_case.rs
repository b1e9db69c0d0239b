//! no codec

use headwater_core::prelude::*;

struct Celsius;

fn main() {
    let builder = StreamsBuilder::new();
    builder.stream("readings", Consumed::with(Utf8, Celsius));
}
