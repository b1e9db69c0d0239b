//! Without Kafka: on its own broker, with none, and with options that are wrong.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};

use crate::support::{Ended, folder, program, run};

/// An address of this machine where nobody listens.
fn closed_port() -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("ports are free");
    let address = listener.local_addr().expect("it is bound");
    address.to_string()
}

#[test]
fn it_doubles_as_many_records_as_it_was_told() {
    let ended = run(&["--records", "2000"]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);

    let (samples, totals) = ended.results();
    assert!(totals.starts_with("doubled 2,000 records in "), "{totals}");
    assert!(totals.ends_with(", 0 bad"), "{totals}");
    assert_eq!(samples.len(), 5, "{samples:?}");
    for sample in samples {
        let pair: serde_json::Value = serde_json::from_str(sample).unwrap();
        let [original, doubled] = ["original_value", "doubled_value"].map(|name| &pair[name]);
        let twice = original.as_f64().map(|value| value * 2.0);
        assert_eq!(doubled.as_f64(), twice, "{sample}");
    }
    let note = "embedded broker at 127.0.0.1:";
    assert!(ended.stderr.contains(note), "{}", ended.stderr);
}

#[test]
fn several_partitions_and_threads_double_as_many() {
    let ended = run(&["--records", "2000", "--partitions", "3", "--threads", "2"]);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let (_, totals) = ended.results();
    assert!(totals.starts_with("doubled 2,000 records in "), "{totals}");
}

#[test]
fn a_broker_that_never_comes_is_named() {
    let address = closed_port();
    let ended = run(&["--bootstrap-servers", &address, "--connect-timeout", "2"]);
    assert_eq!(ended.code, Some(1), "{}", ended.stderr);
    let error = format!("error: no broker could be reached at {address} within 2 s");
    let told = ended.stderr.lines().any(|line| line.starts_with(&error));
    assert!(told, "{}", ended.stderr);
    let tries = ended.stderr.matches("no broker can be reached").count();
    assert_eq!(
        tries, 0,
        "the time is over with the first try: {}",
        ended.stderr
    );
    assert_eq!(ended.stdout, "");
}

#[test]
fn variables_of_the_env_file_are_read() {
    let address = closed_port();
    let folder = folder();
    let variables = format!("BOOTSTRAP_SERVERS={address}\nCONNECT_TIMEOUT=1\n");
    fs::write(folder.path().join(".env"), variables).unwrap();
    let ended = Ended::from(program(&folder, &[]).output().unwrap());
    let told = format!("at {address} within 1 s");
    assert!(ended.stderr.contains(&told), "{}", ended.stderr);
}

#[test]
fn an_env_file_that_cannot_be_read_is_an_error() {
    let folder = folder();
    fs::write(folder.path().join(".env"), "THREADS='1").unwrap();
    let ended = Ended::from(program(&folder, &[]).output().unwrap());
    assert_eq!(ended.code, Some(1));
    assert!(
        ended.stderr.starts_with("error: cannot read .env: "),
        "{}",
        ended.stderr
    );
}

#[test]
fn a_property_that_does_not_exist_is_refused() {
    let ended = run(&["--property", "no.such.property=1"]);
    assert_eq!(ended.code, Some(1));
    assert!(
        ended.stderr.contains("no.such.property"),
        "{}",
        ended.stderr
    );
}

#[test]
fn wrong_usage_has_its_own_exit_code() {
    assert_eq!(run(&["--records", "none"]).code, Some(2));
    assert_eq!(run(&["--no-such-option"]).code, Some(2));
}

#[test]
fn help_explains_every_option() {
    let help = run(&["--help"]).stdout;
    for words in [
        "--bootstrap-servers",
        "--on-bad-record",
        "KEY=VALUE",
        "Examples:",
    ] {
        assert!(help.contains(words), "{help}");
    }
}
