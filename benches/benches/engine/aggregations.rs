//! Aggregations in stores in memory, with their caches and changelogs.

use headwater_core::prelude::*;

use crate::feed::readings;
use crate::workload::Workload;

/// A count per key, cached and uncached, and the newest text of a key.
pub(crate) fn all() -> Vec<Workload> {
    vec![
        Workload::new("aggregate/count_cached", &["readings"], |builder| {
            let _ = readings(builder)
                .group_by_key(Grouped::with(Utf8, I64))
                .count_with(Materialized::named("counts", I64));
        }),
        Workload::new("aggregate/count_uncached", &["readings"], |builder| {
            let _ = readings(builder)
                .group_by_key(Grouped::with(Utf8, I64))
                .count_with(Materialized::named("counts", I64).uncached());
        }),
        Workload::new("aggregate/reduce_text", &["readings"], |builder| {
            let _ = readings(builder)
                .map_values(document)
                .group_by_key(Grouped::with(Utf8, Utf8))
                .reduce_with(|_, newest| newest, Materialized::named("newest", Utf8));
        }),
    ]
}

/// Text of the length of a small JSON document, whatever the reading.
fn document(reading: i64) -> String {
    const TEXT: &str = r#"{"sensor":"a","unit":"celsius","floor":3,"building":"north","value":"#;
    let mut text = String::with_capacity(TEXT.len() + 2);
    text.push_str(TEXT);
    text.push(if reading > 0 { '1' } else { '0' });
    text.push('}');
    text
}
