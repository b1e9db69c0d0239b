//! join windows to aggregate

use std::time::Duration;

use headwater_core::prelude::*;

fn main() {
    let builder = StreamsBuilder::new();
    builder
        .stream("clicks", Consumed::with(Utf8, Utf8))
        .group_by_key(Grouped::with(Utf8, Utf8))
        .windowed_by(JoinWindows::of(Duration::from_secs(60)));
}
