//! From topic to topic.

use headwater::prelude::*;

use crate::support::{Lab, Seen, deadline};

pub(crate) fn upper_case(input: &str, output: &str) -> Topology {
    let builder = StreamsBuilder::new();
    builder
        .stream(input, Consumed::with(Utf8, Utf8))
        .map_values(|text| text.to_uppercase())
        .to(output, Produced::with(Utf8, Utf8));
    builder.build().unwrap()
}

#[test]
fn keys_headers_and_timestamps_are_carried_over() {
    let Some(lab) = Lab::open() else { return };
    let (input, output) = (lab.topic("in", 1), lab.topic("out", 1));
    let app = lab.start(upper_case(&input, &output));
    lab.write(&input, 0, &["a", "b"]);
    let seen = lab.read(&output, 2);
    assert_eq!(seen[1].key.as_deref(), Some(&b"b"[..]));
    assert_eq!(seen[1].text(), "B");
    assert_eq!(seen[1].timestamp, Some(1));
    assert_eq!(
        seen[1].headers,
        [("origin".to_owned(), Some(b"test".to_vec()))]
    );
    app.shutdown().unwrap();
}

#[test]
fn an_empty_value_keeps_its_headers() {
    let Some(lab) = Lab::open() else { return };
    let (input, output) = (lab.topic("in", 1), lab.topic("out", 1));
    let app = lab.start(upper_case(&input, &output));
    lab.write(&input, 0, &[""]);
    let seen = lab.read(&output, 1);
    assert_eq!(seen[0].value.as_deref(), Some(&[][..]));
    assert_eq!(seen[0].headers.len(), 1);
    app.shutdown().unwrap();
}

#[test]
fn shutdown_commits_what_was_processed() {
    let Some(lab) = Lab::open() else { return };
    let (input, output) = (lab.topic("in", 1), lab.topic("out", 1));
    let config = lab.config().set("commit.interval.ms", 3_600_000);
    let app = lab.start_with(upper_case(&input, &output), &config, FailurePolicy::stop());
    lab.write(&input, 0, &["a", "b", "c"]);
    lab.read(&output, 3);
    assert!(lab.committed(&input).is_empty(), "the interval is an hour");
    app.shutdown().unwrap();
    assert_eq!(lab.committed(&input), [(0, 3)].into());
    assert_eq!(app.state(), AppState::NotRunning);
    assert_eq!(app.totals().committed, 3);
}

#[test]
fn a_second_start_goes_on_where_the_first_ended() {
    let Some(lab) = Lab::open() else { return };
    let (input, output) = (lab.topic("in", 1), lab.topic("out", 1));
    for texts in [["a", "b"], ["c", "d"]] {
        let app = lab.start(upper_case(&input, &output));
        lab.write(&input, 0, &texts);
        deadline().wait_until("processing", || app.totals().consumed == 2);
        app.shutdown().unwrap();
    }
    let texts: Vec<String> = lab.read(&output, 4).iter().map(Seen::text).collect();
    assert_eq!(texts, ["A", "B", "C", "D"]);
}

#[test]
fn records_go_through_a_repartition_topic_that_the_start_creates() {
    let Some(lab) = Lab::open() else { return };
    let (input, output) = (lab.topic("in", 2), lab.topic("out", 1));
    let builder = StreamsBuilder::new();
    builder
        .stream(&input, Consumed::with(Utf8, Utf8))
        .select_key(|_, text| text.len().to_string())
        .repartition(
            Repartitioned::with(Utf8, Utf8)
                .named("by-length")
                .partitions(3),
        )
        .to(&output, Produced::with(Utf8, Utf8));
    let app = lab.start(builder.build().unwrap());
    lab.write(&input, 0, &["a", "bb"]);
    lab.write(&input, 1, &["ccc"]);
    let mut keys: Vec<_> = lab
        .read(&output, 3)
        .into_iter()
        .filter_map(|seen| seen.key)
        .collect();
    keys.sort();
    assert_eq!(keys, [b"1", b"2", b"3"]);
    let internal = format!("{}-by-length-repartition", lab.group());
    let seen = lab.read(&internal, 3);
    for seen in seen {
        let key = seen.key.unwrap();
        let expected = headwater::partition::partition_for_key(&key, 3);
        assert_eq!(seen.partition, expected.index());
    }
    app.shutdown().unwrap();
}

#[test]
fn states_are_told_in_order() {
    let Some(lab) = Lab::open() else { return };
    let (input, output) = (lab.topic("in", 1), lab.topic("out", 1));
    let config = lab.config();
    let (sender, states) = std::sync::mpsc::sync_channel(100);
    let builder = App::builder(upper_case(&input, &output), config.clone())
        .on_state_change(move |new, _| sender.send(new).unwrap());
    let app = lab.try_start(builder, &config).unwrap();
    app.handle()
        .wait_for_state(|state| state == AppState::Running);
    app.shutdown().unwrap();
    let states: Vec<AppState> = states.try_iter().collect();
    assert_eq!(states.first(), Some(&AppState::Rebalancing));
    let end = [AppState::PendingShutdown, AppState::NotRunning];
    assert_eq!(states.last_chunk(), Some(&end));
}

#[test]
fn a_topic_of_a_pattern_that_appears_later_is_read() {
    let Some(lab) = Lab::open() else { return };
    let (first, output) = (lab.topic("plant-1", 1), lab.topic("out", 1));
    let pattern = first.replace("plant-1", "plant-[0-9]+");
    let builder = StreamsBuilder::new();
    builder
        .stream_of_pattern(&pattern, Consumed::with(Utf8, Utf8))
        .to(&output, Produced::with(Utf8, Utf8));
    let app = lab.start(builder.build().unwrap());
    lab.write(&first, 0, &["a"]);
    lab.read(&output, 1);
    let second = lab.topic("plant-2", 1);
    lab.write(&second, 0, &["b"]);
    let texts: Vec<String> = lab.read(&output, 2).iter().map(Seen::text).collect();
    assert_eq!(texts, ["a", "b"]);
    app.shutdown().unwrap();
}
