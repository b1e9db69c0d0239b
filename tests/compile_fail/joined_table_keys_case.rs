//! joined table keys

use headwater_core::prelude::*;

fn main() {
    let builder = StreamsBuilder::new();
    let prices = builder.table("prices", Consumed::with(I64, I64));
    builder
        .stream("orders", Consumed::with(Utf8, I64))
        .join_table(prices, |pieces, price| pieces * price, Joined::with(Utf8, I64))
        .to("totals", Produced::with(Utf8, I64));
}
