//! What can go wrong with a client, by what has to be done about it.

use std::error::Error;
use std::fmt;

/// What to do about a [`ClientError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ClientErrorKind {
    /// No broker answers: check the address, or wait.
    Unreachable,
    /// The broker did not answer in time: try again.
    TimedOut,
    /// A property is wrong: fix the configuration.
    Configuration,
    /// Credentials were refused: fix the configuration.
    Authentication,
    /// The principal may not do this: grant it.
    Authorization,
    /// The topic or partition is not there: create it.
    UnknownTopic,
    /// The topic is there already.
    TopicExists,
    /// The partition belongs to another member by now: drop what was uncommitted.
    NotOwner,
    /// A record is larger than the client or the topic allows.
    RecordTooLarge,
    /// The client cannot go on: open a new one.
    Fatal,
    /// Anything else: report it.
    Other,
}

/// An error of a Kafka client.
#[derive(Debug)]
pub struct ClientError {
    kind: ClientErrorKind,
    message: String,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl ClientError {
    /// An error in the words of `message`: lower case, with the ids, no full stop.
    pub fn new(kind: ClientErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            source: None,
        }
    }

    /// The same error with what caused it.
    #[must_use]
    pub fn with_source(self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self {
            source: Some(source.into()),
            ..self
        }
    }

    /// What to do about it.
    pub const fn kind(&self) -> ClientErrorKind {
        self.kind
    }
}

impl fmt::Display for ClientError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for ClientError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
