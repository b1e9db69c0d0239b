//! Joins of two topics whose records alternate.

use std::time::Duration;

use headwater_core::prelude::*;

use crate::feed::readings;
use crate::workload::Workload;

const INPUTS: &[&str] = &["readings", "others"];

/// A join of each kind.
pub(crate) fn all() -> Vec<Workload> {
    vec![
        Workload::new("join/stream_stream", INPUTS, |builder| {
            let others = builder.stream("others", Consumed::with(Utf8, I64));
            let windows = JoinWindows::of(Duration::from_secs(2)).grace(Duration::ZERO);
            let options = StreamJoined::with(Utf8, I64, I64).store("joined");
            readings(builder)
                .join(others, |left, right| left + right, windows, options)
                .to("out", Produced::with(Utf8, I64));
        }),
        Workload::new("join/stream_table", INPUTS, |builder| {
            let others = table(builder, "others");
            readings(builder)
                .join_table(others, |left, right| left + right, Joined::with(Utf8, I64))
                .to("out", Produced::with(Utf8, I64));
        }),
        Workload::new("join/table_table", INPUTS, |builder| {
            table(builder, "readings")
                .join(table(builder, "others"), |left, right| left + right)
                .into_stream()
                .to("out", Produced::with(Utf8, I64.nullable()));
        }),
    ]
}

fn table<'b>(builder: &'b StreamsBuilder, topic: &str) -> KTable<'b, String, i64> {
    let consumed = Consumed::with(Utf8, I64);
    builder.table_with(topic, consumed, Materialized::named(topic, I64))
}
