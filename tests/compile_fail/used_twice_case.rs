//! used twice

use headwater_core::prelude::*;

fn main() {
    let builder = StreamsBuilder::new();
    let stream = builder.stream("numbers", Consumed::with(Utf8, I64));
    stream.to("one", Produced::with(Utf8, I64));
    stream.to("two", Produced::with(Utf8, I64));
}
