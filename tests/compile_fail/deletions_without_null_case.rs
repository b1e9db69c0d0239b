//! deletions without null

use headwater_core::prelude::*;

fn main() {
    let builder = StreamsBuilder::new();
    builder
        .table("prices", Consumed::with(Utf8, I64))
        .filter(|_, price| *price > 10)
        .into_stream()
        .to("dear", Produced::with(Utf8, I64));
}
