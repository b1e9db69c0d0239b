//! Counts in windows. Each key has a record about every second.

use std::time::Duration;

use headwater_core::dsl::{TimeWindowedKStream, Windows};
use headwater_core::prelude::*;

use crate::feed::readings;
use crate::workload::Workload;

const SIZE: Duration = Duration::from_secs(60);

/// Counts in every kind of window. What a window costs is the difference between hopping windows
/// and tumbling ones.
pub(crate) fn all() -> Vec<Workload> {
    vec![
        counted("window/tumbling", || {
            TumblingWindows::of(SIZE).grace(Duration::ZERO)
        }),
        counted("window/hopping_5", || {
            HoppingWindows::of(SIZE)
                .advance_by(SIZE / 5)
                .grace(Duration::ZERO)
        }),
        counted("window/hopping_30", || {
            HoppingWindows::of(SIZE)
                .advance_by(SIZE / 30)
                .grace(Duration::ZERO)
        }),
        counted("window/sliding", || {
            SlidingWindows::of(Duration::from_secs(5)).grace(Duration::ZERO)
        }),
        Workload::new("window/session", &["readings"], |builder| {
            let windows = SessionWindows::with_gap(Duration::from_secs(2));
            let _ = readings(builder)
                .group_by_key(Grouped::with(Utf8, I64))
                .windowed_by(windows.grace(Duration::ZERO))
                .count_with(Materialized::named("counts", I64));
        }),
    ]
}

fn counted<W>(name: &str, windows: impl Fn() -> W + 'static) -> Workload
where
    W: for<'b> Windows<Grouped<'b, String, i64> = TimeWindowedKStream<'b, String, i64>>,
{
    Workload::new(name, &["readings"], move |builder| {
        let _ = readings(builder)
            .group_by_key(Grouped::with(Utf8, I64))
            .windowed_by(windows())
            .count_with(Materialized::named("counts", I64));
    })
}
