//! Records that fail, code that panics, topics that are missing.

use headwater::prelude::*;

use crate::flow::upper_case;
use crate::support::{Lab, deadline};

fn parse_numbers(input: &str, output: &str) -> Topology {
    let builder = StreamsBuilder::new();
    builder
        .stream(input, Consumed::with(Utf8, Utf8))
        .try_map_values(|text| Ok(text.parse::<i64>()?))
        .to(output, Produced::with(Utf8, I64));
    builder.build().unwrap()
}

#[test]
fn a_failing_record_stops_the_application_and_is_not_committed() {
    let Some(lab) = Lab::open() else { return };
    let (input, output) = (lab.topic("in", 1), lab.topic("out", 1));
    lab.write(&input, 0, &["1", "2", "x", "4"]);
    let app = lab.start(parse_numbers(&input, &output));
    let error = app.wait().unwrap_err().to_string();
    assert!(
        error.contains(&format!("topic {input} partition 0 offset 2")),
        "{error}"
    );
    assert!(error.contains("invalid digit"), "{error}");
    assert_eq!(app.state(), AppState::Error);
    assert_eq!(
        lab.committed(&input),
        [(0, 2)].into(),
        "what came before it is committed"
    );
    assert_eq!(lab.read(&output, 2).len(), 2);
}

#[test]
fn a_skipped_record_is_counted_and_passed_over() {
    let Some(lab) = Lab::open() else { return };
    let (input, output) = (lab.topic("in", 1), lab.topic("out", 1));
    lab.write(&input, 0, &["1", "x", "3"]);
    let topology = parse_numbers(&input, &output);
    let app = lab.start_with(topology, &lab.config(), FailurePolicy::skip());
    deadline().wait_until("processing", || app.totals().consumed == 3);
    app.shutdown().unwrap();
    assert_eq!(app.totals().dropped, 1);
    assert_eq!(lab.committed(&input), [(0, 3)].into());
    assert_eq!(lab.read(&output, 2).len(), 2);
}

#[test]
fn a_panic_in_user_code_ends_the_application_with_its_words() {
    let Some(lab) = Lab::open() else { return };
    let (input, output) = (lab.topic("in", 1), lab.topic("out", 1));
    let builder = StreamsBuilder::new();
    builder
        .stream(&input, Consumed::with(Utf8, Utf8))
        .map_values(|text| {
            if text == "x" {
                panic!("not my day")
            } else {
                text
            }
        })
        .to(&output, Produced::with(Utf8, Utf8));
    lab.write(&input, 0, &["a", "x"]);
    let app = lab.start(builder.build().unwrap());
    let error = app.wait().unwrap_err().to_string();
    assert!(error.contains("not my day"), "{error}");
    assert_eq!(lab.committed(&input), [(0, 1)].into());
}

#[test]
fn a_replaced_worker_begins_where_the_last_commit_was() {
    let Some(lab) = Lab::open() else { return };
    let (input, output) = (lab.topic("in", 1), lab.topic("out", 1));
    let healed = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let heals = std::sync::Arc::clone(&healed);
    let builder = StreamsBuilder::new();
    builder
        .stream(&input, Consumed::with(Utf8, Utf8))
        .try_map_values(move |text| {
            if text == "x" && !heals.swap(true, std::sync::atomic::Ordering::Relaxed) {
                return Err(Failure::new("for once"));
            }
            Ok(text)
        })
        .to(&output, Produced::with(Utf8, Utf8));
    lab.write(&input, 0, &["a", "x", "b"]);
    let config = lab.config();
    let builder = App::builder(builder.build().unwrap(), config.clone())
        .on_uncaught(|_| UncaughtResponse::ReplaceWorker);
    let app = lab.try_start(builder, &config).unwrap();
    deadline().wait_until("the record that failed once", || {
        lab.committed(&input) == [(0, 3)].into()
    });
    app.shutdown().unwrap();
    // What was not committed when the worker failed may be there twice.
    let texts = lab.read_distinct(&output, 3);
    assert!(
        ["a", "b", "x"].iter().all(|text| texts.contains(*text)),
        "{texts:?}"
    );
}

#[test]
fn a_missing_input_topic_is_named_at_start() {
    let Some(lab) = Lab::open() else { return };
    let config = lab.config();
    let topology = upper_case("nowhere", "out");
    let builder = App::builder(topology, config.clone());
    let error = lab.try_start(builder, &config).unwrap_err();
    assert!(
        matches!(&error, AppError::MissingTopics { topics } if *topics == ["nowhere"]),
        "{error}"
    );
}
