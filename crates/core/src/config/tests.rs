//! What is read, what is refused and in which words.

use std::time::Duration;

use super::defs::KEYS;
use super::*;

fn app() -> StreamsConfig {
    StreamsConfig::new("app")
}

/// The words of every problem.
fn problems(config: &StreamsConfig) -> Vec<String> {
    let Err(error) = config.validate() else {
        return Vec::new();
    };
    error.problems().iter().map(ToString::to_string).collect()
}

#[track_caller]
fn refused(key: &str, value: &str, words: &str) {
    assert_eq!(problems(&app().set(key, value)), [words], "{key} = {value}");
}

#[test]
fn defaults_are_those_of_kafka_streams() {
    let config = app();
    config.validate().unwrap();
    let seconds = Duration::from_secs;
    assert_eq!(config.application_id(), "app");
    assert_eq!(
        config.processing_guarantee(),
        ProcessingGuarantee::AtLeastOnce
    );
    assert_eq!(config.commit_interval(), seconds(30));
    assert_eq!(config.poll_interval(), Duration::from_millis(100));
    assert_eq!(config.max_task_idle(), TaskIdle::UntilCaughtUp);
    assert_eq!(config.task_timeout(), seconds(300));
    assert_eq!(config.buffered_records_per_partition(), 1_000);
    assert_eq!(config.num_stream_threads(), 1);
    assert_eq!(config.batch_records_max(), 1_000);
    assert_eq!(config.replication_factor(), None);
    assert_eq!(config.repartition_purge_interval(), seconds(30));
    assert_eq!(config.default_api_timeout(), seconds(60));
    assert_eq!(config.shutdown_timeout(), seconds(30));
    assert_eq!(config.log_summary_interval(), Some(seconds(120)));
    assert_eq!(config.topology_optimizations(), ["none"]);
    assert_eq!(config.state_dir(), None);
    assert_eq!(config.cache_bytes_max(), 10 * 1024 * 1024);
}

#[test]
fn what_is_set_is_read() {
    let config = app()
        .set("commit.interval.ms", 0)
        .set("max.task.idle.ms", " 250 ")
        .set("replication.factor", 3)
        .set("state.dir", "/var/lib/app")
        .set("log.summary.interval.ms", "-1")
        .set(
            "topology.optimization",
            "merge.repartition.topics, single.store.self.join",
        );
    config.validate().unwrap();
    assert_eq!(config.commit_interval(), Duration::ZERO);
    let beyond = TaskIdle::BeyondCaughtUp(Duration::from_millis(250));
    assert_eq!(config.max_task_idle(), beyond);
    assert_eq!(config.replication_factor(), Some(3));
    assert_eq!(config.state_dir(), Some("/var/lib/app".into()));
    assert_eq!(config.log_summary_interval(), None);
    assert_eq!(
        config.topology_optimizations(),
        ["merge.repartition.topics", "single.store.self.join"]
    );
    let never = config.set("max.task.idle.ms", -1);
    assert_eq!(never.max_task_idle(), TaskIdle::Never);
}

#[test]
fn every_default_is_allowed_and_every_key_is_there_once() {
    for key in KEYS {
        if let defs::WhenUnset::Default(value) = key.when_unset {
            parse::check(key, value).unwrap();
        }
        let of_this_name = KEYS.iter().filter(|other| other.name == key.name);
        assert_eq!(of_this_name.count(), 1, "{}", key.name);
        assert!(replaced::instead_of(key.name).is_none(), "{}", key.name);
        assert!(!is_secret(key.name), "{}", key.name);
    }
}

#[test]
fn refused_values_are_told_with_what_is_allowed() {
    refused(
        "commit.interval.ms",
        "30s",
        "commit.interval.ms = \"30s\": expected a whole number of milliseconds from 0; the default is 30000",
    );
    refused(
        "num.stream.threads",
        "0",
        "num.stream.threads = \"0\": expected a whole number from 1; the default is 1",
    );
    refused(
        "replication.factor",
        "0",
        "replication.factor = \"0\": expected a whole number from 1 to 32767, or -1 for the default of the brokers; the default is -1",
    );
    refused(
        "metrics.recording.level",
        "debug",
        "metrics.recording.level = \"debug\": expected one of INFO, DEBUG, TRACE",
    );
    refused(
        "application.server",
        "localhost",
        "application.server = \"localhost\": expected host:port, or nothing",
    );
    refused("state.dir", "", "state.dir = \"\": expected a directory");
}

#[test]
fn number_out_of_range_is_refused() {
    for (key, value) in [
        ("max.task.idle.ms", "-2"),
        ("num.stream.threads", "99999999999"),
        ("statestore.cache.max.bytes", "10MB"),
        ("statestore.cache.max.bytes", "9223372036854775808"),
        ("probing.rebalance.interval.ms", "59999"),
        ("poll.ms", ""),
        ("poll.ms", "1.5"),
    ] {
        assert_eq!(problems(&app().set(key, value)).len(), 1, "{key} = {value}");
    }
}

#[test]
fn application_id_is_what_a_topic_may_be_called() {
    for id in ["a", "My-App_2.0", "...", &"x".repeat(249)] {
        StreamsConfig::new(id).validate().unwrap();
    }
    for id in ["", ".", "..", "my app", "größe", "a/b", &"x".repeat(250)] {
        assert_eq!(problems(&StreamsConfig::new(id)).len(), 1, "{id}");
    }
    assert_eq!(
        problems(&StreamsConfig::default()),
        ["application.id is not set: give it to `StreamsConfig::new`"]
    );
}

#[test]
fn all_problems_are_told_at_once() {
    let config = StreamsConfig::new("my app")
        .set("poll.ms", "soon")
        .set("value.serializer", "StringSerializer");
    let error = config.validate().unwrap_err();
    assert_eq!(error.problems().len(), 3);
    let words = error.to_string();
    for key in ["application.id", "poll.ms", "value.serializer"] {
        assert!(words.contains(key), "{words}");
    }
    assert!(!words.contains('\n'), "{words}");
}

#[test]
fn exactly_once_is_known_and_not_yet_supported() {
    let config = app().set("processing.guarantee", "exactly_once_v2");
    assert_eq!(
        problems(&config),
        [
            "processing.guarantee = \"exactly_once_v2\" is not yet supported: leave it at at_least_once"
        ]
    );
    assert_eq!(config.commit_interval(), Duration::from_millis(100));
    let slower = config.set("commit.interval.ms", 500);
    assert_eq!(slower.commit_interval(), Duration::from_millis(500));
    refused(
        "processing.guarantee",
        "exactly_once",
        "processing.guarantee = \"exactly_once\": expected one of at_least_once, exactly_once_v2",
    );
}

#[test]
fn all_and_none_stand_alone_among_optimizations() {
    for words in ["all,merge.repartition.topics", "none,all"] {
        assert_eq!(
            problems(&app().set("topology.optimization", words)).len(),
            1
        );
    }
    refused(
        "topology.optimization",
        "all,faster",
        "topology.optimization = \"all,faster\": expected some of none, all, reuse.ktable.source.topics, \
         merge.repartition.topics, single.store.self.join, with commas between",
    );
}

#[test]
fn settings_of_java_are_refused_with_what_there_is_instead() {
    refused(
        "default.key.serde",
        "org.apache.kafka.common.serialization.Serdes$StringSerde",
        "default.key.serde is a setting of Kafka for Java: codecs are arguments of the topology, as in \
         `Consumed::with(Utf8, I64)` and `Produced::with(Utf8, I64)`",
    );
    refused(
        "producer.max.request.size",
        "1",
        "producer.max.request.size is a setting of Kafka for Java: set message.max.bytes",
    );
    refused(
        "consumer.max.poll.records",
        "500",
        "consumer.max.poll.records is not a setting of a client: set max.poll.records",
    );
    for key in [
        "sasl.jaas.config",
        "consumer.key.deserializer",
        "rack.aware.assignment.tags",
    ] {
        let words = problems(&app().set(key, "canary")).concat();
        assert!(words.contains(key) && !words.contains("canary"), "{words}");
    }
}

#[test]
fn client_values_that_java_reads_otherwise_are_refused() {
    refused(
        "auto.offset.reset",
        "none",
        "auto.offset.reset = \"none\": expected earliest, latest, or error (Java: none)",
    );
    refused(
        "main.consumer.group.protocol",
        "streams",
        "main.consumer.group.protocol = \"streams\" is not yet supported: set classic or consumer",
    );
    let config = app()
        .set("auto.offset.reset", "latest")
        .set("group.protocol", "consumer");
    config.validate().unwrap();
}
