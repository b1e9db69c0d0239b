//! handle after build

use headwater_core::prelude::*;

fn main() {
    let builder = StreamsBuilder::new();
    let stream = builder.stream("numbers", Consumed::with(Utf8, I64));
    let _topology = builder.build();
    stream.to("doubled", Produced::with(Utf8, I64));
}
