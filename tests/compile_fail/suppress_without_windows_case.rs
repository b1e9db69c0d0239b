//! suppress without windows

use headwater_core::prelude::*;

fn main() {
    let builder = StreamsBuilder::new();
    let prices = builder
        .table("prices", Consumed::with(Utf8, I64))
        .suppress(Suppressed::until_window_closes(StrictBuffer::unbounded(), I64));
    let _ = prices;
}
