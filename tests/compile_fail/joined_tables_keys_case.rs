//! joined tables keys

use headwater_core::prelude::*;

fn main() {
    let builder = StreamsBuilder::new();
    let stock = builder.table("stock", Consumed::with(Utf8, I64));
    let prices = builder.table("prices", Consumed::with(I64, I64));
    stock
        .join(prices, |count, price| count * price)
        .into_stream()
        .to("worth", Produced::with(Utf8, I64.nullable()));
}
