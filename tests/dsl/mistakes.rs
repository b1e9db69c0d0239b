//! Programs that compile and are no valid topology: each error names the node, the topic or the
//! store, and the way out.

use headwater_core::prelude::*;
use headwater_core::store::{KeyValueStore, KeyValueStoreDef};

fn words(builder: &StreamsBuilder) -> KStream<'_, String, String> {
    builder.stream("words", Consumed::with(Utf8, Utf8))
}

fn grouped() -> Grouped<Utf8, Utf8> {
    Grouped::with(Utf8, Utf8)
}

#[track_caller]
fn refused(builder: StreamsBuilder, words: &str) {
    let error = builder.build().expect_err("it is no valid topology");
    assert_eq!(error.to_string(), words);
}

#[test]
fn a_count_without_a_store_name_is_refused() {
    let builder = StreamsBuilder::new();
    let _ = words(&builder).group_by_key(grouped()).count();
    refused(
        builder,
        "the store of node KSTREAM-AGGREGATE-0000000002 has no name of its own and would be \
         called KSTREAM-AGGREGATE-STATE-STORE-0000000001, which changes when the program does; \
         name it with `Materialized::named`, or allow generated names with \
         `StreamsBuilder::with_generated_names()`",
    );
}

#[test]
fn a_group_of_changed_keys_without_a_name_is_refused() {
    let builder = StreamsBuilder::new();
    let _ = words(&builder)
        .group_by(|_, word| word.clone(), grouped())
        .count();
    let error = builder.build().expect_err("the topic has no name");
    assert!(
        error.to_string().contains("name it with `Grouped::named`"),
        "{error}"
    );
}

#[test]
fn the_name_of_the_store_names_the_repartition_topic() -> Result<(), TopologyError> {
    let builder = StreamsBuilder::new();
    let _ = words(&builder)
        .group_by(|_, word| word.clone(), grouped())
        .count_with(Materialized::named("counts", I64));
    let topology = builder.build()?;
    let names = topology.internal_topics().iter();
    let names: Vec<&str> = names.map(|topic| topic.name.as_str()).collect();
    assert_eq!(names, ["counts-repartition", "counts-changelog"]);
    Ok(())
}

#[test]
fn a_store_name_used_twice_is_refused() {
    let builder = StreamsBuilder::new();
    let group = words(&builder).group_by_key(grouped());
    let _ = group.clone().count_with(Materialized::named("counts", I64));
    let _ = group.count_with(Materialized::named("counts", I64));
    refused(
        builder,
        "store counts is there already; give each store a name of its own",
    );
}

#[test]
fn a_node_name_used_twice_is_refused() {
    let builder = StreamsBuilder::new();
    let long = words(&builder)
        .filter(|_, word| word.len() > 3)
        .named("long");
    let _ = long.filter(|_, word| word.len() > 5).named("long");
    refused(
        builder,
        "node long is there already; give each node a name of its own",
    );
}

#[test]
fn a_topic_read_as_two_tables_is_refused() {
    let builder = StreamsBuilder::new();
    let _ = builder.table("prices", Consumed::with(Utf8, I64).named("one"));
    let _ = builder.table("prices", Consumed::with(Utf8, I64).named("other"));
    refused(
        builder,
        "topic prices is read by the sources one-source and other-source, of which one is a \
         table's; read it once, as a table, and clone the handle, or turn it into a stream with \
         `KTable::into_stream`",
    );
}

#[test]
fn a_topic_read_as_table_and_stream_is_refused() {
    let builder = StreamsBuilder::new();
    let _ = builder.stream("prices", Consumed::with(Utf8, I64));
    let _ = builder.table("prices", Consumed::with(Utf8, I64));
    let error = builder.build().expect_err("one topic, two sources");
    let is_this =
        matches!(&error, TopologyError::TopicReadTwice { topic, .. } if topic == "prices");
    assert!(is_this, "{error}");
}

#[test]
fn a_pattern_that_matches_the_topic_of_a_table_is_refused() {
    let builder = StreamsBuilder::new();
    let _ = builder.stream_of_pattern("pr.*", Consumed::with(Utf8, I64));
    let _ = builder.table("prices", Consumed::with(Utf8, I64));
    let error = builder.build().expect_err("the pattern matches it");
    assert!(
        matches!(error, TopologyError::OverlappingSources { .. }),
        "{error}"
    );
}

#[test]
fn names_kafka_does_not_allow_are_refused_wherever_they_are_given() {
    let named = |what: &str, describe: fn(&StreamsBuilder)| {
        let builder = StreamsBuilder::new();
        describe(&builder);
        let error = builder.build().expect_err(what);
        let wanted = format!("{what} name \"bad name\" is illegal");
        assert!(error.to_string().starts_with(&wanted), "{error}");
    };
    named("node", |builder| {
        let _ = words(builder).peek(|_, _| {}).named("bad name");
    });
    named("node", |builder| {
        let _ = builder.table("prices", Consumed::with(Utf8, I64).named("bad name"));
    });
    named("node", |builder| {
        let _ = words(builder)
            .group_by(|_, word| word.clone(), grouped().named("bad name"))
            .count();
    });
    named("store", |builder| {
        let _ = words(builder)
            .group_by_key(grouped())
            .count_with(Materialized::named("bad name", I64));
    });
    named("topic", |builder| {
        let _ = builder.table("bad name", Consumed::with(Utf8, I64));
    });
    named("repartition", |builder| {
        let _ = words(builder).repartition(Repartitioned::with(Utf8, Utf8).named("bad name"));
    });
}

#[test]
fn a_repartition_without_partitions_is_refused() {
    let builder = StreamsBuilder::new();
    let none = Repartitioned::with(Utf8, Utf8).named("again").partitions(0);
    let _ = words(&builder).repartition(none);
    refused(
        builder,
        "repartition topic again-repartition is to have no partitions; ask for at least one",
    );
}

#[test]
fn a_configuration_that_cannot_be_read_is_an_error_of_the_topology() {
    let config = StreamsConfig::new("app").set("upgrade.from", "2.3");
    let builder = StreamsBuilder::configured_by(&config);
    let _ = words(&builder);
    let error = builder.build().expect_err("there is no such version");
    assert!(
        error
            .to_string()
            .starts_with("upgrade.from = \"2.3\": expected one of 2.4, "),
        "{error}"
    );
}

#[test]
fn a_configuration_for_generated_names_allows_them() -> Result<(), TopologyError> {
    let config = StreamsConfig::new("app").set("ensure.explicit.internal.resource.naming", false);
    let builder = StreamsBuilder::configured_by(&config);
    let _ = words(&builder).group_by_key(grouped()).count();
    let topology = builder.build()?;
    let changelog = "KSTREAM-AGGREGATE-STATE-STORE-0000000001-changelog";
    assert_eq!(topology.internal_topics()[0].name, changelog);
    Ok(())
}

/// Does nothing with its store.
struct Idle<V>(#[allow(dead_code, reason = "it is what the store is opened as")] V);

impl<V: 'static> Processor<String, String> for Idle<V> {
    type Key = String;
    type Value = String;

    fn process(
        &mut self,
        _: Record<String, String>,
        _: &mut ProcessorContext<'_, String, String>,
    ) -> Result<(), Failure> {
        Ok(())
    }
}

fn uses(builder: &StreamsBuilder, store: KeyValueStoreDef<String, i64>) {
    let idle = Idle::<KeyValueStore<String, i64>>;
    let _ = words(builder).process_with_stores(Processed::named("idle"), store, idle);
}

#[test]
fn a_store_that_was_not_added_is_refused() {
    let builder = StreamsBuilder::new();
    uses(&builder, KeyValueStoreDef::new("seen"));
    refused(
        builder,
        "node idle uses store seen, which is not part of the topology; add it with \
         `StreamsBuilder::add_store`",
    );
}

#[test]
fn a_store_that_was_added_with_other_types_is_refused() {
    let builder = StreamsBuilder::new();
    let added: KeyValueStoreDef<String, String> = KeyValueStoreDef::new("seen");
    builder.add_store(&added, Stored::with(Utf8, Utf8));
    uses(&builder, KeyValueStoreDef::new("seen"));
    refused(
        builder,
        "node idle uses store seen with other key, value or kind than it was added with; use one \
         definition for both",
    );
}
