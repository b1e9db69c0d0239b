//! How a topic is read.

use std::fmt;

use crate::codec::Codec;
use crate::time::{Timestamp, TimestampExtractor};
use crate::topology::OffsetReset;

/// How a topic is read: codecs, where event time comes from, where to start.
///
/// Semantics: `org.apache.kafka.streams.kstream.Consumed`.
#[must_use]
pub struct Consumed<KC: Codec, VC: Codec> {
    pub(crate) key: KC,
    pub(crate) value: VC,
    pub(crate) extractor: TimestampExtractor<KC::Item, VC::Item>,
    pub(crate) reset: Option<OffsetReset>,
    pub(crate) name: Option<String>,
}

impl<KC: Codec, VC: Codec> Consumed<KC, VC> {
    /// Reads keys and values with these codecs, at the time each record carries.
    pub fn with(key: KC, value: VC) -> Self {
        Self {
            key,
            value,
            extractor: TimestampExtractor::record_time(),
            reset: None,
            name: None,
        }
    }

    /// Takes event time from the key or the value. A record whose time is negative is dropped
    /// and counted.
    ///
    /// ```
    /// use headwater_core::prelude::*;
    ///
    /// let consumed = Consumed::with(Utf8, I64)
    ///     .timestamp_from(|_sensor, seconds| Timestamp::from_millis(seconds * 1_000));
    /// # let _ = consumed;
    /// ```
    pub fn timestamp_from(
        self,
        field: impl Fn(&KC::Item, &VC::Item) -> Timestamp + Send + Sync + 'static,
    ) -> Self {
        self.timestamp_extractor(TimestampExtractor::from_field(field))
    }

    /// Takes event time from elsewhere.
    pub fn timestamp_extractor(self, extractor: TimestampExtractor<KC::Item, VC::Item>) -> Self {
        Self { extractor, ..self }
    }

    /// Where to start when nothing is committed; otherwise `auto.offset.reset` says.
    pub fn offset_reset(self, reset: OffsetReset) -> Self {
        Self {
            reset: Some(reset),
            ..self
        }
    }

    /// Names the source node.
    pub fn named(self, name: impl Into<String>) -> Self {
        Self {
            name: Some(name.into()),
            ..self
        }
    }
}

impl<KC: Codec, VC: Codec> fmt::Debug for Consumed<KC, VC> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Consumed")
            .field("reset", &self.reset)
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
