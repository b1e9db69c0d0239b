//! What these tests share.

use headwater_core::prelude::*;
use headwater_testing::TopologyTestDriver;

pub(crate) type Tested = Result<(), Box<dyn std::error::Error>>;

pub(crate) fn skipping(builder: StreamsBuilder) -> TopologyTestDriver {
    TopologyTestDriver::builder(builder.build().unwrap())
        .failure_policy(FailurePolicy::skip())
        .build()
        .unwrap()
}
