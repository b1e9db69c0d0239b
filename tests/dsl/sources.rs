//! Sources: several topics, patterns, the same topic twice, the order between partitions.

use headwater_core::prelude::*;
use headwater_testing::{DriverError, TopologyTestDriver};

type Tested = Result<(), Box<dyn std::error::Error>>;

#[test]
fn one_topic_may_be_read_with_two_meanings() -> Tested {
    let builder = StreamsBuilder::new();
    let texts = builder.stream("in", Consumed::with(IgnoreKey, Utf8));
    texts
        .map_values(|text| text.len().to_string())
        .to("lengths", Produced::with(IgnoreKey, Utf8));
    let numbers = builder.stream("in", Consumed::with(IgnoreKey, I64));
    numbers
        .map_values(|number| number + 1)
        .to("next", Produced::with(IgnoreKey, I64));
    let mut driver = TopologyTestDriver::new(builder.build()?)?;
    driver.input("in", IgnoreKey, I64).push((), 41)?;
    assert_eq!(driver.output("lengths", IgnoreKey, Utf8).values()?, ["8"]);
    assert_eq!(driver.output("next", IgnoreKey, I64).values()?, [42]);
    Ok(())
}

#[test]
fn a_pattern_reads_every_topic_that_matches_as_a_whole() -> Tested {
    let builder = StreamsBuilder::new();
    builder
        .stream_of_pattern("plant-[0-9]+", Consumed::with(Utf8, I64))
        .to("all", Produced::with(Utf8, I64));
    let mut driver = TopologyTestDriver::builder(builder.build()?)
        .topic("plant-1", 1)
        .topic("plant-22", 2)
        .topic("plant-x", 1)
        .topic("my-plant-1", 1)
        .build()?;
    driver.input("plant-1", Utf8, I64).push("a", 1)?;
    driver
        .input("plant-22", Utf8, I64)
        .to_partition(1)
        .push("b", 2)?;
    for other in ["plant-x", "my-plant-1"] {
        let error = driver.input(other, Utf8, I64).push("c", 3).unwrap_err();
        assert!(matches!(error, DriverError::NotAnInput(_)), "{error}");
    }
    assert_eq!(driver.output("all", Utf8, I64).values()?, [1, 2]);
    Ok(())
}

#[test]
fn overlapping_sources_are_refused_with_both_names() {
    let builder = StreamsBuilder::new();
    let _ = builder.stream("a", Consumed::with(Utf8, I64).named("first"));
    let _ = builder.stream_of_topics(["a", "b"], Consumed::with(Utf8, I64).named("second"));
    let error = builder.build().unwrap_err();
    let expected = TopologyError::OverlappingSources {
        topic: "a".to_owned(),
        first: "first".to_owned(),
        second: "second".to_owned(),
    };
    assert_eq!(error, expected);
}

#[test]
fn an_invalid_pattern_is_refused_by_build() {
    let builder = StreamsBuilder::new();
    let _ = builder.stream_of_pattern("plant-[", Consumed::with(Utf8, I64));
    let error = builder.build().unwrap_err();
    assert!(
        matches!(error, TopologyError::InvalidPattern { .. }),
        "{error}"
    );
}

#[test]
fn a_record_without_a_usable_time_is_refused_or_skipped_as_asked() -> Tested {
    let run = |extractor: TimestampExtractor<String, i64>| {
        let builder = StreamsBuilder::new();
        let consumed = Consumed::with(Utf8, I64).timestamp_extractor(extractor);
        builder
            .stream("in", consumed)
            .to("out", Produced::with(Utf8, I64));
        let mut driver = TopologyTestDriver::new(builder.build()?)?;
        let pushed = driver
            .input("in", Utf8, I64)
            .at_ms(-1)
            .push("a", 1)
            .map(drop);
        let values = driver.output("out", Utf8, I64).values()?;
        Ok::<_, Box<dyn std::error::Error>>((pushed, values, driver.dropped()))
    };
    let (pushed, ..) = run(TimestampExtractor::record_time())?;
    assert!(
        pushed
            .unwrap_err()
            .to_string()
            .contains("no usable timestamp")
    );
    let (pushed, values, dropped) = run(TimestampExtractor::record_time_or_skip())?;
    assert!(pushed.is_ok());
    assert_eq!((values.len(), dropped), (0, 1));
    let (_, values, dropped) = run(TimestampExtractor::wall_clock())?;
    assert_eq!((values.len(), dropped), (1, 0));
    Ok(())
}

#[test]
fn a_pattern_that_takes_in_a_named_topic_is_refused() {
    let builder = StreamsBuilder::new();
    let _ = builder.stream("plant-1", Consumed::with(Utf8, I64));
    let _ = builder.stream_of_pattern("plant-.*", Consumed::with(Utf8, I64));
    let error = builder.build().unwrap_err();
    assert!(
        matches!(error, TopologyError::OverlappingSources { .. }),
        "{error}"
    );
}
