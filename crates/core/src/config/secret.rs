//! Which settings are never shown.

/// What stands in the place of a secret.
const REDACTED: &str = "[redacted]";

/// Parts of keys whose values are credentials or lead to them.
///
/// Rather too many than too few: a location that is hidden costs a look into the configuration, a
/// password in a log costs more.
const MARKS: &[&str] = &[
    "password",
    "passphrase",
    "passwd",
    "secret",
    "token",
    "credential",
    "jaas",
    "pem",
    "assertion",
    "sasl.username",
    "sasl.oauthbearer.config",
    "sasl.oauthbearer.extensions",
    "basic.auth",
    "user.info",
    "api.key",
    "apikey",
    "access.key",
    ".key",
    "_key",
    "-key",
    "keystore",
];

/// Whether the value of this client property or setting must not be shown: in logs, in `Debug`
/// output, in errors.
///
/// It errs on the side of hiding, and does not mind upper and lower case.
///
/// ```
/// use headwater_core::config::is_secret;
///
/// assert!(is_secret("producer.sasl.password"));
/// assert!(!is_secret("bootstrap.servers"));
/// ```
pub fn is_secret(key: &str) -> bool {
    let key = key.to_ascii_lowercase();
    MARKS.iter().any(|mark| key.contains(mark))
}

/// The value as it may be shown: not under a secret key, and not with credentials inside, as in a
/// URL (`https://user:password@host`) or a PEM text.
pub(super) fn shown<'a>(key: &str, value: &'a str) -> &'a str {
    let with_user = value.contains("://") && value.contains('@');
    if is_secret(key) || with_user || value.contains("-----BEGIN") {
        REDACTED
    } else {
        value
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{ClientKind, StreamsConfig};

    #[test]
    fn secrets_are_never_shown() {
        let keys = [
            "sasl.password",
            "SASL.PASSWORD",
            "sasl.username",
            "producer.sasl.oauthbearer.client.secret",
            "sasl.oauthbearer.config",
            "sasl.oauthbearer.assertion.private.key.passphrase",
            "sasl.jaas.config",
            "ssl.key.password",
            "ssl.key.pem",
            "ssl_key",
            "ssl.keystore.key",
            "consumer.ssl.keystore.password",
            "schema.registry.basic.auth.user.info",
            "aws.secret.access.key",
            "my.api.key",
            "session_token",
        ];
        let mut config = StreamsConfig::new("app").set("client.id", "visible");
        for key in keys {
            assert!(is_secret(key), "{key}");
            config = config.set(key, "canary");
        }
        config = config
            .set("proxy", "https://user:canary@proxy:8080")
            .set("ca.bundle", "-----BEGIN PRIVATE canary");
        let error = config.validate().unwrap_err();
        for shown in [
            format!("{config:?}"),
            format!("{config:#?}"),
            config.to_string(),
            format!("{error:?}"),
            error.to_string(),
        ] {
            assert!(!shown.contains("canary"), "{shown}");
        }
        assert!(config.to_string().contains("client.id = visible\n"));
        assert!(format!("{config:?}").contains(r#""sasl.password": "[redacted]""#));
        let producer = config.client_properties(ClientKind::Producer);
        assert_eq!(producer["sasl.password"], "canary", "the client needs it");
    }

    #[test]
    fn what_is_no_secret_is_shown() {
        for key in [
            "bootstrap.servers",
            "application.id",
            "security.protocol",
            "sasl.mechanism",
            "compression.type",
            "max.poll.interval.ms",
            "ssl.ca.location",
        ] {
            assert!(!is_secret(key), "{key}");
        }
    }
}
