//! Chains of stateless operators: the price of one operator is the difference between two of
//! them.

use criterion::Criterion;
use headwater_core::prelude::*;

use crate::feed::{measure, readings};

/// Chains of 0, 1, 4 and 16 operators between a source and a sink.
pub(crate) fn all(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("chain");
    for length in [0_usize, 1, 4, 16] {
        let name = format!("map_values_{length}");
        measure(&mut group, &name, &["readings"], |builder| {
            let mut stream = readings(builder);
            for _ in 0..length {
                stream = stream.map_values(|reading| reading + 1);
            }
            stream.to("out", Produced::with(Utf8, I64));
        });
    }
    measure(&mut group, "filter_4", &["readings"], |builder| {
        let mut stream = readings(builder);
        for _ in 0..4 {
            stream = stream.filter(|_, reading| *reading > 0);
        }
        stream.to("out", Produced::with(Utf8, I64));
    });
    group.finish();
}
