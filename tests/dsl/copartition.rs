//! Topics that are joined: equal partition counts, or an error that names both.

use std::time::Duration;

use headwater_core::prelude::*;
use headwater_testing::{DriverError, TopologyTestDriver};

type Tested = Result<(), Box<dyn std::error::Error>>;

/// How each side of the join comes to it.
#[derive(Clone, Copy)]
enum Side {
    /// As the topic has it.
    AsRead,
    /// By another key: it goes through a repartition topic.
    Rekeyed,
    /// Through a repartition topic of so many partitions.
    Repartitioned(u32),
}

fn side<'b>(builder: &'b StreamsBuilder, topic: &str, side: Side) -> KStream<'b, String, String> {
    let stream = builder.stream(topic, Consumed::with(Utf8, Utf8));
    match side {
        Side::AsRead => stream,
        Side::Rekeyed => stream.select_key(|_, value| value.clone()),
        Side::Repartitioned(partitions) => {
            let again = Repartitioned::with(Utf8, Utf8).named(topic);
            stream.repartition(again.partitions(partitions))
        }
    }
}

fn joined(left: Side, right: Side) -> Result<Topology, TopologyError> {
    let builder = StreamsBuilder::new();
    let left = side(&builder, "left", left);
    let right = side(&builder, "right", right);
    left.join(
        right,
        |left, right| format!("{left}+{right}"),
        JoinWindows::of(Duration::from_secs(60)),
        StreamJoined::with(Utf8, Utf8, Utf8)
            .store("both")
            .named("both"),
    )
    .to("out", Produced::with(Utf8, Utf8));
    builder.build()
}

fn driver(topology: Topology, left: u32, right: u32) -> Result<TopologyTestDriver, DriverError> {
    TopologyTestDriver::builder(topology)
        .topic("left", left)
        .topic("right", right)
        .build()
}

/// Joins fifty words with themselves: each finds its equal only if both land in one task.
#[track_caller]
fn finds_all(topology: Topology, left: u32, right: u32) -> Tested {
    let mut driver = driver(topology, left, right)?;
    let words: Vec<String> = (0..50).map(|number| format!("word-{number}")).collect();
    for word in &words {
        for topic in ["left", "right"] {
            driver
                .input(topic, Utf8, Utf8)
                .push(word.as_str(), word.as_str())?;
        }
    }
    let mut found = driver.output("out", Utf8, Utf8).pairs()?;
    found.sort();
    let mut wanted: Vec<(String, String)> = words
        .into_iter()
        .map(|word| (word.clone(), format!("{word}+{word}")))
        .collect();
    wanted.sort();
    assert_eq!(found, wanted);
    Ok(())
}

#[test]
fn topics_of_different_counts_are_refused_with_both_counts() -> Tested {
    let error = driver(joined(Side::AsRead, Side::AsRead)?, 4, 3).err();
    let words = error.map(|error| error.to_string()).unwrap_or_default();
    assert_eq!(
        words,
        "topics left (4 partitions) and right (3 partitions) are joined and need equal counts; \
         create them with equal counts, or send one through `KStream::repartition` before the join"
    );
    finds_all(joined(Side::AsRead, Side::AsRead)?, 4, 4)
}

#[test]
fn a_repartition_topic_takes_the_count_of_the_other_side() -> Tested {
    finds_all(joined(Side::Rekeyed, Side::AsRead)?, 6, 4)?;
    finds_all(joined(Side::AsRead, Side::Rekeyed)?, 2, 5)
}

#[test]
fn two_repartition_topics_take_the_larger_count_or_the_one_asked_for() -> Tested {
    finds_all(joined(Side::Rekeyed, Side::Rekeyed)?, 6, 4)?;
    finds_all(joined(Side::Repartitioned(3), Side::Rekeyed)?, 6, 4)
}

#[test]
fn a_count_asked_for_that_is_not_that_of_the_topic_is_refused() -> Tested {
    let topology = joined(Side::Repartitioned(3), Side::AsRead)?;
    let error = driver(topology, 6, 4).err();
    let words = error.map(|error| error.to_string()).unwrap_or_default();
    assert!(words.contains("right (4 partitions)"), "{words}");
    assert!(
        words.contains("app-left-repartition (3 partitions)"),
        "{words}"
    );
    assert!(words.contains("Repartitioned::partitions"), "{words}");
    Ok(())
}

#[test]
fn two_counts_asked_for_that_differ_are_no_topology() {
    let error = joined(Side::Repartitioned(3), Side::Repartitioned(4));
    assert_eq!(
        error.map(drop).expect_err("3 is not 4").to_string(),
        "the repartition topics left-repartition (3 partitions) and right-repartition \
         (4 partitions) are joined and need equal counts; give both the same \
         `Repartitioned::partitions`"
    );
}
