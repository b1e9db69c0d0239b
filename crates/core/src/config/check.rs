//! All rules a configuration must keep, those between keys included.

use super::defs::{KEYS, WhenUnset};
use super::scope::{Scope, scope_of};
use super::{ConfigError, StreamsConfig, defs, parse, replaced};

/// Everything that is wrong: our keys in the order of the table, then the others by name.
pub(super) fn problems(config: &StreamsConfig) -> Vec<ConfigError> {
    let mut problems = Vec::new();
    problems.extend(
        KEYS.iter()
            .filter_map(|key| match (config.get(key.name), key.when_unset) {
                (Some(value), _) => parse::check(key, value).err(),
                (None, WhenUnset::Required) => Some(ConfigError::Missing {
                    key: key.name,
                    remedy: "give it to `StreamsConfig::new`",
                }),
                (None, _) => None,
            }),
    );
    problems.extend(exactly_once(config));
    problems.extend(optimization_alone(config));
    problems.extend(
        config
            .iter()
            .filter_map(|(key, value)| not_ours(key, value)),
    );
    problems
}

fn exactly_once(config: &StreamsConfig) -> Option<ConfigError> {
    let key = "processing.guarantee";
    let value = config
        .get(key)
        .filter(|value| value.trim() == "exactly_once_v2")?;
    Some(ConfigError::Unsupported {
        key: key.to_owned(),
        value: value.to_owned(),
        instead: "leave it at at_least_once",
    })
}

/// Semantics: `StreamsConfig.verifyTopologyOptimizationConfigs`.
pub(super) fn optimization_alone(config: &StreamsConfig) -> Option<ConfigError> {
    let key = defs::find("topology.optimization")?;
    let value = config.get(key.name)?;
    let words = parse::list(key, value).ok()?;
    let stands_alone = |word: &&str| matches!(*word, "none" | "all");
    if words.len() < 2 || !words.iter().any(stands_alone) {
        return None;
    }
    Some(ConfigError::Invalid {
        key: key.name.to_owned(),
        value: value.to_owned(),
        allowed: "none or all without another word beside it".to_owned(),
    })
}

/// What is wrong with a key that goes to a client.
fn not_ours(key: &str, value: &str) -> Option<ConfigError> {
    let name = match scope_of(key) {
        Scope::Ours | Scope::InternalTopic(_) => return None,
        Scope::EveryClient => key,
        Scope::OneClient { name, .. } => name,
    };
    if let Some(ours) = defs::find(name) {
        return Some(ConfigError::Misplaced {
            key: key.to_owned(),
            name: ours.name,
        });
    }
    if let Some(instead) = replaced::instead_of(name) {
        return Some(ConfigError::Replaced {
            key: key.to_owned(),
            instead,
        });
    }
    client_value(key, name, value)
}

/// Words of librdkafka. Java's `none` is its `error`; Java's `by_duration:` it does not know.
const OFFSET_RESETS: &[&str] = &[
    "earliest",
    "smallest",
    "beginning",
    "latest",
    "largest",
    "end",
    "error",
];
const GROUP_PROTOCOLS: &[&str] = &["classic", "consumer"];

/// Values that Java knows and librdkafka reads otherwise, or not at all.
fn client_value(key: &str, name: &str, value: &str) -> Option<ConfigError> {
    let (known, allowed) = match name {
        "auto.offset.reset" => (OFFSET_RESETS, "earliest, latest, or error (Java: none)"),
        "group.protocol" => (GROUP_PROTOCOLS, "classic or consumer"),
        _ => return None,
    };
    if known.contains(&value.trim()) {
        return None;
    }
    let (key, value) = (key.to_owned(), value.to_owned());
    Some(if name == "group.protocol" && value.trim() == "streams" {
        ConfigError::Unsupported {
            key,
            value,
            instead: "set classic or consumer",
        }
    } else {
        ConfigError::Invalid {
            key,
            value,
            allowed: allowed.to_owned(),
        }
    })
}
