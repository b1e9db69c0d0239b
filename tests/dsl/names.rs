//! Names: generated ones refused where they outlive the program, given ones checked.

use headwater_core::prelude::*;

fn unnamed_repartition(builder: StreamsBuilder) -> Result<Topology, TopologyError> {
    builder
        .stream("in", Consumed::with(Utf8, Utf8))
        .repartition(Repartitioned::with(Utf8, Utf8))
        .to("out", Produced::with(Utf8, Utf8));
    builder.build()
}

#[test]
fn a_generated_topic_name_needs_leave() -> Result<(), TopologyError> {
    let error = unnamed_repartition(StreamsBuilder::new()).unwrap_err();
    assert!(
        error.to_string().contains("Repartitioned::named"),
        "{error}"
    );
    let topology = unnamed_repartition(StreamsBuilder::with_generated_names())?;
    let name = &topology.internal_topics()[0].name;
    assert_eq!(name, "KSTREAM-REPARTITION-0000000001-repartition");
    Ok(())
}

#[test]
fn naming_a_node_shifts_no_other_name() -> Result<(), TopologyError> {
    let describe = |name: Option<&str>| {
        let builder = StreamsBuilder::new();
        let stream = builder
            .stream("in", Consumed::with(Utf8, Utf8))
            .filter(|_, _| true);
        let stream = match name {
            Some(name) => stream.named(name),
            None => stream,
        };
        stream.peek(|_, _| {}).to("out", Produced::with(Utf8, Utf8));
        Ok(builder.build()?.describe())
    };
    let plain = describe(None)?;
    assert_eq!(
        plain.replace("KSTREAM-FILTER-0000000001", "hot"),
        describe(Some("hot"))?
    );
    Ok(())
}

#[test]
fn a_topic_name_kafka_refuses_is_refused_by_build() {
    let builder = StreamsBuilder::new();
    builder
        .stream("no spaces", Consumed::with(Utf8, Utf8))
        .to("out", Produced::with(Utf8, Utf8));
    let error = builder.build().unwrap_err();
    assert!(
        matches!(error, TopologyError::IllegalName { what: "topic", .. }),
        "{error}"
    );
}

#[test]
fn a_topology_without_a_source_is_refused() {
    assert_eq!(
        StreamsBuilder::new().build().unwrap_err(),
        TopologyError::Empty
    );
}

#[test]
fn two_repartitions_of_one_name_are_refused() {
    let builder = StreamsBuilder::new();
    let stream = builder.stream("in", Consumed::with(Utf8, Utf8));
    for out in ["a", "b"] {
        let again = Repartitioned::with(Utf8, Utf8).named("again");
        stream
            .clone()
            .repartition(again)
            .to(out, Produced::with(Utf8, Utf8));
    }
    assert!(builder.build().is_err());
}
