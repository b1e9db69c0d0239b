//! Topologies with state, and inputs for them.

use headwater_core::prelude::*;
use headwater_core::store::StoreContent;
use headwater_testing::{DriverBuilder, DriverError, TopologyTestDriver};
use proptest::prelude::*;

/// A record of the inputs `stream` or `table`: few keys, so that they meet.
#[derive(Clone, Debug)]
pub(crate) struct Input {
    pub(crate) topic: &'static str,
    pub(crate) key: u8,
    pub(crate) value: Option<i64>,
    pub(crate) at_ms: i64,
}

/// Inputs at times that go on, and at times back.
pub(crate) fn inputs() -> impl Strategy<Value = Vec<Input>> {
    let topic = prop_oneof![Just("stream"), Just("table")];
    let value = prop_oneof![3 => (0_i64..5).prop_map(Some), 1 => Just(None)];
    let input = (topic, 0_u8..4, value, -20_i64..40);
    prop::collection::vec(input, 0..40).prop_map(|inputs| {
        let mut now_ms = 100;
        let timed = inputs.into_iter().map(|(topic, key, value, step_ms)| {
            now_ms = (now_ms + step_ms).max(0);
            Input {
                topic,
                key,
                value,
                at_ms: now_ms,
            }
        });
        timed.collect()
    })
}

/// Stores of the topology, by what must be equal in them.
pub(crate) const STORES: [&str; 4] = ["counts", "rows", "large", "sums"];

/// Counts, a table, a filtered table and sums of a regrouped table.
pub(crate) fn topology() -> Topology {
    let builder = StreamsBuilder::new();
    builder
        .stream("stream", Consumed::with(Utf8, I64.nullable()))
        .group_by_key(Grouped::with(Utf8, I64.nullable()))
        .count_with(Materialized::named("counts", I64))
        .into_stream()
        .to("counted", Produced::with(Utf8, I64.nullable()));
    let rows = builder.table_with(
        "table",
        Consumed::with(Utf8, I64),
        Materialized::named("rows", I64),
    );
    rows.filter_with(|_, value| *value > 2, Materialized::named("large", I64))
        .into_stream()
        .to("filtered", Produced::with(Utf8, I64.nullable()));
    builder.build().unwrap()
}

/// A driver for the topology.
pub(crate) fn driver() -> DriverBuilder {
    TopologyTestDriver::builder(topology())
}

pub(crate) fn push(driver: &mut TopologyTestDriver, input: &Input) -> Result<(), DriverError> {
    let key = format!("key-{}", input.key);
    driver
        .input(input.topic, Utf8, I64.nullable())
        .at_ms(input.at_ms)
        .push(key, input.value)?;
    Ok(())
}

/// What every store holds, after a last commit.
pub(crate) fn contents(driver: &mut TopologyTestDriver) -> Vec<(&'static str, StoreContent)> {
    driver.commit().unwrap();
    let stores = STORES.into_iter();
    stores
        .filter_map(|store| Some((store, driver.store_content(store, 0)?.unwrap())))
        .collect()
}
