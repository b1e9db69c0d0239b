//! table as stream

use headwater_core::prelude::*;

fn main() {
    let builder = StreamsBuilder::new();
    builder
        .table("prices", Consumed::with(Utf8, I64))
        .to("out", Produced::with(Utf8, I64));
}
