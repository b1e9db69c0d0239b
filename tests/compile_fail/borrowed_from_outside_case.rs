//! borrowed from outside

use headwater_core::prelude::*;

fn main() {
    let threshold = 40.0;
    let builder = StreamsBuilder::new();
    builder
        .stream("readings", Consumed::with(Utf8, F64))
        .filter(|_, celsius| *celsius > threshold)
        .to("hot", Produced::with(Utf8, F64));
}
