//! windowed key codec

use std::time::Duration;

use headwater_core::prelude::*;

fn main() {
    let builder = StreamsBuilder::new();
    builder
        .stream("clicks", Consumed::with(Utf8, Utf8))
        .group_by_key(Grouped::with(Utf8, Utf8))
        .windowed_by(TumblingWindows::of(Duration::from_secs(60)))
        .count_with(Materialized::named("clicks-per-minute", I64))
        .into_stream()
        .to("counts", Produced::with(Utf8, I64.nullable()));
}
