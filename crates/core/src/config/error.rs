//! What is wrong with a configuration.

/// What is wrong with a setting, and the way out.
///
/// Values of settings that may be secret are never part of it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// A setting without which nothing runs.
    #[error("{key} is not set: {remedy}")]
    Missing {
        /// The key.
        key: &'static str,
        /// How to set it.
        remedy: &'static str,
    },
    /// A value that cannot be read, or lies outside its range.
    #[error("{key} = {value:?}: expected {allowed}")]
    Invalid {
        /// The key, as it was set.
        key: String,
        /// The value, as it was set.
        value: String,
        /// Which values are allowed.
        allowed: String,
    },
    /// A valid value for which the code is not written yet.
    #[error("{key} = {value:?} is not yet supported: {instead}")]
    Unsupported {
        /// The key, as it was set.
        key: String,
        /// The value, as it was set.
        value: String,
        /// What can be done for now.
        instead: &'static str,
    },
    /// A key of Kafka's Java clients or of Kafka Streams that has another form here.
    #[error("{key} is a setting of Kafka for Java: {instead}")]
    Replaced {
        /// The key, as it was set.
        key: String,
        /// What to use instead.
        instead: &'static str,
    },
    /// A key of Headwater behind the prefix of a client.
    #[error("{key} is not a setting of a client: set {name}")]
    Misplaced {
        /// The key, as it was set.
        key: String,
        /// The key without the prefix.
        name: &'static str,
    },
    /// More than one of these.
    #[error("{}", in_one_line(.0))]
    Several(Vec<ConfigError>),
}

impl ConfigError {
    /// One error for all problems; `None` if there is none.
    pub(super) fn of(mut problems: Vec<Self>) -> Option<Self> {
        match problems.len() {
            0 | 1 => problems.pop(),
            _ => Some(Self::Several(problems)),
        }
    }

    /// Each problem on its own, in the order of the table and then of the keys.
    pub fn problems(&self) -> &[Self] {
        match self {
            Self::Several(problems) => problems,
            one => std::slice::from_ref(one),
        }
    }
}

fn in_one_line(problems: &[ConfigError]) -> String {
    let words: Vec<String> = problems.iter().map(ToString::to_string).collect();
    words.join("; ")
}
