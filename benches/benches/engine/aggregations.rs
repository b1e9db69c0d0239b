//! Aggregations in stores in memory, with their caches and changelogs.

use criterion::Criterion;
use headwater_core::prelude::*;

use crate::feed::{measure, readings};

/// A count per key, cached and uncached.
pub(crate) fn all(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("aggregate");
    measure(&mut group, "count_cached", &["readings"], |builder| {
        let _ = readings(builder)
            .group_by_key(Grouped::with(Utf8, I64))
            .count_with(Materialized::named("counts", I64));
    });
    measure(&mut group, "count_uncached", &["readings"], |builder| {
        let _ = readings(builder)
            .group_by_key(Grouped::with(Utf8, I64))
            .count_with(Materialized::named("counts", I64).uncached());
    });
    group.finish();
}
