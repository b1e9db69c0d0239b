//! joined stream keys

use std::time::Duration;

use headwater_core::prelude::*;

fn main() {
    let builder = StreamsBuilder::new();
    let orders = builder.stream("orders", Consumed::with(Utf8, Utf8));
    let payments = builder.stream("payments", Consumed::with(I64, I64));
    let windows = JoinWindows::of(Duration::from_secs(60));
    let joined = StreamJoined::with(Utf8, Utf8, I64).store("paid");
    orders
        .join(payments, |order, cents| format!("{order} for {cents}"), windows, joined)
        .to("paid", Produced::with(Utf8, Utf8));
}
