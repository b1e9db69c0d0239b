//! Values read by their type, or refused with what is allowed.

use std::fmt::Write as _;

use super::ConfigError;
use super::defs::{Key, Kind, WhenUnset};

/// Kafka's limit for names of topics.
const APPLICATION_ID_BYTES_MAX: usize = 249;

/// Whether a value is one of its key.
pub(super) fn check(key: &Key, value: &str) -> Result<(), ConfigError> {
    let is_valid = match key.kind {
        Kind::ApplicationId => is_application_id(value),
        Kind::Path => !value.is_empty(),
        Kind::Address => value.is_empty() || is_address(value),
        Kind::Whole { .. } => return whole(key, value).map(drop),
        Kind::Choice(_) => return choice(key, value).map(drop),
        Kind::List(_) => return list(key, value).map(drop),
    };
    if is_valid {
        Ok(())
    } else {
        Err(refuse(key, value))
    }
}

/// The whole number that a value is.
pub(super) fn whole(key: &Key, value: &str) -> Result<i64, ConfigError> {
    let Kind::Whole {
        min, max, special, ..
    } = key.kind
    else {
        return Err(refuse(key, value));
    };
    match value.trim().parse::<i64>() {
        Ok(number) if (min..=max).contains(&number) => Ok(number),
        Ok(number) if special.is_some_and(|(other, _)| other == number) => Ok(number),
        _ => Err(refuse(key, value)),
    }
}

/// The word of the table that a value is.
pub(super) fn choice(key: &Key, value: &str) -> Result<&'static str, ConfigError> {
    let (Kind::Choice(words) | Kind::List(words)) = key.kind else {
        return Err(refuse(key, value));
    };
    let word = value.trim();
    let found = words.iter().find(|choice| **choice == word);
    found.copied().ok_or_else(|| refuse(key, value))
}

/// The words of the table that a value names, in its order.
pub(super) fn list(key: &Key, value: &str) -> Result<Vec<&'static str>, ConfigError> {
    let words = value.split(',').map(|word| choice(key, word));
    words
        .collect::<Result<_, _>>()
        .map_err(|_| refuse(key, value))
}

/// Which values a key allows, for errors and the manual.
pub(super) fn allowed(kind: Kind) -> String {
    match kind {
        Kind::ApplicationId => format!(
            "1 to {APPLICATION_ID_BYTES_MAX} letters, digits, '.', '_' and '-' of ASCII, \
             other than \".\" and \"..\""
        ),
        Kind::Path => "a directory".to_owned(),
        Kind::Address => "host:port, or nothing".to_owned(),
        Kind::Whole {
            unit,
            min,
            max,
            special,
        } => {
            let mut words = "a whole number".to_owned();
            if !unit.is_empty() {
                let _ = write!(words, " of {unit}");
            }
            let _ = write!(words, " from {min}");
            if max < i64::from(i32::MAX) {
                let _ = write!(words, " to {max}");
            }
            if let Some((number, meaning)) = special {
                let _ = write!(words, ", or {number} for {meaning}");
            }
            words
        }
        Kind::Choice(words) => format!("one of {}", words.join(", ")),
        Kind::List(words) => format!("some of {}, with commas between", words.join(", ")),
    }
}

#[cold]
fn refuse(key: &Key, value: &str) -> ConfigError {
    let mut allowed = allowed(key.kind);
    if let (Kind::Whole { .. }, WhenUnset::Default(default)) = (key.kind, key.when_unset) {
        let _ = write!(allowed, "; the default is {default}");
    }
    ConfigError::Invalid {
        key: key.name.to_owned(),
        value: super::secret::shown(key.name, value).to_owned(),
        allowed,
    }
}

fn is_application_id(value: &str) -> bool {
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    (1..=APPLICATION_ID_BYTES_MAX).contains(&value.len())
        && value.bytes().all(is_name)
        && value != "."
        && value != ".."
}

fn is_address(value: &str) -> bool {
    let port = |(host, port): (&str, &str)| !host.is_empty() && port.parse::<u16>().is_ok();
    value.rsplit_once(':').is_some_and(port)
}
