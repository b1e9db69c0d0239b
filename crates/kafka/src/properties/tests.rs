//! Ownership, refusals, defaults and secrets of client properties.

use super::*;
use crate::native::{Reports, Role};

fn properties(kind: ClientKind, given: &[(&str, &str)]) -> Result<ClientProperties, ClientError> {
    let given = given
        .iter()
        .map(|&(name, value)| (name.to_owned(), value.to_owned()))
        .collect();
    ClientProperties::new(kind, given)
}

fn conf_error(kind: ClientKind, given: &[(&str, &str)]) -> String {
    let error = properties(kind, given)
        .and_then(|properties| properties.conf("localhost:1", "app"))
        .expect_err("the property is refused");
    assert_eq!(error.kind(), ClientErrorKind::Configuration);
    error.to_string()
}

fn settings(assignor: Assignor) -> ConsumerSettings {
    ConsumerSettings {
        group_id: "app".to_owned(),
        assignor,
        report_caught_up: true,
        batch_records_max: 100,
    }
}

#[test]
fn owned_properties_are_refused_with_the_way_out() {
    let message = conf_error(ClientKind::Consumer, &[("group.id", "g")]);
    assert!(message.contains("group.id"), "{message}");
    assert!(message.contains("application.id"), "{message}");
    for name in [
        "enable.auto.commit",
        "enable.auto.offset.store",
        "partition.assignment.strategy",
        "enable.partition.eof",
        "isolation.level",
        "transactional.id",
    ] {
        let message = conf_error(ClientKind::Producer, &[(name, "x")]);
        assert!(message.contains(name), "{message}");
    }
}

#[test]
fn properties_that_run_code_are_refused() {
    for name in [
        "plugin.library.paths",
        "ssl.engine.location",
        "sasl.kerberos.kinit.cmd",
    ] {
        let message = conf_error(ClientKind::Admin, &[(name, "evil")]);
        assert!(message.contains("runs code"), "{message}");
    }
}

#[test]
fn idempotence_stays_on() {
    let message = conf_error(ClientKind::Producer, &[("enable.idempotence", "false")]);
    assert!(message.contains("reorder"), "{message}");
    assert!(properties(ClientKind::Producer, &[("enable.idempotence", "true")]).is_ok());
}

#[test]
fn unknown_property_is_named_with_the_nearest_known() {
    let message = conf_error(ClientKind::Producer, &[("lingr.ms", "5")]);
    assert_eq!(
        message,
        "there is no client property lingr.ms; is linger.ms meant?"
    );
}

#[test]
fn malformed_value_is_named_unless_it_is_secret() {
    let message = conf_error(ClientKind::Producer, &[("linger.ms", "soon")]);
    assert!(message.contains("linger.ms"), "{message}");
    let zero_byte = [("sasl.password", "canary\0")];
    let message = conf_error(ClientKind::Producer, &zero_byte);
    assert!(message.contains("sasl.password"), "{message}");
    assert!(!message.contains("canary"), "{message}");
}

#[test]
fn secrets_are_not_shown() {
    let secrets = [
        "sasl.username",
        "sasl.password",
        "sasl.oauthbearer.client.secret",
        "sasl.oauthbearer.config",
        "ssl.key.pem",
        "ssl.key.password",
        "ssl.keystore.password",
        "ssl.ca.pem",
    ];
    let given: Vec<_> = secrets.iter().map(|&name| (name, "canary")).collect();
    let shown = format!("{:?}", properties(ClientKind::Admin, &given).unwrap());
    assert!(!shown.contains("canary"), "{shown}");
    assert_eq!(
        shown.matches("[redacted]").count(),
        secrets.len(),
        "{shown}"
    );
}

#[test]
fn missing_address_is_named_with_the_way_out() {
    let error = bootstrap_servers(&BTreeMap::new()).unwrap_err();
    assert_eq!(error.kind(), ClientErrorKind::Configuration);
    assert!(error.to_string().contains("bootstrap.servers"));
    assert!(error.to_string().contains("localhost:9092"));
}

/// An unprefixed property reaches every client, whichever it is for.
#[test]
fn properties_of_one_client_are_no_error_for_the_others() {
    let given = [
        ("auto.offset.reset", "latest"),
        ("compression.type", "zstd"),
        ("delivery.timeout.ms", "60000"),
        ("sasl.mechanism", "PLAIN"),
    ];
    for kind in [
        ClientKind::Consumer,
        ClientKind::Producer,
        ClientKind::Admin,
    ] {
        let properties = properties(kind, &given).unwrap();
        properties.conf("localhost:1", "app").unwrap();
    }
}

#[test]
fn every_compression_is_built_in() {
    for codec in ["gzip", "snappy", "lz4", "zstd"] {
        let properties = properties(ClientKind::Producer, &[("compression.type", codec)]).unwrap();
        properties.conf("localhost:1", "app").unwrap();
    }
}

#[test]
fn consumers_open_under_both_group_protocols() {
    use crate::native::{Reports, Role};
    for given in [&[][..], &[("group.protocol", "consumer")][..]] {
        for assignor in [Assignor::CooperativeSticky, Assignor::Range] {
            properties(ClientKind::Consumer, given)
                .unwrap()
                .consumer_conf("localhost:1", "app", &settings(assignor))
                .unwrap()
                .into_client(Role::Consumer, Reports::new("localhost:1"))
                .unwrap();
        }
    }
}

#[test]
fn fewer_acks_switch_idempotence_off() {
    for acks in ["0", "1"] {
        let given = properties(ClientKind::Producer, &[("acks", acks)]).unwrap();
        given
            .conf("localhost:1", "app")
            .unwrap()
            .into_client(Role::Producer, Reports::new("test"))
            .unwrap();
    }
}
