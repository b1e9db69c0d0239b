//! How records are grouped.

use std::fmt;

use crate::codec::Codec;

/// How records are grouped: the codecs of the repartition topic, where one is needed, and its
/// name.
///
/// Semantics: `org.apache.kafka.streams.kstream.Grouped`.
#[must_use]
pub struct Grouped<KC: Codec, VC: Codec> {
    pub(crate) key: KC,
    pub(crate) value: VC,
    pub(crate) name: Option<String>,
}

impl<KC: Codec, VC: Codec> Grouped<KC, VC> {
    /// Groups by keys of this codec; values of this codec are aggregated.
    pub const fn with(key: KC, value: VC) -> Self {
        Self {
            key,
            value,
            name: None,
        }
    }

    /// Names the repartition topic, `<application id>-<name>-repartition`, and its nodes.
    pub fn named(self, name: impl Into<String>) -> Self {
        Self {
            name: Some(name.into()),
            ..self
        }
    }
}

impl<KC: Codec, VC: Codec> fmt::Debug for Grouped<KC, VC> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Grouped")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
