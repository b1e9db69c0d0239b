//! Chains of stateless operators: the price of one operator is the difference between two of
//! them.

use headwater_core::prelude::*;

use crate::feed::readings;
use crate::workload::Workload;

/// Chains of 0, 1, 4 and 16 operators between a source and a sink.
pub(crate) fn all() -> Vec<Workload> {
    let map_values = [0_usize, 1, 4, 16].into_iter().map(|length| {
        let name = format!("chain/map_values_{length}");
        Workload::new(name, &["readings"], move |builder| {
            let mut stream = readings(builder);
            for _ in 0..length {
                stream = stream.map_values(|reading| reading + 1);
            }
            stream.to("out", Produced::with(Utf8, I64));
        })
    });
    let filter = Workload::new("chain/filter_4", &["readings"], |builder| {
        let mut stream = readings(builder);
        for _ in 0..4 {
            stream = stream.filter(|_, reading| *reading > 0);
        }
        stream.to("out", Produced::with(Utf8, I64));
    });
    map_values.chain([filter]).collect()
}
