//! `topology.optimization`: fewer topics, the same results.

use headwater_core::prelude::*;
use headwater_core::topology::TopicPurpose;
use headwater_testing::TopologyTestDriver;

type Tested = Result<(), Box<dyn std::error::Error>>;

fn optimized() -> StreamsBuilder {
    builder("all")
}

fn builder(optimization: &str) -> StreamsBuilder {
    let config = StreamsConfig::new("app")
        .set("topology.optimization", optimization)
        .set("ensure.explicit.internal.resource.naming", false);
    StreamsBuilder::configured_by(&config)
}

fn grouped() -> Grouped<Utf8, Utf8> {
    Grouped::with(Utf8, Utf8)
}

/// Counts a grouped stream into a store and a topic of this name.
fn count_into(group: KGroupedStream<'_, String, String>, name: &str) {
    group
        .count_with(Materialized::named(name, I64))
        .into_stream()
        .to(name, Produced::with(Utf8, I64.nullable()));
}

/// What each topic has after some records went in.
fn results(
    topology: Topology,
    topics: &[&str],
) -> Result<Vec<Vec<String>>, Box<dyn std::error::Error>> {
    let mut driver = TopologyTestDriver::builder(topology)
        .topic("in", 3)
        .build()?;
    for (number, word) in ["ab", "b", "ab", "a", "b"].into_iter().enumerate() {
        let partition = i32::try_from(number % 3)?;
        let key = number.to_string();
        driver
            .input("in", Utf8, Utf8)
            .to_partition(partition)
            .push(key.as_str(), word)?;
    }
    let mut all = Vec::new();
    for topic in topics {
        let pairs = driver.output(topic, Utf8, I64).pairs()?;
        let mut pairs: Vec<String> = pairs
            .into_iter()
            .map(|(key, count)| format!("{key}={count}"))
            .collect();
        pairs.sort();
        all.push(pairs);
    }
    Ok(all)
}

fn repartitions(topology: &Topology) -> Vec<&str> {
    let topics = topology.internal_topics().iter();
    let topics = topics.filter(|topic| topic.purpose == TopicPurpose::Repartition);
    topics.map(|topic| topic.name.as_str()).collect()
}

fn two_counts_of(builder: StreamsBuilder) -> Result<Topology, TopologyError> {
    let words = builder
        .stream("in", Consumed::with(Utf8, Utf8))
        .select_key(|_, word| word.clone());
    count_into(words.clone().group_by_key(grouped()), "all");
    count_into(
        words
            .filter(|_, word| word.len() > 1)
            .group_by_key(grouped()),
        "long",
    );
    builder.build()
}

#[test]
fn repartitions_of_the_same_keys_are_one() -> Tested {
    let plain = two_counts_of(builder("none"))?;
    let merged = two_counts_of(optimized())?;
    assert_eq!(
        repartitions(&plain),
        ["all-repartition", "long-repartition"]
    );
    assert_eq!(repartitions(&merged), ["all-repartition"]);
    // The filter runs behind the topic now.
    let described = merged.describe();
    let source = "Source: all-repartition-source (topics: [all-repartition])\n      \
                  --> KSTREAM-AGGREGATE-0000000002, KSTREAM-FILTER-0000000008\n";
    assert!(described.contains(source), "{described}");
    let counts = results(merged, &["all", "long"])?;
    assert_eq!(counts, results(plain, &["all", "long"])?);
    assert_eq!(counts[0], ["a=1", "ab=1", "ab=2", "b=1", "b=2"]);
    Ok(())
}

#[test]
fn a_change_of_values_keeps_repartitions_apart() -> Tested {
    let builder = optimized();
    let words = builder
        .stream("in", Consumed::with(Utf8, Utf8))
        .select_key(|_, word| word.clone());
    let lengths = words.clone().map_values(|word| word.len().to_string());
    count_into(words.group_by_key(grouped()), "words");
    count_into(lengths.group_by_key(grouped()), "lengths");
    let topology = builder.build()?;
    let topics = ["words-repartition", "lengths-repartition"];
    assert_eq!(repartitions(&topology), topics);
    let counts = results(topology, &["words", "lengths"])?;
    assert_eq!(counts[0], counts[1]);
    Ok(())
}

#[test]
fn two_groups_behind_one_filter_share_a_repartition() -> Tested {
    let build = |builder: StreamsBuilder| {
        let long = builder
            .stream("in", Consumed::with(Utf8, Utf8))
            .select_key(|_, word| word.clone())
            .filter(|_, word| word.len() > 1);
        count_into(long.clone().group_by_key(grouped()), "one");
        count_into(long.group_by_key(grouped()), "other");
        builder.build()
    };
    let merged = build(optimized())?;
    assert_eq!(repartitions(&merged), ["one-repartition"]);
    let counts = results(merged, &["one", "other"])?;
    assert_eq!(counts, results(build(builder("none"))?, &["one", "other"])?);
    assert_eq!(counts[0], ["ab=1", "ab=2"]);
    Ok(())
}

#[test]
fn merged_streams_are_repartitioned_behind_their_last_merge() -> Tested {
    let build = |builder: StreamsBuilder| {
        let words = builder.stream("in", Consumed::with(Utf8, Utf8));
        let by_word = words.clone().select_key(|_, word| word.clone());
        let by_key = words.clone().select_key(|key, _| key.clone());
        let both = by_word.merge(by_key);
        let all = both.merge(words.select_key(|_, _| "all".to_owned()));
        count_into(all.clone().group_by_key(grouped()), "one");
        count_into(
            all.filter(|_, word| word.len() > 1).group_by_key(grouped()),
            "long",
        );
        builder.build()
    };
    let merged = build(optimized())?;
    assert_eq!(repartitions(&merged), ["one-repartition"]);
    let counts = results(merged, &["one", "long"])?;
    assert_eq!(counts, results(build(builder("none"))?, &["one", "long"])?);
    assert!(counts[0].contains(&"all=5".to_owned()), "{:?}", counts[0]);
    Ok(())
}

/// A repartition that went before a processor of other types would read what it cannot.
#[test]
fn a_repartition_does_not_move_to_where_records_have_other_types() -> Tested {
    let builder = optimized();
    let lengths = builder
        .stream("in", Consumed::with(Utf8, Utf8))
        .select_key(|_, word| word.clone())
        .process(|| Length);
    lengths
        .group_by_key(Grouped::with(Utf8, I64))
        .count_with(Materialized::named("counts", I64))
        .into_stream()
        .to("counts", Produced::with(Utf8, I64.nullable()));
    let counts = results(builder.build()?, &["counts"])?;
    assert_eq!(counts[0], ["a=1", "ab=1", "ab=2", "b=1", "b=2"]);
    Ok(())
}

/// Replaces the value by its length.
struct Length;

impl Processor<String, String> for Length {
    type Key = String;
    type Value = i64;

    fn process(
        &mut self,
        record: Record<String, String>,
        context: &mut ProcessorContext<'_, String, i64>,
    ) -> Result<(), Failure> {
        let length = i64::try_from(record.value.len()).unwrap_or(i64::MAX);
        context.forward(record.with_value(length))
    }
}

#[test]
fn a_named_group_is_repartitioned_once() -> Tested {
    for optimization in ["none", "all"] {
        let builder = builder(optimization);
        let group = builder
            .stream("in", Consumed::with(Utf8, Utf8))
            .select_key(|_, word| word.clone())
            .group_by_key(grouped().named("by-word"));
        count_into(group.clone(), "one");
        count_into(group, "other");
        let topology = builder.build()?;
        assert_eq!(repartitions(&topology), ["by-word-repartition"]);
        let counts = results(topology, &["one", "other"])?;
        assert_eq!(counts[0], counts[1]);
    }
    Ok(())
}

#[test]
fn the_topic_of_a_table_serves_as_its_changelog() -> Tested {
    let build = |optimization| {
        let builder = builder(optimization);
        builder
            .table_with(
                "prices",
                Consumed::with(Utf8, I64),
                Materialized::named("prices-store", I64),
            )
            .into_stream()
            .to("changes", Produced::with(Utf8, I64.nullable()));
        builder.build()
    };
    let reused = build("reuse.ktable.source.topics")?;
    let topic = &reused.internal_topics()[0];
    assert_eq!(
        (topic.name.as_str(), topic.purpose),
        ("prices", TopicPurpose::SourceChangelog)
    );
    let mut driver = TopologyTestDriver::new(reused)?;
    driver.input("prices", Utf8, I64).push("rose", 3)?;
    assert_eq!(driver.topics_with_records(), ["changes", "prices"]);

    let own = build("merge.repartition.topics")?;
    assert_eq!(own.internal_topics()[0].name, "prices-store-changelog");
    Ok(())
}

/// Diamonds double the ways through the graph: looking at each would take for ever.
#[test]
fn many_diamonds_are_planned_at_once() -> Tested {
    let builder = optimized();
    let mut words = builder
        .stream("in", Consumed::with(Utf8, Utf8))
        .select_key(|_, word| word.clone());
    for _ in 0..40 {
        let same = words.clone().filter(|_, _| true);
        words = words.filter(|_, _| false).merge(same);
    }
    count_into(words.group_by_key(grouped()), "counts");
    let counts = results(builder.build()?, &["counts"])?;
    assert_eq!(counts[0], ["a=1", "ab=1", "ab=2", "b=1", "b=2"]);
    Ok(())
}
