//! Sinks that choose a topic for each record.

use headwater_core::prelude::*;
use headwater_testing::TopologyTestDriver;

type Tested = Result<(), Box<dyn std::error::Error>>;

fn by_key(policy: FailurePolicy) -> Result<TopologyTestDriver, Box<dyn std::error::Error>> {
    let builder = StreamsBuilder::new();
    builder
        .stream("in", Consumed::with(Utf8, I64))
        .to_dynamic(|record| record.key.clone(), Produced::with(Utf8, I64));
    let builder = TopologyTestDriver::builder(builder.build()?).failure_policy(policy);
    Ok(builder.build()?)
}

#[test]
fn each_record_goes_to_the_topic_chosen_for_it() -> Tested {
    let mut driver = by_key(FailurePolicy::stop())?;
    driver
        .input("in", Utf8, I64)
        .push("a", 1)?
        .push("b", 2)?
        .push("b", 3)?
        .push("a", 4)?;
    assert_eq!(driver.output("a", Utf8, I64).values()?, [1, 4]);
    assert_eq!(driver.output("b", Utf8, I64).values()?, [2, 3]);
    Ok(())
}

#[test]
fn a_name_that_is_none_is_a_failure_of_the_record() -> Tested {
    for name in ["", "no spaces"] {
        let error = by_key(FailurePolicy::stop())?
            .input("in", Utf8, I64)
            .push(name, 1)
            .unwrap_err();
        assert!(error.to_string().contains("topic name"), "{error}");
    }
    let mut driver = by_key(FailurePolicy::skip())?;
    driver.input("in", Utf8, I64).push("", 1)?.push("a", 2)?;
    assert_eq!(driver.output("a", Utf8, I64).values()?, [2]);
    assert_eq!(driver.dropped(), 1);
    Ok(())
}
