//! group used twice

use headwater_core::prelude::*;

fn main() {
    let builder = StreamsBuilder::new();
    let group = builder
        .stream("words", Consumed::with(Utf8, Utf8))
        .group_by_key(Grouped::with(Utf8, Utf8));
    group.count_with(Materialized::named("one", I64));
    group.count_with(Materialized::named("other", I64));
}
