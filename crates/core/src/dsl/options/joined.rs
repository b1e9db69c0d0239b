//! How a stream is joined with a table.

use std::fmt;
use std::time::Duration;

use crate::codec::Codec;

/// How a stream is joined with a table: the codecs of the stream, the name of the join, and how
/// long it waits for the table.
///
/// The codecs say which keys and values are null, and write the repartition topic and the buffer
/// of a join with grace, where there are.
///
/// Semantics: `org.apache.kafka.streams.kstream.Joined`.
#[must_use]
pub struct Joined<KC: Codec, VC: Codec> {
    pub(crate) key: KC,
    pub(crate) value: VC,
    pub(crate) name: Option<String>,
    pub(crate) grace: Option<Duration>,
}

impl<KC: Codec, VC: Codec> Joined<KC, VC> {
    /// Joins a stream whose keys and values have these codecs.
    pub const fn with(key: KC, value: VC) -> Self {
        Self {
            key,
            value,
            name: None,
            grace: None,
        }
    }

    /// Names the node, the repartition topic of the stream
    /// (`<application id>-<name>-repartition`) and the buffer of a join with grace
    /// (`<name>-Buffer`).
    pub fn named(self, name: impl Into<String>) -> Self {
        Self {
            name: Some(name.into()),
            ..self
        }
    }

    /// Lets each record wait until stream time is so much later, so that updates of the table
    /// that come late are seen. The table must keep versions for at least so long (KIP-923).
    pub fn grace(self, grace: Duration) -> Self {
        Self {
            grace: Some(grace),
            ..self
        }
    }
}

impl<KC: Codec, VC: Codec> fmt::Debug for Joined<KC, VC> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Joined")
            .field("name", &self.name)
            .field("grace", &self.grace)
            .finish_non_exhaustive()
    }
}
