//! With --bootstrap-servers: on a broker of the test, which outlives the program.

use crate::support::{broker_with, run, send};

const BAD: &str = r#"{"value": "two"}"#;

fn value(number: u32) -> String {
    format!(r#"{{"value": {number}}}"#)
}

#[test]
fn bad_records_are_logged_counted_and_skipped() {
    let broker = broker_with(&[BAD, "", &value(1), &value(2)]);
    let address = broker.bootstrap_servers();
    let ended = run(&["--bootstrap-servers", address, "--records", "2"]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let (samples, totals) = ended.results();
    assert_eq!(
        samples.first(),
        Some(&r#"{"original_value":1,"doubled_value":2}"#)
    );
    assert!(totals.starts_with("doubled 2 records in "), "{totals}");
    assert!(totals.ends_with(", 2 bad"), "{totals}");
    for told in [
        "topic input_topic partition 0 offset 0",
        "expected a number, got a string",
        "topic input_topic partition 0 offset 1",
    ] {
        assert!(ended.stderr.contains(told), "{}", ended.stderr);
    }
}

/// Goal: the bad record's offset is not committed, those before it are. Method: the next run
/// begins at the bad record.
#[test]
fn a_bad_record_ends_the_program_and_is_met_again() {
    let broker = broker_with(&[&value(1), &value(2), BAD]);
    // The embedded broker lets nobody join for a second less than this after a group is left.
    let session = "consumer.session.timeout.ms=2000";
    let heartbeat = "consumer.heartbeat.interval.ms=500";
    let address = broker.bootstrap_servers();
    let mut arguments = vec!["--bootstrap-servers", address];
    arguments.extend([
        "--property",
        session,
        "--property",
        heartbeat,
        "--on-bad-record",
    ]);

    let stopped = run(&[&arguments, &["stop"][..]].concat());
    assert_eq!(stopped.code, Some(1), "{}", stopped.stderr);
    let error = stopped.stderr.lines().last().unwrap_or_default();
    assert!(error.starts_with("error: "), "{error}");
    assert!(
        error.contains("topic input_topic partition 0 offset 2"),
        "{error}"
    );
    assert!(error.contains("expected a number, got a string"), "{error}");
    let (_, totals) = stopped.results();
    assert!(totals.starts_with("doubled 2 records in "), "{totals}");

    send(&broker, &[&value(3)]);
    let resumed = run(&[&arguments, &["skip", "--records", "1"][..]].concat());
    assert_eq!(resumed.code, Some(0), "{}", resumed.stderr);
    let (samples, totals) = resumed.results();
    assert_eq!(samples, [r#"{"original_value":3,"doubled_value":6}"#]);
    assert!(totals.ends_with(", 1 bad"), "{totals}");
}

#[test]
fn a_missing_topic_is_an_error_that_says_how_to_create_it() {
    let broker = broker_with(&[]);
    let address = broker.bootstrap_servers();
    let ended = run(&["--bootstrap-servers", address, "--input-topic", "numbers"]);
    assert_eq!(ended.code, Some(1), "{}", ended.stderr);
    for told in [
        &format!("error: there is no topic numbers at {address}"),
        "--create-topics",
        "--create --topic numbers",
    ] {
        assert!(ended.stderr.contains(told), "{}", ended.stderr);
    }
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_in_order() {
    use std::io::{BufRead as _, BufReader};
    use std::process::{Command, Stdio};

    for signal in ["-INT", "-TERM"] {
        let broker = broker_with(&[&value(1)]);
        let arguments = ["--bootstrap-servers", broker.bootstrap_servers()];
        let folder = crate::support::folder();
        let mut program = crate::support::program(&folder, &arguments)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdout = BufReader::new(program.stdout.take().unwrap()).lines();
        stdout.next().unwrap().unwrap();
        let id = program.id().to_string();
        assert!(
            Command::new("kill")
                .args([signal, &id])
                .status()
                .unwrap()
                .success()
        );
        assert_eq!(program.wait().unwrap().code(), Some(0));
        let totals = stdout.next().unwrap().unwrap();
        assert!(totals.starts_with("doubled 1 record in "), "{totals}");
    }
}
