//! aggregate codec

use headwater_core::prelude::*;

fn main() {
    let builder = StreamsBuilder::new();
    let letters = builder
        .stream("words", Consumed::with(Utf8, Utf8))
        .group_by_key(Grouped::with(Utf8, Utf8))
        .aggregate(
            || 0,
            |_, word, letters| format!("{letters}{word}"),
            Materialized::named("letters", I64),
        );
    let _ = letters;
}
