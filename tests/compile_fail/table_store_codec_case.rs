//! table store codec

use headwater_core::prelude::*;

fn main() {
    let builder = StreamsBuilder::new();
    builder
        .table("prices", Consumed::with(Utf8, I64))
        .filter_with(|_, price| *price > 10, Materialized::named("dear", Utf8));
}
