//! table joined as stream

use std::time::Duration;

use headwater_core::prelude::*;

fn main() {
    let builder = StreamsBuilder::new();
    let prices = builder.table("prices", Consumed::with(Utf8, I64));
    let orders = builder.stream("orders", Consumed::with(Utf8, I64));
    let totals = orders.join(
        prices,
        |pieces, price| pieces * price,
        JoinWindows::of(Duration::from_secs(60)),
        StreamJoined::with(Utf8, I64, I64).store("totals"),
    );
    let _ = totals;
}
