//! count codec

use headwater_core::prelude::*;

fn main() {
    let builder = StreamsBuilder::new();
    builder
        .stream("words", Consumed::with(Utf8, Utf8))
        .group_by_key(Grouped::with(Utf8, Utf8))
        .count_with(Materialized::named("counts", Utf8));
}
